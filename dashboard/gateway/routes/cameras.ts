import { SightlineError } from '@sightline/runtime/errors';
import { driftScore, type DriftScore } from '@sightline/runtime/store/drift-score';
import type { Store } from '@sightline/runtime/store/store';
import type { LiveSite } from '@sightline/schemas';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Audit } from '../access/audit.js';
import type { Pictures } from '../live/pictures.js';
import { findCameraDay, type CameraDay } from '../queries/camera-day.js';
import { findHeat } from '../queries/heat.js';
import { findJourneys } from '../queries/journeys.js';
import { findSizes } from '../queries/sizes.js';
import { findTroubles } from '../queries/troubles.js';
import { mustWatch } from './history.js';
import { parse } from './parse.js';

/** Cameras: a picture now, their last day, where people were, how far they drift, and trying out an address. */
export interface CameraRouteParts {
  readonly store: Store;
  readonly pictures: Pictures;
  readonly tryCamera: TryCamera | undefined;
  readonly audit: Audit;
  readonly now: () => number;
  readonly site: () => LiveSite | null;
}

/** Opens a source from this machine and says what it gives. Never rejects for what the source does. */
export type TryCamera = (source: { readonly source: string; readonly transport?: 'tcp' | 'udp' }, signal: AbortSignal) => Promise<CameraTrial>;

export type CameraTrial =
  | { readonly ok: true; readonly width: number; readonly height: number; readonly fps: number | null; readonly codec: string; readonly jpeg: Uint8Array }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly remedy: string };

export interface DriftOfCamera extends DriftScore {
  readonly camera: string;
}

const camera = z.object({ name: z.string().max(64) });
const span = z.object({ from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }) });
const heatQuery = span.extend({ class: z.string().max(40).optional() });
const trial = z.strictObject({ source: z.string().min(1).max(2000), transport: z.enum(['tcp', 'udp']).optional() });
const pictureSeconds = 6;
const trialSeconds = 20;
/** The same for every viewer, and slow to change. */
const cacheMilliseconds = 30_000;

export function cameraRoutes(app: FastifyInstance, { store, pictures, tryCamera, audit, now, site }: CameraRouteParts): void {
  const day = cached(() => findCameraDay(store, now()), now);
  const drift = cached(async (): Promise<DriftOfCamera[]> => {
    const known = site();
    const scores: DriftOfCamera[] = [];
    for (const { name } of known?.cameras ?? []) scores.push({ camera: name, ...(await driftScore(store, { camera: name, until: now() / 1000, timezone: known?.timezone ?? 'UTC' })) });
    return scores;
  }, now);

  app.get('/api/v1/cameras/:name/picture.jpg', { config: { role: 'viewer' } }, async (request, reply) => {
    const { name } = parse(camera, request.params);
    mustWatch(request, name);
    const still = await pictures.still(name, pictureSeconds);
    if (!still) throw new SightlineError('NOT_FOUND', `camera ${JSON.stringify(name)} gave no picture within ${pictureSeconds} s`, { remedy: 'look on the cameras page whether it is online' });
    return reply.type('image/jpeg').header('x-captured-at', new Date(still.header.capturedAt / 1000).toISOString()).send(still.jpeg);
  });

  app.get('/api/v1/cameras/day', { config: { role: 'viewer' } }, async (request): Promise<CameraDay> => {
    const all = await day();
    return { ...all, cameras: Object.fromEntries(Object.entries(all.cameras).filter(([name]) => request.mayWatch(name))) };
  });

  app.get('/api/v1/drift', { config: { role: 'viewer' } }, async (request): Promise<{ cameras: DriftOfCamera[] }> => ({ cameras: (await drift()).filter((one) => request.mayWatch(one.camera)) }));

  app.get('/api/v1/models', { config: { role: 'viewer' } }, async (request) => {
    const rows = await store.query<{ camera: string; model: string; first: number; last: number; frames: number }>('SELECT camera, model, toUnixTimestamp(min(first_minute)) AS first, toUnixTimestamp(max(last_minute)) AS last, sum(m.frames) AS frames FROM model_versions AS m GROUP BY camera, model ORDER BY last DESC, camera LIMIT 500');
    return { models: rows.filter((row) => request.mayWatch(row.camera)) };
  });

  app.get('/api/v1/alerts', { config: { role: 'viewer' } }, async (request) => {
    const rows = await store.query<{ camera: string }>('SELECT toUnixTimestamp64Micro(alerts.at) AS at, rule, state, severity, camera, subject, measure, condition, value, toUnixTimestamp64Micro(alerts.since) AS since, id FROM alerts WHERE alerts.at > now() - INTERVAL 7 DAY ORDER BY alerts.at DESC LIMIT 500');
    return { alerts: rows.filter((row) => request.mayWatch(row.camera)) };
  });

  app.get('/api/v1/cameras/:name/heat', { config: { role: 'viewer' } }, async (request) => {
    const { name } = parse(camera, request.params);
    mustWatch(request, name);
    const { from, to, class: cls } = parse(heatQuery, request.query);
    return findHeat(store, name, Math.floor(Date.parse(from) / 1000), Math.ceil(Date.parse(to) / 1000), cls);
  });

  app.get('/api/v1/cameras/:name/journeys', { config: { role: 'viewer' } }, async (request) => {
    const { name } = parse(camera, request.params);
    mustWatch(request, name);
    const { from, to } = parse(span, request.query);
    return findJourneys(store, name, Math.floor(Date.parse(from) / 1000), Math.ceil(Date.parse(to) / 1000));
  });

  app.get('/api/v1/cameras/:name/sizes', { config: { role: 'viewer' } }, async (request) => {
    const { name } = parse(camera, request.params);
    mustWatch(request, name);
    return findSizes(store, name);
  });

  app.get('/api/v1/cameras/:name/troubles', { config: { role: 'viewer' } }, async (request) => {
    const { name } = parse(camera, request.params);
    mustWatch(request, name);
    const { from, to } = parse(span, request.query);
    return { troubles: await findTroubles(store, name, Math.floor(Date.parse(from) / 1000), Math.ceil(Date.parse(to) / 1000)) };
  });

  app.post('/api/v1/cameras/try', { config: { role: 'admin' } }, async (request, reply) => {
    const wanted = parse(trial, request.body);
    if (!tryCamera) throw new SightlineError('USAGE', 'this gateway cannot open cameras', { remedy: 'try it with `sightline doctor --site FILE` where the cameras are read' });
    audit.write({ who: request.identity?.name ?? '', role: request.identity?.role ?? '', action: 'camera-tried', detail: new URL(wanted.source, 'file:///').protocol, address: request.ip });
    const over = AbortSignal.timeout(trialSeconds * 1000);
    const found = await tryCamera({ source: wanted.source, ...(wanted.transport && { transport: wanted.transport }) }, over);
    if (!found.ok) return reply.send(found);
    return { ok: true, width: found.width, height: found.height, fps: found.fps, codec: found.codec, picture: `data:image/jpeg;base64,${Buffer.from(found.jpeg).toString('base64')}` };
  });
}

function cached<T>(make: () => Promise<T>, now: () => number): () => Promise<T> {
  let kept: { readonly until: number; readonly answer: Promise<T> } | null = null;
  return () => {
    if (!kept || now() > kept.until) {
      const answer = make();
      kept = { until: now() + cacheMilliseconds, answer };
      answer.catch(() => (kept = null));
    }
    return kept.answer;
  };
}
