import type { Admin } from 'kafkajs';
import type { TopicName, TopicSpec } from '@sightline/schemas';
import { SightlineError } from '../../errors.js';
import type { Log, Producer, StoredRecord, SubscribeOptions, Subscription, TopicPartition } from '../log.js';
import { hashPartition } from '../partition-of.js';
import { checkConnection, createClient, type Client } from './client.js';
import { explainKafka } from './errors.js';
import type { KafkaLogOptions } from './options.js';
import { fencedProducer, plainProducer, type ProducerParts } from './producer.js';
import { Reader } from './reader.js';
import { namesWith, type Names } from './records.js';
import { subscribeKafka } from './subscription.js';
import { ensureKafkaTopics } from './topics.js';

/**
 * The log on Apache Kafka.
 *
 *     const log = await openKafkaLog({ brokers: ['kafka-1:9092'], prefix: 'store-7.' });
 *     await log.ensureTopics(topics);
 */
export async function openKafkaLog(options: KafkaLogOptions): Promise<Log> {
  await checkConnection(options);
  return new KafkaLog(options);
}

const defaults = { partitions: 12, replication: 1, minInsyncReplicas: 1, sessionSeconds: 6 };

class KafkaLog implements Log {
  readonly #options: KafkaLogOptions & typeof defaults;
  readonly #names: Names;
  readonly #client: Client;
  readonly #reader: Reader;
  readonly #counts = new Map<TopicName, number>();
  readonly #open = new Set<{ close(): Promise<void> }>();
  #admin: Admin | null = null;
  #closed = false;

  constructor(options: KafkaLogOptions) {
    this.#options = { ...defaults, ...options };
    this.#names = namesWith(options.prefix ?? '');
    this.#client = createClient(options);
    this.#reader = new Reader(this.#client, this.#names);
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<readonly { topic: TopicName; difference: string }[]> {
    this.#check();
    const admin = this.#client.admin();
    return this.#explained('checking the topics', async () => {
      try {
        await admin.connect();
        const differences = await ensureKafkaTopics(admin, specs, this.#names, this.#options);
        for (const { name } of specs) this.#counts.set(name, await this.#reader.partitions(name));
        return differences;
      } finally {
        await admin.disconnect();
      }
    });
  }

  async partitions(topic: TopicName): Promise<number> {
    this.#check();
    const count = await this.#explained(`looking at ${this.#names.topic(topic)}`, () => this.#reader.partitions(topic));
    this.#counts.set(topic, count);
    return count;
  }

  partitionOf(topic: TopicName, key: string): number {
    const count = this.#counts.get(topic);
    if (count === undefined) throw new SightlineError('LOG_TOPIC_MISSING', `how many partitions ${this.#names.topic(topic)} has is not known yet`, { remedy: 'call ensureTopics() or partitions() first' });
    return hashPartition(key, count);
  }

  async producer(options: { readonly fence?: string } = {}): Promise<Producer> {
    this.#check();
    const parts: ProducerParts = { client: this.#client, names: this.#names, brokers: this.#options.brokers, partitionOf: (topic, key) => this.partitionOf(topic, key) };
    const made = await (options.fence === undefined ? plainProducer(parts) : fencedProducer(parts, options.fence));
    const producer: Producer = {
      send: async (topic, records) => {
        if (!this.#counts.has(topic)) await this.partitions(topic);
        return made.send(topic, records);
      },
      close: async () => {
        this.#open.delete(producer);
        await made.close();
      },
    };
    this.#open.add(producer);
    return producer;
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    this.#check();
    for (const topic of options.topics) if ((await this.partitions(topic)) === 0) throw new SightlineError('LOG_TOPIC_MISSING', `the topic ${this.#names.topic(topic)} is missing`);
    const subscription = await subscribeKafka(options, {
      client: this.#client,
      names: this.#names,
      brokers: this.#options.brokers,
      sessionSeconds: this.#options.sessionSeconds,
      offsets: (at) => this.offsets(at),
      committed: async (group, { topic, partition }) => (await this.committed(group, topic)).get(partition) ?? null,
      report: this.#options.report ?? (() => undefined),
    });
    this.#open.add(subscription);
    return subscription;
  }

  async *read(at: TopicPartition, from: number, to?: number, signal?: AbortSignal): AsyncGenerator<StoredRecord> {
    this.#check();
    try {
      yield* this.#reader.read(at, from, to, signal);
    } catch (error) {
      throw explainKafka(error, this.#options.brokers, `reading ${this.#names.topic(at.topic)}`);
    }
  }

  async latest(topic: TopicName, partition?: number): Promise<ReadonlyMap<string, StoredRecord>> {
    const found = new Map<string, StoredRecord>();
    const partitions = partition === undefined ? Array.from({ length: await this.partitions(topic) }, (_, n) => n) : [partition];
    for (const one of partitions) {
      for await (const record of this.read({ topic, partition: one }, 0)) {
        if (record.value === null) found.delete(record.key);
        else found.set(record.key, record);
      }
    }
    return found;
  }

  async offsets(at: TopicPartition): Promise<{ begin: number; end: number }> {
    this.#check();
    return this.#explained(`looking at ${this.#names.topic(at.topic)}`, () => this.#reader.offsets(at));
  }

  async committed(group: string, topic: TopicName): Promise<ReadonlyMap<number, number>> {
    this.#check();
    return this.#explained(`looking at the group ${group}`, async () => {
      this.#admin ??= this.#client.admin();
      await this.#admin.connect();
      const [answer] = await patiently(() => this.#admin!.fetchOffsets({ groupId: this.#names.other(group), topics: [this.#names.topic(topic)] }));
      return new Map((answer?.partitions ?? []).filter(({ offset }) => Number(offset) >= 0).map(({ partition, offset }) => [partition, Number(offset)]));
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    for (const each of [...this.#open].filter((one) => !('send' in one))) await each.close();
    for (const each of [...this.#open]) await each.close();
    this.#closed = true;
    await this.#admin?.disconnect();
    await this.#reader.close();
  }

  async #explained<T>(what: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw explainKafka(error, this.#options.brokers, what);
    }
  }

  #check(): void {
    if (this.#closed) throw new SightlineError('LOG_CLOSED', 'the log is closed');
  }
}

/** A new cluster has no coordinator of groups for a moment. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 20; ; tries--) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 0 || (error as { retriable?: boolean }).retriable !== true) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
