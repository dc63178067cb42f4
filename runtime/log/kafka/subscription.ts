import type { Consumer, ConsumerGroupJoinEvent } from 'kafkajs';
import type { TopicName } from '@sightline/schemas';
import type { SubscribeOptions, Subscription, TopicPartition } from '../log.js';
import { stickyAssigner } from './assigner.js';
import type { Client, FetchedMessage } from './client.js';
import { Delivery, type DeliveryParts } from './delivery.js';
import { explainKafka } from './errors.js';
import { recordOf, type Names } from './records.js';

export interface SubscriptionParts {
  readonly client: Client;
  readonly names: Names;
  readonly brokers: readonly string[];
  readonly sessionSeconds: number;
  readonly offsets: (at: TopicPartition) => Promise<{ begin: number; end: number }>;
  readonly committed: (group: string, at: TopicPartition) => Promise<number | null>;
  readonly report: (problem: string) => void;
}

/** A quiet topic answers a fetch after so long; seeks and the end of a subscription wait for it. */
const fetchWaitMs = 50;
/** A member learns by its next heartbeat that another has gone: part of the second that a graceful takeover may take. */
const heartbeatMs = 300;
const rebalanceMs = 10_000;
const partitionBytes = 2 * 2 ** 20;
/** Commits gather for so long and go in one request. */
const commitMs = 200;
const consumerRetry = { initialRetryTime: 100, maxRetryTime: 1000, retries: 15 };

export async function subscribeKafka(options: SubscribeOptions, parts: SubscriptionParts): Promise<Subscription> {
  const subscription = new KafkaSubscription(options, parts);
  await subscription.start();
  return subscription;
}

/**
 * A member of a consumer group. kafkajs fetches and keeps the membership; each partition has a queue of its own, so that
 * a slow one holds up no other. A member that was thrown out and comes back begins its partitions anew.
 */
class KafkaSubscription implements Subscription {
  readonly #options: SubscribeOptions;
  readonly #parts: SubscriptionParts;
  readonly #consumer: Consumer;
  readonly #deliveries = new Map<string, Delivery>();
  /** Partitions that are being let go, so that they are taken again only afterwards. */
  readonly #ending = new Map<string, Promise<void>>();
  readonly #commits = new Map<string, { at: TopicPartition; offset: number }>();
  readonly #topics: ReadonlyMap<string, TopicName>;
  #committing: Promise<void> | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #member: string | null = null;
  #closed = false;
  #joined: (() => void) | null = null;
  #beat: (() => Promise<void>) | null = null;

