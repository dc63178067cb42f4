import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { topics as allTopics, type TopicName, type TopicSpec } from '@sightline/schemas';
import { SightlineError } from '../../errors.js';
import type { Log, LogRecord, Producer, StoredRecord, SubscribeOptions, Subscription, TopicPartition } from '../log.js';
import { hashPartition } from '../partition-of.js';
import { CommittedFile } from './committed-file.js';
import { CompactedPartition } from './compacted.js';
import { DurablePartition } from './durable.js';
import { Group, keyOf } from './group.js';
import { Journal } from './journal.js';
import type { PartitionLog } from './partition-log.js';
import { VolatilePartition } from './volatile.js';

/**
 * The log in process. `frames` is volatile: values by reference, bounded, producers wait. The other topics are durable
 * in segment files when a folder is given, else the newest of them stay in memory.
 *
 *     const log = await openMemoryLog({ folder: 'data/log' });
 */
export interface MemoryLogOptions {
  /** Where the durable topics live; without it nothing outlives the process. */
  readonly folder?: string;
  /** Partitions of the topics that are partitioned by camera; fixed once a folder was written with it. Default 8. */
  readonly partitions?: number;
  /** Bounds of one partition of `frames`. Defaults 16 records, 64 MiB. */
  readonly frameRecords?: number;
  readonly frameBytes?: number;
  /** Files are begun anew at this size. Default 32 MiB. */
  readonly segmentBytes?: number;
  /** Survive a power cut too: each write waits for the disk. Default false. */
  readonly fsync?: boolean;
  /** ms since the Unix epoch. */
  readonly now?: () => number;
  /** Told in one sentence what was damaged and how it was mended. */
  readonly report?: (problem: string) => void;
}

const retainEverySeconds = 60;
const readBatchRecords = 256;

export async function openMemoryLog(options: MemoryLogOptions = {}): Promise<Log> {
  const now = options.now ?? Date.now;
  if (options.folder !== undefined) await mkdir(options.folder, { recursive: true });
  const partitions = new Map<string, PartitionLog>();
  const journals: { journal: Journal; spec: TopicSpec }[] = [];
  for (const spec of allTopics) {
    for (let partition = 0; partition < count(spec, options); partition++) {
      const at = { topic: spec.name, partition };
      const journal = options.folder === undefined || spec.name === 'frames' ? null : await openJournal(at, options.folder, options, now);
      if (journal) journals.push({ journal, spec });
      partitions.set(keyOf(at), await openPartition(spec, at, journal, options, now));
    }
  }
  const log = new MemoryLog(partitions, new CommittedFile(options.folder ?? null));
  const retain = (): void => {
    for (const { journal, spec } of journals) {
      if (!spec.compacted) void journal.retain({ ...(spec.retentionSeconds !== undefined && { seconds: spec.retentionSeconds }), ...(spec.retentionBytes !== undefined && { bytes: spec.retentionBytes }) }).catch(() => undefined);
    }
  };
  const timer = setInterval(retain, retainEverySeconds * 1000).unref();
  log.onClose(() => clearInterval(timer));
  return log;
}

function count(spec: TopicSpec, options: MemoryLogOptions): number {
  return spec.partitioned ? (options.partitions ?? 8) : 1;
}

async function openJournal(at: TopicPartition, folder: string, options: MemoryLogOptions, now: () => number): Promise<Journal> {
  return Journal.open(at, {
    folder: path.join(folder, `${at.topic}-${at.partition}`),
    segmentBytes: options.segmentBytes ?? 32 * 2 ** 20,
    fsync: options.fsync ?? false,
    now,
    report: options.report ?? (() => undefined),
  });
}

async function openPartition(spec: TopicSpec, at: TopicPartition, journal: Journal | null, options: MemoryLogOptions, now: () => number): Promise<PartitionLog> {
  if (spec.name === 'frames') return new VolatilePartition(at, { maxRecords: options.frameRecords ?? 16, maxBytes: options.frameBytes ?? 64 * 2 ** 20, now });
  return spec.compacted ? CompactedPartition.open(at, journal, now) : new DurablePartition(at, journal, now);
}

class MemoryLog implements Log {
  readonly #partitions: ReadonlyMap<string, PartitionLog>;
  readonly #committed: CommittedFile;
  readonly #groups = new Map<string, Group>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #fences = new Map<string, { readonly sending: Set<Promise<unknown>> }>();
  readonly #counts = new Map<TopicName, number>();
  readonly #closers: (() => void)[] = [];
  #closed = false;

  constructor(partitions: ReadonlyMap<string, PartitionLog>, committed: CommittedFile) {
    this.#partitions = partitions;
    this.#committed = committed;
    for (const { at } of partitions.values()) this.#counts.set(at.topic, (this.#counts.get(at.topic) ?? 0) + 1);
  }

