import type { TopicName } from '@sightline/schemas';
import { SightlineError } from '../../errors.js';
import type { StoredRecord, TopicPartition } from '../log.js';
import { createCluster, FetchedBatch, readCommitted, type Client, type Cluster } from './client.js';
import { recordOf, type Names } from './records.js';

const fetchBytes = 4 * 2 ** 20;
const fetchWaitMs = 100;
const tries = 30;
const retryMs = 300;

/** Reads ranges of partitions without a consumer group, committed records only. One per log. */
export class Reader {
  readonly #client: Client;
  readonly #names: Names;
  readonly #known = new Set<string>();
  #cluster: Promise<Cluster> | null = null;

  constructor(client: Client, names: Names) {
    this.#client = client;
    this.#names = names;
  }

  async partitions(topic: TopicName): Promise<number> {
    return this.#trying(topic, async (cluster) => cluster.findTopicPartitionMetadata(this.#names.topic(topic)).length);
  }

  async offsets({ topic, partition }: TopicPartition): Promise<{ begin: number; end: number }> {
    return this.#trying(topic, async (cluster) => {
      const name = this.#names.topic(topic);
      const ask = async (fromBeginning: boolean): Promise<number> => {
        const [answer] = await cluster.fetchTopicsOffset([{ topic: name, partitions: [{ partition }], ...(fromBeginning && { fromBeginning }) }]);
        // A partition that was added since this client last asked for the cluster's shape: ask for it again.
        if (!answer?.partitions[0]) throw Object.assign(new Error(`${name}: partition ${partition} is not known yet`), { retriable: true });
        return Number(answer.partitions[0].offset);
      };
      const [begin, end] = await Promise.all([ask(true), ask(false)]);
      return { begin, end };
    });
  }

  async *read(at: TopicPartition, from: number, to?: number, signal?: AbortSignal): AsyncGenerator<StoredRecord> {
    const bounds = await this.offsets(at);
    const end = Math.min(to ?? bounds.end, bounds.end);
    for (let next = Math.max(from, bounds.begin); next < end && !signal?.aborted; ) {
      const { records, following } = await this.#fetch(at, next, end);
      for (const record of records) {
        if (record.offset >= end || signal?.aborted) return;
        yield record;
      }
      next = following;
    }
  }

  async close(): Promise<void> {
    const cluster = await this.#cluster?.catch(() => null);
    this.#cluster = null;
    await cluster?.disconnect();
  }

  async #fetch({ topic, partition }: TopicPartition, next: number, end: number): Promise<{ records: StoredRecord[]; following: number }> {
    return this.#trying(topic, async (cluster) => {
      const name = this.#names.topic(topic);
      const [nodeId] = Object.keys(cluster.findLeaderForPartitions(name, [partition]));
      if (nodeId === undefined) throw new SightlineError('LOG_UNREACHABLE', `${name}: partition ${partition} has no leader`);
      const broker = await cluster.findBroker({ nodeId });
      const { responses } = await broker.fetch({
        maxWaitTime: fetchWaitMs,
        minBytes: 1,
        maxBytes: fetchBytes,
        isolationLevel: readCommitted,
        topics: [{ topic: name, partitions: [{ partition, fetchOffset: String(next), maxBytes: fetchBytes }] }],
      });
      const data = responses[0]?.partitions[0];
      if (!data) return { records: [], following: next };
      const batch = new FetchedBatch(name, String(next), data);
      const last = batch.rawMessages.at(-1);
      // Nothing at all below a stable offset: what lay here was compacted away.
      if (!last) return { records: [], following: Number(data.lastStableOffset ?? data.highWatermark) >= end ? end : next };
      return { records: batch.messages.map((message) => recordOf(topic, partition, message)), following: Math.max(next, Number(last.offset) + 1) };
    });
  }

  async #trying<T>(topic: TopicName, what: (cluster: Cluster) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const cluster = await this.#connected();
        const name = this.#names.topic(topic);
        if (!this.#known.has(name)) await cluster.addTargetTopic(name);
        this.#known.add(name);
        return await what(cluster);
      } catch (error) {
        const { type, name, retriable } = error as { type?: string; name?: string; retriable?: boolean };
        const passing = retriable === true || name === 'KafkaJSConnectionClosedError' || name === 'KafkaJSBrokerNotFound' || type === 'NOT_LEADER_FOR_PARTITION' || type === 'FENCED_LEADER_EPOCH';
        if (!passing || type === 'UNKNOWN_TOPIC_OR_PARTITION' || attempt >= tries) throw error;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        await this.#cluster?.then((cluster) => cluster.refreshMetadata()).catch(() => undefined);
      }
    }
  }

  #connected(): Promise<Cluster> {
    this.#cluster ??= (async () => {
      const cluster = createCluster(this.#client);
      await cluster.connect();
      return cluster;
    })();
    this.#cluster.catch(() => (this.#cluster = null));
    return this.#cluster;
  }
}