  constructor(options: SubscribeOptions, parts: SubscriptionParts) {
    this.#options = options;
    this.#parts = parts;
    this.#topics = new Map(options.topics.map((topic) => [parts.names.topic(topic), topic]));
    this.#consumer = parts.client.consumer({
      groupId: parts.names.other(options.group),
      partitionAssigners: [stickyAssigner(() => [...this.#deliveries.values()].map(({ at }) => ({ topic: parts.names.topic(at.topic), partition: at.partition })))],
      sessionTimeout: parts.sessionSeconds * 1000,
      rebalanceTimeout: rebalanceMs,
      heartbeatInterval: heartbeatMs,
      maxWaitTimeInMs: fetchWaitMs,
      maxBytesPerPartition: partitionBytes,
      allowAutoTopicCreation: false,
      retry: { ...consumerRetry, restartOnFailure: async () => !this.#closed },
    });
  }

  async start(): Promise<void> {
    const consumer = this.#consumer;
    const joined = new Promise<void>((resolve) => (this.#joined = resolve));
    consumer.on(consumer.events.GROUP_JOIN, (event) => this.#onJoin(event));
    const crashed = new Promise<never>((_, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        const problem = explainKafka(payload.error, this.#parts.brokers, `reading ${this.#options.topics.join(', ')}`);
        if (this.#closed) return;
        if (payload.restart) return this.#parts.report(`${problem.message}; trying again`);
        this.#fail(problem);
        reject(problem);
      });
    });
    crashed.catch(() => undefined);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.#topics.keys()], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: 64,
        eachBatch: async (payload) => {
          const { batch } = payload;
          this.#beat = () => payload.heartbeat();
          // A seek is under way: this was fetched from where the partition stood before.
          if (payload.isStale()) return;
          const topic = this.#topics.get(batch.topic);
          const delivery = topic && this.#deliveries.get(keyOf({ topic, partition: batch.partition }));
          if (!delivery) return;
          const messages = batch.messages as unknown as readonly FetchedMessage[];
          const { fetchedOffset } = batch as unknown as { readonly fetchedOffset: string };
          delivery.push(messages.map((message) => recordOf(topic, batch.partition, message)), Number(fetchedOffset), Number(batch.lastOffset()) + 1);
        },
      });
      await Promise.race([joined, crashed]);
    } catch (error) {
      await this.close().catch(() => undefined);
      throw explainKafka(error, this.#parts.brokers, `joining ${this.#options.group}`);
    }
  }

  assignment(): readonly TopicPartition[] {
    return [...this.#deliveries.values()].map(({ at }) => at);
  }

  pause(at: TopicPartition): void {
    this.#deliveries.get(keyOf(at))?.pause();
  }

  resume(at: TopicPartition): void {
    this.#deliveries.get(keyOf(at))?.resume();
  }

  async restart(at: TopicPartition): Promise<void> {
    const key = keyOf(at);
    if (!this.#deliveries.has(key) || this.#closed) return;
    this.#hold(at, true);
    const ending = this.#lose(key);
    await ending;
    if (this.#closed || this.#deliveries.has(key)) return;
    if (!this.#assigned(at)) return;
    this.#gain(at);
  }

  async lag(): Promise<ReadonlyMap<string, number>> {
    const lags = new Map<string, number>();
    await Promise.all(
      [...this.#deliveries].map(async ([key, { at, handled }]) => {
        const { begin, end } = await this.#parts.offsets(at);
        const from = handled ?? this.#commits.get(key)?.offset ?? begin;
        lags.set(key, Math.max(0, end - from));
      }),
    );
    return lags;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#deliveries.keys()].map((key) => this.#lose(key)));
    await Promise.all(this.#ending.values());
    await this.#flush();
    await this.#consumer.disconnect().catch(() => undefined);
  }

  #onJoin({ payload }: ConsumerGroupJoinEvent): void {
    if (this.#closed) return;
    const mine = new Map<string, TopicPartition>();
    for (const [name, partitions] of Object.entries(payload.memberAssignment)) {
      const topic = this.#topics.get(name);
      if (topic) for (const partition of partitions) mine.set(keyOf({ topic, partition }), { topic, partition });
    }
    this.#mine = mine;
    // Under a new name this member was thought dead: others may have had its partitions meanwhile.
    const reborn = this.#member !== null && this.#member !== payload.memberId;
    this.#member = payload.memberId;
    for (const key of [...this.#deliveries.keys()]) if (reborn || !mine.has(key)) void this.#lose(key);
    for (const [key, at] of mine) {
      const kept = this.#deliveries.get(key);
      if (kept) kept.keep();
      else this.#gain(at);
    }
    this.#joined?.();
  }

  #mine: ReadonlyMap<string, TopicPartition> = new Map();

  #assigned(at: TopicPartition): boolean {
    return this.#mine.has(keyOf(at));
  }

  #gain(at: TopicPartition): void {
    const key = keyOf(at);
    this.#hold(at, true);
    const delivery = new Delivery(at, this.#deliveryParts());
    this.#deliveries.set(key, delivery);
    delivery.start(this.#ending.get(key) ?? Promise.resolve());
  }

  #lose(key: string): Promise<void> {
    const delivery = this.#deliveries.get(key);
    if (!delivery) return Promise.resolve();
    this.#deliveries.delete(key);
    const ending = delivery.stop().catch((error: unknown) => this.#parts.report((error as Error).message));
    this.#ending.set(key, ending);
    return ending.finally(() => {
      if (this.#ending.get(key) === ending) this.#ending.delete(key);
    });
  }

  #deliveryParts(): DeliveryParts {
    return {
      options: this.#options,
      begin: (at, offset) => this.#consumer.seek({ topic: this.#parts.names.topic(at.topic), partition: at.partition, offset: String(offset) }),
      offsets: (at) => this.#parts.offsets(at),
      committed: (at) => this.#parts.committed(this.#options.group, at),
      hold: (at, held) => this.#hold(at, held),
      commit: (at, offset) => this.#commit(at, offset),
      flush: () => this.#flush(),
      heartbeat: async () => this.#beat?.(),
      report: this.#parts.report,
      failed: (error) => this.#fail(error),
    };
  }

  #hold({ topic, partition }: TopicPartition, held: boolean): void {
    const one = [{ topic: this.#parts.names.topic(topic), partitions: [partition] }];
    if (held) this.#consumer.pause(one);
    else this.#consumer.resume(one);
  }

  async #commit(at: TopicPartition, offset: number): Promise<void> {
    this.#commits.set(keyOf(at), { at, offset });
    this.#commitSoon();
  }

  #commitSoon(): void {
    this.#committing ??= new Promise((resolve) => setTimeout(resolve, commitMs)).then(() => this.#flush());
  }

  /** One after another, so that a failed commit never comes after a later one. */
  #flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#commitDue());
    return this.#flushing;
  }

  async #commitDue(): Promise<void> {
    this.#committing = null;
    const due = [...this.#commits.values()];
    this.#commits.clear();
    if (due.length === 0) return;
    try {
      await this.#consumer.commitOffsets(due.map(({ at, offset }) => ({ topic: this.#parts.names.topic(at.topic), partition: at.partition, offset: String(offset) })));
    } catch {
      // The group is changing, or the broker is away. What stays here is committed later: ingests wait for it, and would
      // wait for ever where nothing new comes. What went elsewhere comes again there, which everything downstream bears.
      if (this.#closed) return;
      for (const one of due) if (this.#deliveries.has(keyOf(one.at)) && !this.#commits.has(keyOf(one.at))) this.#commits.set(keyOf(one.at), one);
      if (this.#commits.size > 0) this.#commitSoon();
    }
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.#options.failed?.(error);
    void this.close().catch(() => undefined);
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
