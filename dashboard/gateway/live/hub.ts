import { liveProtocol, type LiveSite } from '@sightline/schemas';
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { mayWatch, type Identity } from '../access/identity.js';
import { limitMessage, limitSite } from './limit.js';
import type { Pictures } from './pictures.js';
import type { LiveState } from './state.js';
import { createViewer, type Viewer } from './viewer.js';

/**
 * Sends what changes to every open page. Each change is encoded once and the same bytes go to all.
 *
 *     hub.open(socket, identity, () => true);
 */
export interface Hub {
  /** `still` says whether the viewer may go on; asked with every heartbeat. */
  open(socket: WebSocket, identity: Identity, still: () => boolean): void;
  /** The site as this identity may know it. */
  siteFor(identity: Identity): LiveSite | null;
  viewers(): number;
  buffered(): number;
  close(): void;
}

/** Changes are gathered this long: an eye takes 100 ms for at once, and the goal from event to socket is 250 ms. */
const flushMilliseconds = 100;
const heartbeatSeconds = 5;
/** Close code that tells the page to ask who it is before it tries again. */
const closedForAccess = 4401;

export function createHub(state: LiveState, pictures: Pictures, options: { readonly now: () => number; readonly pagesVersion: string }): Hub {
  const viewers = new Map<Viewer, () => boolean>();
  const run = randomUUID();

  const flush = setInterval(() => {
    for (const topic of state.topics) {
      const message = topic.drain();
      if (message) for (const viewer of viewers.keys()) viewer.change(topic, message);
    }
    for (const viewer of viewers.keys()) viewer.catchUp();
  }, flushMilliseconds);
  const beat = setInterval(() => {
    const message = Buffer.from(JSON.stringify({ type: 'heartbeat', now: options.now() }));
    for (const [viewer, still] of viewers) {
      if (still()) viewer.heartbeat(message);
      else viewer.close(closedForAccess, 'signed out');
    }
  }, heartbeatSeconds * 1000);

  const stopPictures = pictures.encoded((camera, message) => {
    for (const viewer of viewers.keys()) if (viewer.wantsPicture(camera)) viewer.picture(camera, message);
  });

  return {
    open(socket, identity, still) {
      const viewer = createViewer(socket, {
        run,
        topic: (name) => state.topics.find((topic) => topic.name === name) ?? null,
        mayWatch: (camera) => mayWatch(identity, camera) && (state.siteTopic.value()?.cameras.some((known) => known.name === camera) ?? false),
        limit: (message) => limitMessage(message, identity),
        watching: (camera, on) => (on ? pictures.watch(camera) : pictures.unwatch(camera)),
        closed: () => viewers.delete(viewer),
      });
      viewers.set(viewer, still);
      socket.send(JSON.stringify({ type: 'hello', protocol: liveProtocol, run, now: options.now(), pages: options.pagesVersion, heartbeatSeconds }));
    },
    siteFor: (identity) => limitSite(state.siteTopic.value(), identity),
    viewers: () => viewers.size,
    buffered: () => [...viewers.keys()].reduce((sum, viewer) => sum + viewer.buffered(), 0),
    close() {
      clearInterval(flush);
      clearInterval(beat);
      stopPictures();
      for (const viewer of viewers.keys()) viewer.close(1001, 'the gateway is ending');
    },
  };
}