  onClose(closer: () => void): void {
    this.#closers.push(closer);
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<readonly { topic: TopicName; difference: string }[]> {
    return specs.flatMap((spec) => {
      const here = allTopics.find(({ name }) => name === spec.name)!;
      return here.compacted === spec.compacted ? [] : [{ topic: spec.name, difference: `compacted is ${here.compacted}, not ${spec.compacted}` }];
    });
  }

  async partitions(topic: TopicName): Promise<number> {
    return this.#count(topic);
  }

  partitionOf(topic: TopicName, key: string): number {
    return hashPartition(key, this.#count(topic));
  }

  async producer(options: { readonly fence?: string } = {}): Promise<Producer> {
    this.#check();
    const mine = { sending: new Set<Promise<unknown>>() };
    const { fence } = options;
    if (fence !== undefined) {
      const before = this.#fences.get(fence);
      this.#fences.set(fence, mine);
      // What the producer before had begun to write is written before this one may look at the log's end.
      await Promise.allSettled(before ? [...before.sending] : []);
    }
    let closed = false;
    return {
      send: async (topic, records) => {
        this.#check();
        if (closed) throw new SightlineError('LOG_CLOSED', 'this producer is closed');
        if (fence !== undefined && this.#fences.get(fence) !== mine) throw new SightlineError('FENCED', `another producer has taken over ${fence}`);
        const sending = this.#append(topic, records);
        mine.sending.add(sending);
        try {
          return await sending;
        } finally {
          mine.sending.delete(sending);
        }
      },
      close: async () => {
        closed = true;
      },
    };
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    this.#check();
    const partitions = new Map([...this.#partitions].filter(([, log]) => options.topics.includes(log.at.topic)));
    const group = this.#groups.get(options.group) ?? new Group(options.group, this.#committed.of(options.group), (at, offset) => this.#onCommit(at, offset));
    this.#groups.set(options.group, group);
    const member = await group.join(options, partitions);
    const subscription: Subscription = {
      assignment: () => member.deliveries().map(({ at }) => at),
      restart: async (at) => {
        if (!member.delivery(at)) return;
        await member.lose(keyOf(at));
        member.gain(keyOf(at), group);
      },
      pause: (at) => member.delivery(at)?.pause(),
      resume: (at) => member.delivery(at)?.resume(),
      lag: async () => new Map(member.deliveries().map((delivery) => [keyOf(delivery.at), delivery.lag])),
      close: async () => {
        this.#subscriptions.delete(subscription);
        await group.leave(member);
      },
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async *read(at: TopicPartition, from: number, to?: number, signal?: AbortSignal): AsyncGenerator<StoredRecord> {
    const log = this.#partition(at);
    const end = Math.min(to ?? log.end, log.end);
    for (let next = from; next < end && !signal?.aborted; ) {
      const batch = await log.slice(next, readBatchRecords);
      if (batch.length === 0) return;
      for (const record of batch) {
        if (record.offset >= end || signal?.aborted) return;
        yield record;
      }
      next = batch.at(-1)!.offset + 1;
    }
  }

  async latest(topic: TopicName, partition?: number): Promise<ReadonlyMap<string, StoredRecord>> {
    const found = new Map<string, StoredRecord>();
    for (const log of this.#partitions.values()) {
      if (log.at.topic !== topic || (partition !== undefined && log.at.partition !== partition)) continue;
      for await (const record of this.read(log.at, log.begin)) {
        if (record.value === null) found.delete(record.key);
        else found.set(record.key, record);
      }
    }
    return found;
  }

  async offsets(at: TopicPartition): Promise<{ begin: number; end: number }> {
    const { begin, end } = this.#partition(at);
    return { begin, end };
  }

  async committed(group: string, topic: TopicName): Promise<ReadonlyMap<number, number>> {
    const marks = this.#committed.of(group);
    return new Map(Array.from({ length: this.#count(topic) }, (_, partition) => [partition, marks.get(keyOf({ topic, partition }))] as const).flatMap(([partition, mark]) => (mark === undefined ? [] : [[partition, mark] as const])));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    this.#closed = true;
    for (const closer of this.#closers) closer();
    await Promise.all([...this.#partitions.values()].map((partition) => partition.close()));
    this.#committed.close();
  }

  async #append(topic: TopicName, records: readonly LogRecord[]): Promise<{ partition: number; offset: number }[]> {
    const byPartition = new Map<number, number[]>();
    records.forEach((record, index) => {
      const partition = record.partition ?? this.partitionOf(topic, record.key);
      const indices = byPartition.get(partition);
      if (indices) indices.push(index);
      else byPartition.set(partition, [index]);
    });
    const positions: { partition: number; offset: number }[] = new Array<{ partition: number; offset: number }>(records.length);
    await Promise.all(
      [...byPartition].map(async ([partition, indices]) => {
        const first = await this.#partition({ topic, partition }).append(indices.map((index) => records[index]!));
        indices.forEach((index, n) => (positions[index] = { partition, offset: first + n }));
      }),
    );
    return positions;
  }

  #onCommit(at: TopicPartition, offset: number): void {
    if (at.topic !== 'frames') return this.#committed.changed();
    const partition = this.#partition(at);
    if (!(partition instanceof VolatilePartition)) return;
    const marks = [...this.#groups.values()].map((group) => group.committed(at)).filter((mark) => mark !== undefined);
    partition.release(Math.min(offset, ...marks));
  }

  #partition(at: TopicPartition): PartitionLog {
    const found = this.#partitions.get(keyOf(at));
    if (!found) throw new SightlineError('LOG_TOPIC_MISSING', `topic ${at.topic} has no partition ${at.partition}`);
    return found;
  }

  #count(topic: TopicName): number {
    return this.#counts.get(topic) ?? 1;
  }

  #check(): void {
    if (this.#closed) throw new SightlineError('LOG_CLOSED', 'the log is closed');
  }
}
