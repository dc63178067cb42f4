import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A wire between browser and gateway that can fall silent without being closed, as when a device sleeps or leaves the network. */
export interface Wire {
  readonly url: string;
  /** What is open stays open and carries nothing any more; new connections work. */
  silence(): void;
  close(): Promise<void>;
}

export async function wireTo(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [[near, far], [far, near]] as const) {
      open.add(from);
      from.on('error', () => from.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    silence() {
      for (const socket of open) {
        socket.unpipe();
        socket.removeAllListeners('close');
        socket.pause();
      }
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
