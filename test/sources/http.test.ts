import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createConnection, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clips, make, mediaFolder, serve } from './media.js';
import { watchCamera, type Watched } from './watch.js';

const opened: Watched[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ run }) => run.stop()));
});

function watch(...args: Parameters<typeof watchCamera>): Watched {
  const watched = watchCamera(...args);
  opened.push(watched);
  return watched;
}

function grows(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > values[i - 1]!);
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** ffmpeg's RTMP server takes a single connection, so each connection gets an ffmpeg of its own. */
async function rtmpServer(): Promise<{ port: number; close: () => void }> {
  const publishers: ChildProcess[] = [];
  const connect = async (client: Socket): Promise<void> => {
    const port = await freePort();
    publishers.push(await serve('-re', '-i', path.join(clips, 'traffic.mp4'), '-c', 'copy', '-f', 'flv', '-listen', '1', `rtmp://127.0.0.1:${port}/live/stream`));
    const dial = (): void => {
      const upstream = createConnection(port, '127.0.0.1', () => client.pipe(upstream).pipe(client));
      upstream.on('error', () => (upstream.bytesRead === 0 && !client.destroyed ? setTimeout(dial, 50) : client.destroy()));
      client.on('error', () => upstream.destroy());
    };
    dial();
  };
  const server = createTcpServer((client) => void connect(client));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const publisher of publishers) publisher.kill('SIGKILL');
    },
  };
}

