import { systemClock, type Clock } from '@sightline/runtime/clock';
import { explain, SightlineError } from '@sightline/runtime/errors';
import type { Log } from '@sightline/runtime/log/log';
import type { Logger } from '@sightline/runtime/logging';
import type { PictureFeed } from '@sightline/runtime/pictures';
import type { SiteFeed } from '@sightline/runtime/site-feed';
import type { SiteFile } from '@sightline/runtime/site-file';
import type { Store } from '@sightline/runtime/store/store';
import type { LiveParts } from '@sightline/schemas';
import fastify, { type FastifyInstance } from 'fastify';
import path from 'node:path';
import { openAccounts } from './access/accounts.js';
import { createAudit } from './access/audit.js';
import { guard, isLoopback } from './access/guard.js';
import { mayWatch, type Identity } from './access/identity.js';
import { createOidc } from './access/oidc.js';
import type { OidcOptions } from './access/oidc-options.js';
import { consume } from './consume.js';
import { answerErrors } from './errors.js';
import { createEvidence } from './evidence.js';
import { keepEvidence } from './keep-evidence.js';
import { encodePicture } from './live/encode-picture.js';
import { createHub } from './live/hub.js';
import type { Seen } from './live/picture-message.js';
import { createPictures } from './live/pictures.js';
import { createLiveState } from './live/state.js';
import { loadPages } from './pages.js';
import { watchParts } from './parts.js';
import type { PreviewZone } from './preview.js';
import { restore } from './queries/restore.js';
import { accessRoutes } from './routes/access.js';
import { cameraRoutes, type TryCamera } from './routes/cameras.js';
import { evidenceRoutes } from './routes/evidence.js';
import { historyRoutes } from './routes/history.js';
import { liveRoutes } from './routes/live.js';
import { oidcRoutes } from './routes/oidc.js';
import { siteRoutes } from './routes/site.js';
import { attachSocket } from './socket.js';

/**
 * The gateway: pages, REST and the live socket on one port, from the log and the store.
 *
 *     const { url, close } = await startGateway({ log, store, siteFeed, pictures, pagesFolder: 'dashboard/out', host: '127.0.0.1', port: 8420, dataFolder: 'data' });
 */
export interface GatewayOptions {
  readonly log: Log;
  /** Migrated. */
  readonly store: Store;
  readonly siteFeed: Pick<SiteFeed, 'current' | 'subscribe'>;
  readonly pictures: PictureFeed;
  /** The built pages: dashboard/out. */
  readonly pagesFolder: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Holds access.json, evidence/ and labels.jsonl. */
  readonly dataFolder: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Absent: the site cannot be changed from the page. */
  readonly siteFile?: SiteFile;
  /** Absent: drafts of zones cannot be tried against the past. */
  readonly previewZone?: PreviewZone;
  /** Absent: addresses of cameras cannot be tried from the page. */
  readonly tryCamera?: TryCamera;
  /** PEM texts; absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** A provider of OpenID Connect that people sign in through; from then on everyone signs in. */
  readonly oidc?: OidcOptions;
  /** Allows to listen beyond this machine without users or without TLS. */
  readonly insecure?: boolean;
  /** Keep pictures and clips of events, as the site asks; default true. */
  readonly evidence?: boolean;
  /** Requests a second of one client; 0 takes no count (benchmarks). */
  readonly requestsPerSecond?: number;
}

export interface Gateway {
  readonly url: string;
  /** One-time link with which the first owner signs up; null once there is one. */
  readonly ownerLink: string | null;
  /** Open pages. */
  viewers(): number;
  /** Bytes that wait in this process for open pages. */
  buffered(): number;
  /** Every route of the API, as `METHOD /path/:parameter`. */
  routes(): readonly string[];
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
const headersSeconds = 5;
/** How often slow clients are looked for; Node's own 30 s would give them that much longer. */
const slowCheckMilliseconds = 1000;
const eventsInFirstPaint = 20;

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const clock = options.clock ?? systemClock;
  const now = (): number => clock.now();
  const { log, store, siteFeed, logger, dataFolder } = options;
  const pages = await loadPages(options.pagesFolder);
  const accounts = await openAccounts(path.join(dataFolder, 'access.json'), now, { provider: options.oidc !== undefined });
  const oidc = options.oidc ? createOidc(options.oidc) : null;
  refuseOpenDoor(options, accounts.closed());

