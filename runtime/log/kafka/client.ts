import { createRequire } from 'node:module';
import kafkajs, { type Kafka as KafkaClient, type KafkaConfig } from 'kafkajs';
import { SightlineError } from '../../errors.js';
import { explainKafka } from './errors.js';
import type { KafkaConnection } from './options.js';

/** Noticing a dead broker and trying again: quick at first, patient over the half minute that a restart may take. */
const retry = { initialRetryTime: 50, maxRetryTime: 2000, retries: 20, factor: 0.2, multiplier: 2 };
const connectionTimeoutMs = 3000;
const requestTimeoutMs = 15_000;

export type Client = KafkaClient;

/** A kafkajs client that logs nothing by itself: what matters is reported by whoever uses it. */
export function createClient(connection: KafkaConnection, overrides: Partial<KafkaConfig> = {}): Client {
  const { brokers, clientId = 'sightline', tls, sasl } = connection;
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry,
    logLevel: kafkajs.logLevel.NOTHING,
    ...(tls !== undefined && tls !== false && { ssl: tls === true ? true : { ...(tls.ca !== undefined && { ca: tls.ca }), ...(tls.cert !== undefined && { cert: tls.cert }), ...(tls.key !== undefined && { key: tls.key }) } }),
    ...(sasl && { sasl: { mechanism: sasl.mechanism, username: sasl.username, password: sasl.password } as NonNullable<KafkaConfig['sasl']> }),
    ...overrides,
  };
  return new kafkajs.Kafka(config);
}

/** Says at once, in one sentence, what keeps this process from its brokers. */
export async function checkConnection(connection: KafkaConnection): Promise<void> {
  const admin = createClient(connection, { retry: { initialRetryTime: 100, retries: 4, maxRetryTime: 1000 } }).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
  } catch (error) {
    throw explainKafka(error, connection.brokers, 'opening the log');
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** Waits until so many brokers of a cluster on this machine answer. */
export async function waitForBrokers(options: { port: number; count: number; seconds: number; dead?: () => boolean }): Promise<void> {
  const { port, count, seconds, dead = () => false } = options;
  const admin = createClient({ brokers: [`127.0.0.1:${port}`] }, { retry: { retries: 0 }, connectionTimeout: 1000 }).admin();
  const until = Date.now() + seconds * 1000;
  try {
    for (;;) {
      try {
        await admin.connect();
        const { brokers, controller } = await admin.describeCluster();
        if (brokers.length >= count && controller !== null && controller >= 0) return;
      } catch {
        // Not yet.
      }
      if (dead() || Date.now() > until) throw new SightlineError('LOG_UNREACHABLE', `no ${count} broker(s) answered at 127.0.0.1:${port} within ${seconds} s`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** What this folder uses of kafkajs's inside: fetching without a group. kafkajs is pinned to 2.2.4 for its sake. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(options: { nodeId: string }): Promise<Broker>;
  findTopicPartitionMetadata(topic: string): { partitionId: number }[];
  fetchTopicsOffset(topics: { topic: string; partitions: { partition: number }[]; fromBeginning?: boolean }[]): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
}

export interface Broker {
  fetch(request: {
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    isolationLevel: number;
    topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
  }): Promise<{ responses: { topicName: string; partitions: FetchedPartition[] }[] }>;
}

export interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly lastStableOffset?: string;
  readonly messages: readonly { readonly offset: string }[];
}

export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
}

export const readCommitted = 1;

export function createCluster(client: Client): Cluster {
  const symbol = Object.getOwnPropertySymbols(client).find(({ description }) => description === 'private:Kafka:createCluster');
  if (!symbol) throw new Error('kafkajs is not the version this was written for (2.2.4)');
  const create = (client as unknown as Record<symbol, (options: object) => Cluster>)[symbol]!;
  return create({ metadataMaxAge: 60_000, allowAutoTopicCreation: false, isolationLevel: readCommitted });
}

const inside = createRequire(import.meta.url);
/** kafkajs's own reading of a fetch: leaves out aborted transactions and control records. */
export const FetchedBatch = inside('kafkajs/src/consumer/batch.js') as new (topic: string, fetchedOffset: string, data: FetchedPartition) => {
  readonly messages: readonly FetchedMessage[];
  readonly rawMessages: readonly { readonly offset: string }[];
};
