import { liveSocketPath } from '@sightline/schemas';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Hub } from './live/hub.js';

/** Who may open the live socket, and what they may watch; null refuses. */
export type SocketRights = (request: IncomingMessage) => { mayWatch(camera: string): boolean } | null;

/** A request of the protocol is a list of topics; 64 kB hold a thousand of them. */
const largestMessageBytes = 64 * 1024;

/** Opens the live socket beside the HTTP routes. Refuses other paths, other origins and strangers before the upgrade. */
export function attachSocket(server: Server, hub: Hub, rights: SocketRights): () => void {
  // Deflate would cost memory and time per viewer, and encode the same bytes once for each of them.
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: largestMessageBytes, clientTracking: true });
  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', () => stream.destroy());
    if (new URL(request.url ?? '/', 'http://local').pathname !== liveSocketPath) return refuse(stream, 404, 'Not Found');
    if (!sameOrigin(request)) return refuse(stream, 403, 'Forbidden');
    const allowed = rights(request);
    if (!allowed) return refuse(stream, 401, 'Unauthorized');
    sockets.handleUpgrade(request, stream, head, (socket) => hub.open(socket, allowed));
  };
  server.on('upgrade', upgrade);
  return () => {
    server.off('upgrade', upgrade);
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}

/** A browser always says where a page came from; a program that is no browser says nothing and cannot be tricked. */
export function sameOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

function refuse(stream: Duplex, status: number, reason: string): void {
  stream.end(`HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