  const state = createLiveState();
  state.site(siteFeed.current());
  const blursHeads = (camera: string): boolean => state.siteTopic.value()?.cameras.find((known) => known.name === camera)?.blurHeads ?? true;
  const encode = ({ frame, record }: Seen): Promise<Buffer> => encodePicture(frame, blursHeads(frame.header.camera) ? record : null);
  const evidence = createEvidence({ folder: path.join(dataFolder, 'evidence'), bounds: () => state.siteTopic.value()!.evidence, now, ...(logger && { logger }) });
  const keep = keepEvidence({ site: () => state.siteTopic.value(), evidence, encode });
  const pictures = createPictures(options.pictures, encode, keep);
  const followSite = (): void => pictures.keepFor(options.evidence === false ? [] : siteFeed.current().site.cameras.map(({ name }) => name));
  followSite();
  const unwatchSite = siteFeed.subscribe((record) => {
    state.site(record);
    followSite();
  });
  const readBack = (): Promise<void> =>
    restore(store).then(
      ({ zones, events }) => state.restore(zones, events),
      (error: unknown) => logger?.warn(`last values were not read back from the store: ${explain(error)}`),
    );
  await readBack();
  const consumer = await consume({ log, state, pictures, now, alerted: (alert) => keep.alert(alert) });
  const parts = watchParts({
    log,
    store,
    logProblem: () => consumer.problem(),
    now,
    changed: (changed) => {
      state.parts(changed);
      logger?.warn(lostPart(changed) ?? 'log and store answer');
      // What happened while one of them was away is read from where it was kept.
      if (changed.store.state === 'ok') void readBack();
    },
  });
  state.parts(parts.current());
  const hub = createHub(state, pictures, { now, pagesVersion: pages.version });
  const audit = createAudit(store, now, logger);

  const tls = options.tls;
  const patience = { headersTimeout: headersSeconds * 1000, connectionsCheckingInterval: slowCheckMilliseconds };
  const common = { bodyLimit: largestBodyBytes, requestTimeout: requestSeconds * 1000, forceCloseConnections: true };
  const app = (tls ? fastify({ ...common, https: { ...patience, cert: tls.cert, key: tls.key } }) : fastify({ ...common, http: patience })) as unknown as FastifyInstance;
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) if (url.startsWith('/api/') && name !== 'HEAD') routes.push(`${name} ${url}`);
  });
  answerErrors(app);
  secureHeaders(app, tls !== undefined);
  const door = guard(app, { accounts, now, local: isLoopback(options.host), secureCookies: tls !== undefined, ...(options.requestsPerSecond !== undefined && { requestsPerSecond: options.requestsPerSecond }) });
  liveRoutes(app, { state, now, problem: () => consumer.problem() ?? lostPart(parts.current()) });
  historyRoutes(app, { store, now, timezone: () => state.siteTopic.value()?.timezone ?? 'UTC' });
  siteRoutes(app, { siteFeed, siteFile: options.siteFile, previewZone: options.previewZone, state, store, audit, now });
  cameraRoutes(app, { store, pictures, tryCamera: options.tryCamera, audit, now, site: () => state.siteTopic.value() });
  evidenceRoutes(app, { store, evidence, audit, labelsFile: path.join(dataFolder, 'labels.jsonl'), now });
  const setupKey = accessRoutes(app, { accounts, audit, guard: door, now, oidc });
  if (oidc) oidcRoutes(app, { oidc, accounts, audit, guard: door, secureCookies: tls !== undefined || options.oidc!.publicUrl.protocol === 'https:', now });
  pages.register(app, firstPaint);
  const detach = attachSocket(app.server, hub, (request) => door.identify(request)?.identity ?? null);

  /** A stranger gets the pages, which ask to sign in, but no values. */
  function firstPaint(identity: Identity | null): object | null {
    if (!identity) return null;
    const sees = (value: { readonly camera: string }): boolean => mayWatch(identity, value.camera);
    return { now: now(), site: hub.siteFor(identity), zones: state.zones.values().filter(sees), cameras: state.cameras.values().filter(sees), events: state.events.values().filter(sees).slice(0, eventsInFirstPaint), alerts: state.alerts.value().filter(sees), parts: parts.current() };
  }

  async function close(): Promise<void> {
    unwatchSite();
    parts.close();
    hub.close();
    detach();
    pictures.close();
    await consumer.close();
    await keep.close();
    await app.close();
    await audit.close();
  }

  try {
    const url = await app.listen({ host: options.host, port: options.port });
    const key = setupKey();
    return { url, ownerLink: key === null ? null : `${url}/setup/#${key}`, viewers: () => hub.viewers(), buffered: () => hub.buffered(), routes: () => routes, close };
  } catch (cause) {
    await close();
    if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new SightlineError('PORT_TAKEN', `port ${options.port} of ${options.host} is taken by another program`, { cause });
    throw cause;
  }
}

function lostPart({ log, store }: LiveParts): string | null {
  return log.state === 'lost' ? 'the log does not answer' : store.state === 'lost' ? 'the store does not answer' : null;
}

function refuseOpenDoor({ host, tls, insecure }: GatewayOptions, closed: boolean): void {
  if (isLoopback(host) || insecure === true) return;
  if (!closed) throw new SightlineError('ACCESS_OPEN', `the dashboard would listen on ${host}, beyond this machine, and nobody has to sign in yet`);
  if (!tls) throw new SightlineError('ACCESS_OPEN', `the dashboard would listen on ${host}, beyond this machine, without TLS: passwords would cross the network in the clear`);
}

function secureHeaders(app: FastifyInstance, tls: boolean): void {
  app.addHook('onSend', async (_request, reply) => {
    void reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      ...(tls && { 'strict-transport-security': 'max-age=31536000' }),
    });
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    if (!reply.hasHeader('content-security-policy')) void reply.header('content-security-policy', "default-src 'none'");
  });
}
