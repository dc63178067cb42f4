import { SightlineError } from '@sightline/runtime/errors';
import type { Store } from '@sightline/runtime/store/store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { eventWhere, findEvents, fillable, type EventFilter } from '../queries/events.js';
import { findSeries, fillParameters, mostPoints, seriesQuery as seriesSql, stepFor, type SeriesRequest } from '../queries/series.js';
import { findSparks, type Spark } from '../queries/sparks.js';
import { parse } from './parse.js';

/** What was: series, sparklines and events from the store. */
export interface HistoryRouteParts {
  readonly store: Store;
  readonly now: () => number;
  readonly timezone: () => string;
}

const name = z.string().min(1).max(64);
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const daySeconds = 86_400;
/** Sparklines are the same for every viewer: one query serves all of them for this long. */
const sparkMilliseconds = 10_000;
/** Ending, the engine's name of the form, media type. */
const downloads = [['csv', 'CSVWithNames', 'text/csv; charset=utf-8'], ['parquet', 'Parquet', 'application/vnd.apache.parquet']] as const;
const mostExportRows = 1_000_000;

const seriesQuery = z.object({ camera: name, zone: name, measure: z.string().regex(/^[a-zA-Z]\w{0,40}$/), from: time, to: time, step: z.coerce.number().int().positive().optional() });
const eventsQuery = z.object({
  camera: name.optional(),
  zone: name.optional(),
  kind: z.string().max(40).optional(),
  class: z.string().max(40).optional(),
  from: time.optional(),
  to: time.optional(),
  order: z.enum(['newest', 'longest']).default('newest'),
  beforeAt: z.coerce.number().int().optional(),
  beforeId: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export function historyRoutes(app: FastifyInstance, { store, now, timezone }: HistoryRouteParts): void {
  let sparks: { readonly until: number; readonly answer: Promise<Record<string, Spark>> } | null = null;

  app.get('/api/v1/sparks', { config: { role: 'viewer' } }, async (request) => {
    if (!sparks || now() > sparks.until) {
      const answer = findSparks(store);
      sparks = { until: now() + sparkMilliseconds, answer };
      answer.catch(() => (sparks = null));
    }
    const all = await sparks.answer;
    return { zones: Object.fromEntries(Object.entries(all).filter(([key]) => request.mayWatch(key.slice(0, key.indexOf('/'))))) };
  });

  app.get('/api/v1/history', { config: { role: 'viewer' } }, async (request) => findSeries(store, seriesRequest(request)));

  for (const [extension, format, type] of downloads) {
    app.get(`/api/v1/history.${extension}`, { config: { role: 'viewer' } }, async (request, reply) => {
      const wanted = seriesRequest(request);
      const { sql, params } = seriesSql(wanted);
      const bytes = await store.queryBytes(`SELECT toDateTime(t, 'UTC') AS at, value, low, high, trust FROM (${sql})`, format, params);
      return reply.type(type).header('content-disposition', `attachment; filename="${wanted.measure}.${extension}"`).send(Buffer.from(bytes));
    });
  }

  function seriesRequest(request: FastifyRequest): SeriesRequest {
    const query = parse(seriesQuery, request.query);
    mustWatch(request, query.camera);
    const [from, to] = [query.from / 1000, query.to / 1000];
    if (to <= from) throw new SightlineError('USAGE', `from ${new Date(query.from).toISOString()} does not lie before to ${new Date(query.to).toISOString()}`, { remedy: 'give a span that ends after it begins' });
    const step = query.step ?? stepFor(to - from, query.measure);
    if ((to - from) / step > mostPoints * 2) throw new SightlineError('USAGE', `a step of ${step} s gives ${Math.ceil((to - from) / step)} points; at most ${mostPoints * 2} are answered`, { remedy: 'leave step out, or choose a longer one' });
    return { camera: query.camera, zone: query.zone, measure: query.measure, from: Math.floor(from), to: Math.ceil(to), step, timezone: timezone() };
  }

  app.get('/api/v1/events', { config: { role: 'viewer' } }, async (request) => {
    const filter = eventFilter(request);
    const events = await findEvents(store, filter);
    const last = events.at(-1);
    return { events, next: filter.order === 'newest' && events.length === filter.limit && last ? { beforeAt: last.at, beforeId: last.id } : null, sql: fillParameters(...fillable(filter)) };
  });

  for (const [extension, format, type] of downloads) {
    app.get(`/api/v1/events.${extension}`, { config: { role: 'viewer' } }, async (request, reply) => {
      const { where, params } = eventWhere(eventFilter(request));
      const sql = `SELECT at, camera, zone, zone_kind, kind, class, direction, track, part, seconds, value, x, y, along, id FROM events WHERE ${where} ORDER BY at LIMIT ${mostExportRows}`;
      const bytes = await store.queryBytes(sql, format, params);
      return reply.type(type).header('content-disposition', `attachment; filename="events.${extension}"`).send(Buffer.from(bytes));
    });
  }

  function eventFilter(request: FastifyRequest): EventFilter {
    const query = parse(eventsQuery, request.query);
    if (query.camera !== undefined) mustWatch(request, query.camera);
    const to = query.to ?? now();
    return {
      cameras: query.camera === undefined ? request.onlyCameras() : [query.camera],
      zone: query.zone,
      kind: query.kind,
      cls: query.class,
      from: (query.from ?? to - daySeconds * 1000) * 1000,
      to: to * 1000,
      order: query.order,
      before: query.beforeAt !== undefined && query.beforeId !== undefined ? { at: query.beforeAt, id: query.beforeId } : undefined,
      limit: query.limit,
    };
  }
}

/** A name that may not be seen is answered like one that does not exist. */
export function mustWatch(request: FastifyRequest, camera: string): void {
  if (!request.mayWatch(camera)) throw new SightlineError('NOT_FOUND', `there is no camera ${JSON.stringify(camera)} for you`);
}
