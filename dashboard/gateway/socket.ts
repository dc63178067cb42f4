import { liveSocketPath } from '@sightline/schemas';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { sameOrigin } from './access/guard.js';
import type { Identity } from './access/identity.js';
import type { Hub } from './live/hub.js';

/** Who opens the live socket; null refuses. */
export type Identify = (request: IncomingMessage) => Identity | null;

/** A request of the protocol is a list of topics; 64 kB hold a thousand of them. */
const largestMessageBytes = 64 * 1024;

/** Opens the live socket beside the HTTP routes. Refuses other paths, other origins and strangers before the upgrade. */
export function attachSocket(server: Server, hub: Hub, identify: Identify): () => void {
  // Deflate would cost memory and time per viewer, and encode the same bytes once for each of them.
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: largestMessageBytes, clientTracking: true });
  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', () => stream.destroy());
    if (new URL(request.url ?? '/', 'http://local').pathname !== liveSocketPath) return refuse(stream, 404, 'Not Found');
    if (!sameOrigin(request)) return refuse(stream, 403, 'Forbidden');
    const identity = identify(request);
    if (!identity) return refuse(stream, 401, 'Unauthorized');
    sockets.handleUpgrade(request, stream, head, (socket) => hub.open(socket, identity, () => same(identify(request), identity)));
  };
  server.on('upgrade', upgrade);
  return () => {
    server.off('upgrade', upgrade);
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}

/** Rights that changed take effect: the page is let in again with the new ones. */
function same(a: Identity | null, b: Identity): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function refuse(stream: Duplex, status: number, reason: string): void {
  stream.end(`HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
