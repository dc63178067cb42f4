import type { TopicName, TopicSpec } from '@sightline/schemas';

/**
 * The log: ordered, partitioned streams of records. Two implementations, in process and Apache Kafka, pass one
 * conformance suite (conformance.ts). Only this folder knows which one runs.
 *
 *     const log = await openMemoryLog({ folder: 'data/log' });
 *     const producer = await log.producer();
 *     await producer.send('results', [{ key: 'door', value: bytes }]);
 */
export interface LogRecord {
  /** Camera, zone, rule or site: decides the partition; order is kept per key. */
  readonly key: string;
  /** null deletes the key from a compacted topic. In process it is passed by reference: the sender gives it away. */
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where to put it, instead of where the key says. */
  readonly partition?: number;
}

export interface StoredRecord extends LogRecord {
  readonly topic: TopicName;
  readonly partition: number;
  /** Position in its partition, from 0, growing; not always without gaps. */
  readonly offset: number;
  /** ms since the Unix epoch when it was appended. */
  readonly appendedAt: number;
}

export interface TopicPartition {
  readonly topic: TopicName;
  readonly partition: number;
}

export interface Log {
  /** Creates what is missing. A topic that exists with other settings is reported in the answer, never changed. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<readonly { topic: TopicName; difference: string }[]>;
  partitions(topic: TopicName): Promise<number>;
  /** The partition of a key: the same in both implementations for equal partition counts. */
  partitionOf(topic: TopicName, key: string): number;
  /**
   * A producer. With `fence` all it sends in one call is atomic, and a producer opened later with the same fence makes
   * every further send of this one reject with code FENCED.
   */
  producer(options?: { readonly fence?: string }): Promise<Producer>;
  /** Joins a group that shares out the partitions of its topics. Resolves once the first assignment is made. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** Reads what lies between two offsets ([from, to), default up to the end at the time of the call), in order. */
  read(at: TopicPartition, from: number, to?: number, signal?: AbortSignal): AsyncIterable<StoredRecord>;
  /** The last value of each key of a compacted topic (one partition, or all), up to the end at the time of the call. */
  latest(topic: TopicName, partition?: number): Promise<ReadonlyMap<string, StoredRecord>>;
  offsets(at: TopicPartition): Promise<{ readonly begin: number; readonly end: number }>;
  /** What a group has committed in each partition of a topic; partitions without a commit are left out. */
  committed(group: string, topic: TopicName): Promise<ReadonlyMap<number, number>>;
  close(): Promise<void>;
}

export interface Producer {
  /**
   * Resolves when every record is safe, to their positions. In-process `frames` wait here while the topic is full; a
   * frame makes room when the group that consumes them commits past it.
   */
  send(topic: TopicName, records: readonly LogRecord[]): Promise<readonly { partition: number; offset: number }[]>;
  close(): Promise<void>;
}

export interface SubscribeOptions {
  readonly group: string;
  readonly topics: readonly TopicName[];
  /** Called before the first record of a newly assigned partition; says where to begin. */
  assigned(at: TopicPartition, signal: AbortSignal): Promise<number | 'committed' | 'begin' | 'end'>;
  /** Called after the last batch of a partition that goes elsewhere, or is given up by close(), was handled. */
  revoked?(at: TopicPartition): Promise<void>;
  /**
   * One batch of one partition, in order; the next one of that partition comes when this resolves. Partitions run
   * concurrently. `signal` aborts when the partition is lost or the subscription closes. A rejection stops the
   * subscription and is reported by `failed`.
   */
  records(batch: readonly StoredRecord[], context: BatchContext): Promise<void>;
  failed?(error: unknown): void;
  readonly maxBatchRecords?: number;
  /** Takes part in sharing the partitions out, but gets no records: `assigned` and `revoked` are all there is. */
  readonly membershipOnly?: boolean;
}

export interface BatchContext {
  readonly signal: AbortSignal;
  /** Commits every offset below this one for the group. */
  commit(nextOffset: number): Promise<void>;
  /** Call in long work so that the group does not give the partition away. */
  heartbeat(): Promise<void>;
}

export interface Subscription {
  assignment(): readonly TopicPartition[];
  /** Lets a partition go and takes it again, as after a change in the group: for an owner that must begin anew. */
  restart(at: TopicPartition): Promise<void>;
  pause(at: TopicPartition): void;
  resume(at: TopicPartition): void;
  /** How many records wait behind what this subscription has handled, per partition. */
  lag(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}
