import { SightlineError } from '@sightline/runtime/errors';
import type { Store } from '@sightline/runtime/store/store';
import type { Verdict } from '@sightline/schemas';
import type { FastifyInstance } from 'fastify';
import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import type { Audit } from '../access/audit.js';
import type { Evidence } from '../evidence.js';
import { findTrack } from '../preview.js';
import { mustWatch } from './history.js';
import { parse } from './parse.js';

/** What an event rests on: its picture, its track, and what people say of it. */
export interface EvidenceRouteParts {
  readonly store: Store;
  readonly evidence: Evidence;
  readonly audit: Audit;
  /** One JSON line for each verdict; labels for training and evaluation. */
  readonly labelsFile: string;
  readonly now: () => number;
}

const picture = z.object({ id: z.string().min(5).max(300), small: z.literal('1').optional() });
/** A list shows two fifths of it, an inch wide. */
const smallPixels = 320;
const event = z.object({ id: z.string().min(5).max(300) });
const moment = z.object({ camera: z.string().min(1).max(64), at: z.coerce.number().int() });
const track = z.object({ camera: z.string().max(64), id: z.string().max(100) });
const label = z.strictObject({ event: z.string().min(5).max(300), verdict: z.enum(['wrong', 'right']), note: z.string().max(500).default('') });

export function evidenceRoutes(app: FastifyInstance, { store, evidence, audit, labelsFile, now }: EvidenceRouteParts): void {
  app.get('/api/v1/evidence.jpg', { config: { role: 'viewer' } }, async (request, reply) => {
    const { id, small } = parse(picture, request.query);
    mustWatch(request, cameraOf(id));
    const jpeg = await evidence.find(id);
    // A list asks for many that there may not be: nothing to show is no error there.
    if (!jpeg && small) return reply.code(204).send();
    if (!jpeg) throw new SightlineError('NOT_FOUND', 'there is no picture of this event (any more)', { remedy: 'pictures are kept from when the dashboard runs until their room is used up' });
    return reply.type('image/jpeg').header('cache-control', 'private, max-age=86400').send(small ? await sharp(jpeg).resize({ width: smallPixels }).jpeg({ quality: 70 }).toBuffer() : jpeg);
  });

  /** Pictures as the live socket sends them, each behind its length: `?id=EVENT`, or `?camera=NAME&at=µs` for the firing of a rule. */
  app.get('/api/v1/evidence.clip', { config: { role: 'viewer' } }, async (request, reply) => {
    const of = parse(z.union([event.transform(({ id }) => ({ eventId: id })), moment]), request.query);
    mustWatch(request, 'eventId' in of ? cameraOf(of.eventId) : of.camera);
    const clip = await evidence.findClip(of);
    if (!clip) throw new SightlineError('NOT_FOUND', 'there is no clip of this (any more)', { remedy: 'clips are kept of zones with `evidence: clip` and rules with `clip: true`, until they are too old or their room is used up' });
    return reply.type('application/octet-stream').header('cache-control', 'private, max-age=86400').send(clip);
  });

  app.get('/api/v1/track', { config: { role: 'viewer' } }, async (request) => {
    const { camera, id } = parse(track, request.query);
    mustWatch(request, camera);
    return { track: await findTrack(store, camera, id) };
  });

  app.post('/api/v1/labels', { config: { role: 'operator' } }, async (request) => {
    const body = parse(label, request.body);
    mustWatch(request, cameraOf(body.event));
    const about = await findEvent(store, body.event);
    if (!about) throw new SightlineError('NOT_FOUND', `there is no event ${JSON.stringify(body.event)}`);
    const verdict: Verdict = { ...about, verdict: body.verdict, note: body.note, who: request.identity?.name ?? '', said: new Date(now()).toISOString() };
    await mkdir(path.dirname(labelsFile), { recursive: true });
    await appendFile(labelsFile, `${JSON.stringify(verdict)}\n`);
    audit.write({ who: request.identity?.name ?? '', role: request.identity?.role ?? '', action: 'event-labelled', detail: `${body.event} ${body.verdict}`, address: request.ip });
    return { ok: true };
  });
}

/** What a verdict is about, so that its line can be read without the store. */
async function findEvent(store: Store, id: string): Promise<Omit<Verdict, 'verdict' | 'note' | 'who' | 'said'> | null> {
  const [row] = await store.query<{ event: string; camera: string; zone: string; kind: Verdict['kind']; direction: string; at: string; site: string; model: string }>(
    `SELECT id AS event, camera, zone, kind, direction, formatDateTime(e.at, '%Y-%m-%dT%H:%i:%S.%fZ') AS at,
       (SELECT argMax(site, minute) FROM frames_1m WHERE camera = {camera:String} AND minute <= (SELECT any(at) FROM events WHERE id = {id:String} AND camera = {camera:String})) AS site,
       (SELECT argMax(model, minute) FROM frames_1m WHERE camera = {camera:String} AND minute <= (SELECT any(at) FROM events WHERE id = {id:String} AND camera = {camera:String})) AS model
     FROM events AS e WHERE id = {id:String} AND camera = {camera:String} LIMIT 1`,
    { id, camera: cameraOf(id) },
  );
  if (!row) return null;
  const { direction, ...rest } = row;
  return { ...rest, ...((direction === 'in' || direction === 'out') && { direction }) };
}

function cameraOf(eventId: string): string {
  return eventId.slice(0, Math.max(0, eventId.indexOf('/')));
}
