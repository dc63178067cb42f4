import { liveProtocol } from '@sightline/schemas';
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Pictures } from './pictures.js';
import type { LiveState } from './state.js';
import { createViewer, type Viewer } from './viewer.js';

/**
 * Sends what changes to every open page. Each change is encoded once and the same bytes go to all.
 *
 *     hub.open(socket, { mayWatch: () => true });
 */
export interface Hub {
  open(socket: WebSocket, rights: { mayWatch(camera: string): boolean; end?: Promise<void> }): void;
  viewers(): number;
  buffered(): number;
  close(): void;
}

/** Changes are gathered this long: an eye takes 100 ms for at once, and the goal from event to socket is 250 ms. */
const flushMilliseconds = 100;
const heartbeatSeconds = 5;

export function createHub(state: LiveState, pictures: Pictures, options: { readonly now: () => number; readonly pagesVersion: string }): Hub {
  const viewers = new Set<Viewer>();
  const run = randomUUID();

  const flush = setInterval(() => {
    for (const topic of state.topics) {
      const message = topic.drain();
      if (message) for (const viewer of viewers) viewer.change(topic, message);
    }
    for (const viewer of viewers) viewer.catchUp();
  }, flushMilliseconds);
  const beat = setInterval(() => {
    const message = Buffer.from(JSON.stringify({ type: 'heartbeat', now: options.now() }));
    for (const viewer of viewers) viewer.heartbeat(message);
  }, heartbeatSeconds * 1000);

  const stopPictures = pictures.encoded((camera, message) => {
    for (const viewer of viewers) if (viewer.wantsPicture(camera)) viewer.picture(camera, message);
  });

  return {
    open(socket, rights) {
      const viewer = createViewer(socket, {
        run,
        topic: (name) => state.topics.find((topic) => topic.name === name) ?? null,
        mayWatch: (camera) => rights.mayWatch(camera) && (state.siteTopic.value()?.cameras.some((known) => known.name === camera) ?? false),
        watching: (camera, on) => (on ? pictures.watch(camera) : pictures.unwatch(camera)),
        closed: () => viewers.delete(viewer),
      });
      viewers.add(viewer);
      socket.send(JSON.stringify({ type: 'hello', protocol: liveProtocol, run, now: options.now(), pages: options.pagesVersion, heartbeatSeconds }));
    },
    viewers: () => viewers.size,
    buffered: () => [...viewers].reduce((sum, viewer) => sum + viewer.buffered(), 0),
    close() {
      clearInterval(flush);
      clearInterval(beat);
      stopPictures();
      for (const viewer of viewers) viewer.close(1001, 'the gateway is ending');
    },
  };
}
