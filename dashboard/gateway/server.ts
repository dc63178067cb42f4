import { systemClock, type Clock } from '@sightline/runtime/clock';
import { explain, SightlineError } from '@sightline/runtime/errors';
import type { Logger } from '@sightline/runtime/logging';
import type { Log } from '@sightline/runtime/log/log';
import type { PictureFeed } from '@sightline/runtime/pictures';
import type { SiteFeed } from '@sightline/runtime/site-feed';
import type { Store } from '@sightline/runtime/store/store';
import fastify, { type FastifyInstance } from 'fastify';
import { consume } from './consume.js';
import { createHub } from './live/hub.js';
import { createPictures } from './live/pictures.js';
import { createLiveState } from './live/state.js';
import { loadPages } from './pages.js';
import { restore } from './queries/restore.js';
import { answerErrors } from './errors.js';
import { historyRoutes } from './routes/history.js';
import { liveRoutes } from './routes/live.js';
import { attachSocket } from './socket.js';

/**
 * The gateway: pages, REST and the live socket on one port, from the log and the store.
 *
 *     const { url, close } = await startGateway({ log, store, siteFeed, pictures, pagesFolder: 'dashboard/out', host: '127.0.0.1', port: 8600, dataFolder: 'data' });
 */
export interface GatewayOptions {
  readonly log: Log;
  readonly store: Store;
  readonly siteFeed: Pick<SiteFeed, 'current' | 'subscribe'>;
  readonly pictures: PictureFeed;
  /** The built pages: dashboard/out. */
  readonly pagesFolder: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly dataFolder: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

export interface Gateway {
  readonly url: string;
  /** Open pages. */
  viewers(): number;
  close(): Promise<void>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether who asks may see this camera. */
    mayWatch(camera: string): boolean;
    /** The cameras that who asks is limited to; undefined: all. */
    onlyCameras(): readonly string[] | undefined;
  }
}

/** Largest body of a request: a site's zones as JSON. */
const largestBodyBytes = 2 * 2 ** 20;
/** A client that takes longer to send its request is cut off (slow-loris). */
const requestSeconds = 20;
const headersSeconds = 10;

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const clock = options.clock ?? systemClock;
  const now = (): number => clock.now();
  const pages = await loadPages(options.pagesFolder);
  const state = createLiveState();
  state.site(options.siteFeed.current());
  const unwatchSite = options.siteFeed.subscribe((record) => state.site(record));
  const blursHeads = (camera: string): boolean => state.siteTopic.value()?.cameras.find((known) => known.name === camera)?.blurHeads ?? true;
  const pictures = createPictures(options.pictures, blursHeads);
  await restore(options.store).then(
    ({ zones, events }) => state.restore(zones, events),
    (error: unknown) => options.logger?.warn(`last values were not read back from the store: ${explain(error)}`),
  );
  const consumer = await consume({ log: options.log, state, pictures, now });
  const hub = createHub(state, pictures, { now, pagesVersion: pages.version });

  const app = fastify({ bodyLimit: largestBodyBytes, requestTimeout: requestSeconds * 1000, forceCloseConnections: true, trustProxy: false });
  app.server.headersTimeout = headersSeconds * 1000;
  app.decorateRequest('mayWatch', () => true);
  app.decorateRequest('onlyCameras', () => undefined);
  answerErrors(app);
  secureHeaders(app);
  liveRoutes(app, { state, now, problem: () => consumer.problem() });
  historyRoutes(app, { store: options.store, now, timezone: () => state.siteTopic.value()?.timezone ?? 'UTC' });
  pages.register(app, () => JSON.stringify(firstPaint()));
  const detach = attachSocket(app.server, hub, () => ({ mayWatch: () => true }));

  function firstPaint(): object {
    return { now: now(), site: state.siteTopic.value(), zones: state.zones.values(), cameras: state.cameras.values(), events: state.events.values().slice(0, 20), alerts: state.alerts.value() };
  }

  async function close(): Promise<void> {
    unwatchSite();
    hub.close();
    detach();
    pictures.close();
    await consumer.close();
    await app.close();
  }

  try {
    const url = await app.listen({ host: options.host, port: options.port });
    return { url, viewers: () => hub.viewers(), close };
  } catch (cause) {
    await close();
    if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new SightlineError('PORT_TAKEN', `port ${options.port} of ${options.host} is taken by another program`, { cause });
    throw cause;
  }
}

function secureHeaders(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    void reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    });
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    if (!reply.hasHeader('content-security-policy')) void reply.header('content-security-policy', "default-src 'none'");
  });
}
