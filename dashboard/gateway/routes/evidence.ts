import { SightlineError } from '@sightline/runtime/errors';
import type { Store } from '@sightline/runtime/store/store';
import type { FastifyInstance } from 'fastify';
import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
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

const event = z.object({ id: z.string().min(5).max(300) });
const track = z.object({ camera: z.string().max(64), id: z.string().max(100) });
const label = z.strictObject({ event: z.string().min(5).max(300), verdict: z.enum(['wrong', 'right']), note: z.string().max(500).default('') });

export function evidenceRoutes(app: FastifyInstance, { store, evidence, audit, labelsFile, now }: EvidenceRouteParts): void {
  app.get('/api/v1/evidence.jpg', { config: { role: 'viewer' } }, async (request, reply) => {
    const { id } = parse(event, request.query);
    mustWatch(request, cameraOf(id));
    const jpeg = await evidence.find(id);
    if (!jpeg) throw new SightlineError('NOT_FOUND', 'there is no picture of this event (any more)', { remedy: 'pictures are kept from when the dashboard runs until their room is used up' });
    return reply.type('image/jpeg').header('cache-control', 'private, max-age=86400').send(jpeg);
  });

  app.get('/api/v1/track', { config: { role: 'viewer' } }, async (request) => {
    const { camera, id } = parse(track, request.query);
    mustWatch(request, camera);
    return { track: await findTrack(store, camera, id) };
  });

  app.post('/api/v1/labels', { config: { role: 'operator' } }, async (request) => {
    const body = parse(label, request.body);
    mustWatch(request, cameraOf(body.event));
    await mkdir(path.dirname(labelsFile), { recursive: true });
    await appendFile(labelsFile, `${JSON.stringify({ ...body, who: request.identity?.name ?? '', at: new Date(now()).toISOString() })}\n`);
    audit.write({ who: request.identity?.name ?? '', role: request.identity?.role ?? '', action: 'event-labelled', detail: `${body.event} ${body.verdict}`, address: request.ip });
    return { ok: true };
  });
}

function cameraOf(eventId: string): string {
  return eventId.slice(0, Math.max(0, eventId.indexOf('/')));
}
