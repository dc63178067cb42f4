import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchContext, Log, Producer, StoredRecord, Subscription, TopicPartition } from '@sightline/runtime/log/log';
import type { Store } from '@sightline/runtime/store/store';
import { alertEncoder, siteEncoder, statusEncoder } from './other-rows.js';
import { BatchWriter, type BatchLimits } from './batch-writer.js';
import { Lane } from './lane.js';
import type { SinkClock } from './persist.js';
import { resultsEncoder } from './results-rows.js';
import type { CreateEncoder } from './rows.js';

/**
 * Puts what the log says into the store: results, camera status, alerts and site configurations, each exactly once. Any
 * number of sinks share the partitions; where each stands is kept in the store.
 *
 *     const sink = await startSink({ log, store });
 *     await sink.drained();
 *     await sink.close();
 */
export interface SinkOptions extends Partial<BatchLimits> {
  readonly log: Log;
  /** Migrated. */
  readonly store: Store;
  readonly group?: string;
  /** No other sink works on this log and store (embedded): then one batch holds all partitions, which saves inserts. */
  readonly exclusive?: boolean;
  readonly topics?: readonly SinkTopic[];
  readonly clock?: SinkClock;
  /** Told in words when something waits or could not be read; it goes on by itself. */
  report?(problem: string): void;
  /** Told when the sink can not go on, such as with RECORD_NEWER. */
  failed?(error: unknown): void;
}

export type SinkTopic = 'results' | 'camera-status' | 'alerts' | 'site';

export interface Sink {
  /** Resolves when everything that was in the log at the time of the call, and is assigned to this sink, is in the store. */
  drained(): Promise<void>;
  readonly totals: SinkTotals;
  /** Writes what was read, waiting for the store no longer than `closeSeconds`, and leaves the group. */
  close(): Promise<void>;
}

export interface SinkTotals {
  /** Records written, and of those the ones that could not be read. */
  records: number;
  unreadable: number;
  batches: number;
  rows: number;
}

/**
 * The page has its live values from the log; the store serves history, and after a crash the log fills up what it lacks. A
 * batch costs the same whatever it holds (each table and each view writes a part), so one camera writes four times less in
 * batches of two seconds than of half a second.
 */
const defaultLimits: BatchLimits = { flushSeconds: 2, maxRecords: 8192, maxBytes: 32 * 2 ** 20 };
/** What was read but not written is written by the next start, so the end need not wait for a store that is away. */
const closeSeconds = 3;
/** Records that the log hands over at once. */
const readRecords = 1024;
const drainPollMs = 10;

const encoders: Readonly<Record<SinkTopic, CreateEncoder>> = { results: resultsEncoder, 'camera-status': statusEncoder, alerts: alertEncoder, site: siteEncoder };

const systemClock: SinkClock = { now: () => Date.now(), sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined) };

/** Resolves once this sink is in its group; its partitions may follow. */
export async function startSink(options: SinkOptions): Promise<Sink> {
  const { log, group = 'sink', clock = systemClock, topics = ['results', 'camera-status', 'alerts', 'site'] } = options;
  const totals: SinkTotals = { records: 0, unreadable: 0, batches: 0, rows: 0 };
  const places = new Map<string, Place>();
  let shared: Place | null = null;
  let producer: Promise<Producer> | null = null;

  const deadLetter = async ({ topic, partition, offset, key, value }: StoredRecord, reason: string): Promise<void> => {
    options.report?.(`${topic}/${partition} offset ${offset} cannot be read: ${reason}`);
    totals.unreadable += 1;
    producer ??= log.producer();
    await (await producer).send('dead-letter', [{ key: topic, value, headers: { reason, topic, partition: String(partition), offset: String(offset), key } }]);
  };
  const newPlace = (): Place =>
    new Place((end) => new BatchWriter({
      log,
      store: options.store,
      clock,
      limits: { flushSeconds: options.flushSeconds ?? defaultLimits.flushSeconds, maxRecords: options.maxRecords ?? defaultLimits.maxRecords, maxBytes: options.maxBytes ?? defaultLimits.maxBytes },
      exclusive: options.exclusive ?? false,
      signal: end,
      encoderOf: (topic) => encoders[topic as SinkTopic],
      deadLetter,
      report: (problem) => options.report?.(problem),
      failed: (error) => options.failed?.(error),
      wrote: ({ records, rows, lanes }) => {
        totals.batches += 1;
        totals.records += records;
        totals.rows += rows;
        // Only so that the broker's own tools show the lag; where to go on is in the store.
        for (const { name, written } of lanes) void places.get(name)?.contexts.get(name)?.commit(written + 1).catch(() => undefined);
      },
    }));

  const assigned = async (at: TopicPartition, signal: AbortSignal): Promise<number | 'begin'> => {
    const lane = new Lane(at);
    if (!options.exclusive) await places.get(lane.name)?.release();
    const place = options.exclusive ? (shared ??= newPlace()) : newPlace();
    const giveUp = (): void => void place.release();
    signal.addEventListener('abort', giveUp, { once: true });
    const begin = await place.writer.join(lane);
    if (begin === null) return 'begin';
    places.set(lane.name, place);
    return Math.max(begin, (await log.offsets(at)).begin);
  };

  const subscription: Subscription = await log.subscribe({
    group,
    topics,
    maxBatchRecords: readRecords,
    assigned,
    revoked: async (at) => places.get(nameOf(at))?.release(),
    records: async (batch, context) => {
      const name = nameOf(batch[0]!);
      const place = places.get(name);
      place?.contexts.set(name, context);
      await place?.writer.take(name, batch);
    },
    failed: (error) => options.failed?.(error),
  });

  return {
    totals,
    async drained() {
      const ends = await Promise.all(subscription.assignment().map(async (at) => ({ name: nameOf(at), end: (await log.offsets(at)).end })));
      for (const { name, end } of ends) {
        for (;;) {
          const writer = places.get(name)?.writer;
          const lane = writer?.lane(name);
          if (lane && lane.written >= end - 1) break;
          await writer?.flush();
          // Offsets may have gaps at the end: then nothing more comes though the last one was never seen.
          if (lane?.waiting.length === 0 && ((await subscription.lag()).get(name) ?? 0) === 0) break;
          await clock.sleep(drainPollMs);
        }
      }
    },
    async close() {
      await subscription.close();
      await Promise.all([...new Set(places.values())].map((place) => place.release()));
      if (producer) await (await producer).close();
    },
  };
}

/** A writer in this sink's hands. */
class Place {
  readonly writer: BatchWriter;
  readonly contexts = new Map<string, BatchContext>();
  readonly #end = new AbortController();
  #released: Promise<void> | null = null;

  constructor(create: (end: AbortSignal) => BatchWriter) {
    this.writer = create(this.#end.signal);
  }

  /** Writes what is left, waiting for the store no longer than `closeSeconds`. */
  release(): Promise<void> {
    this.#released ??= (async () => {
      const late = setTimeout(() => this.#end.abort(), closeSeconds * 1000);
      await this.writer.close().catch(() => undefined);
      clearTimeout(late);
      this.#end.abort();
    })();
    return this.#released;
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