describe('HTTP and RTMP', () => {
  const media = mediaFolder();
  let server: Server;
  let base: string;
  let pictures: Buffer[];
  let large: Buffer;
  let asked = 0;
  let grown = 0;

  beforeAll(async () => {
    await make('-i', path.join(clips, 'plaza.avi'), '-frames:v', '20', '-s', '320x240', '-q:v', '5', path.join(media.folder, '%03d.jpg'));
    pictures = Array.from({ length: 20 }, (_, i) => readFileSync(path.join(media.folder, `${String(i + 1).padStart(3, '0')}.jpg`)));
    await make('-i', path.join(clips, 'plaza.avi'), '-frames:v', '1', '-s', '640x360', '-q:v', '5', path.join(media.folder, 'large.jpg'));
    large = readFileSync(path.join(media.folder, 'large.jpg'));
    await make('-i', path.join(clips, 'traffic.mp4'), '-c', 'copy', '-f', 'hls', '-hls_time', '2', '-hls_list_size', '0', path.join(media.folder, 'live.m3u8'));
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    media.remove();
  });

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url!, 'http://localhost');
    if (pathname === '/mjpeg') return mjpeg(response);
    if (pathname === '/growing') return mjpeg(response, grown++ <= 0 ? undefined : large, 30);
    if (pathname === '/snap.jpg') return void response.end(pictures[asked++ % pictures.length]);
    if (pathname === '/locked.jpg') return locked(request, response);
    const file = path.join(media.folder, path.basename(pathname));
    if (existsSync(file)) return void response.end(readFileSync(file));
    response.writeHead(404).end();
  }

  /** Pictures of the usual size, or of another one from the start or, when nothing is named, from the nth on. */
  function mjpeg(response: ServerResponse, always: Buffer | undefined = undefined, changeAt = Infinity): void {
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
    let n = 0;
    const timer = setInterval(() => {
      const picture = always ?? (n++ < changeAt ? pictures[n % pictures.length]! : large);
      response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`);
      response.write(picture);
      response.write('\r\n');
    }, 50);
    response.on('close', () => clearInterval(timer));
  }

  /** Digest authentication as RFC 7616 has it, checked by computing it anew. */
  function locked(request: IncomingMessage, response: ServerResponse): void {
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const field = (name: string): string => new RegExp(`${name}="?([^",]+)`).exec(request.headers.authorization ?? '')?.[1] ?? '';
    const expected = md5(`${md5('viewer:camera:s3cret')}:n0nce:${field('nc')}:${field('cnonce')}:auth:${md5(`GET:${request.url}`)}`);
    if (field('response') !== expected) return void response.writeHead(401, { 'www-authenticate': 'Digest realm="camera", qop="auth", nonce="n0nce"' }).end();
    response.end(pictures[asked++ % pictures.length]);
  }

  it('MJPEG comes at its own rate, with the time of arrival', async () => {
    const { headers, statuses, until } = watch(`${base}/mjpeg`, { fps: 30 });
    await until('frames', () => headers.length >= 20);
    expect(statuses.at(-1)!.size).toEqual([320, 240]);
    const seconds = (headers.at(-1)!.capturedAt - headers[5]!.capturedAt) / 1e6;
    expect((headers.length - 6) / seconds).toBeGreaterThan(14);
    expect((headers.length - 6) / seconds).toBeLessThan(26);
    expect(grows(headers.map(({ capturedAt }) => capturedAt))).toBe(true);
  });

  it('a camera that changes its resolution in mid-stream is opened anew, with the new size', async () => {
    // The first connection asks what the source holds; the second one sees the change.
    grown = -1;
    const { headers, statuses, until } = watch(`${base}/growing`, { fps: 30 });
    await until('frames', () => headers.length >= 5);
    expect(headers[0]).toMatchObject({ width: 128, height: 96 });
    await until('the new size', () => headers.at(-1)!.height === 64);
    expect(statuses.at(-1)!.size).toEqual([640, 360]);
    expect(headers.at(-1)!.epoch).toBeGreaterThan(headers[0]!.epoch);
    expect(statuses.some(({ state }) => state === 'offline')).toBe(false);
    expect(grows(headers.map(({ capturedAt }) => capturedAt))).toBe(true);
  });

  it('a still picture is fetched at the rate that is wanted', async () => {
    const before = asked;
    const { headers, until } = watch(`${base}/snap.jpg`, { fps: 5 });
    await until('frames', () => headers.length >= 8);
    const seconds = (headers.at(-1)!.capturedAt - headers[0]!.capturedAt) / 1e6;
    expect(seconds).toBeGreaterThan(1);
    expect(asked - before).toBeLessThan(headers.length + 8);
  });

  it('a still picture behind a Digest login comes with the password, and says when it is wrong', async () => {
    const source = `${base.replace('//', '//viewer:${PASSWORD}@')}/locked.jpg?size=1&x=y`;
    const right = watch(source, { kind: 'still' }, { environment: { ...process.env, PASSWORD: 's3cret' } });
    await right.until('frames', () => right.headers.length >= 3);
    const wrong = watch(source, { kind: 'still' }, { environment: { ...process.env, PASSWORD: 'other-secret' } });
    await wrong.until('refusal', () => wrong.statuses.at(-1)?.state === 'offline');
    expect(wrong.statuses.at(-1)!.problem).toMatch(/refuses user or password/);
    expect(JSON.stringify(wrong.statuses)).not.toContain('other-secret');
  });

  it('a still picture that is gone says so', async () => {
    const { statuses, until } = watch(`${base}/gone.jpg`);
    await until('problem', () => statuses.at(-1)?.state === 'offline');
    expect(statuses.at(-1)!.problem).toMatch(/answered 404/);
  });

  it('HLS is a steady stream, not bursts of segments', async () => {
    const { headers, until } = watch(`${base}/live.m3u8`, { fps: 30 });
    await until('frames', () => headers.length >= 30);
    const began = Date.now();
    const from = headers.length;
    await until('a second more', () => headers.length >= from + 30);
    expect(Date.now() - began).toBeGreaterThan(500);
    expect(grows(headers.map(({ capturedAt }) => capturedAt))).toBe(true);
  });

  it('RTMP comes from a server', async () => {
    const rtmp = await rtmpServer();
    try {
      const { headers, statuses, until } = watch(`rtmp://127.0.0.1:${rtmp.port}/live/stream`);
      await until('frames', () => headers.length >= 8);
      expect(statuses.at(-1)).toMatchObject({ state: 'online', size: [640, 360] });
      expect(grows(headers.map(({ capturedAt }) => capturedAt))).toBe(true);
    } finally {
      rtmp.close();
    }
  });
});
