import type { Producer as KafkaProducer, RecordMetadata, TopicMessages } from 'kafkajs';
import type { TopicName } from '@sightline/schemas';
import { SightlineError } from '../../errors.js';
import type { LogRecord, Producer } from '../log.js';
import type { Client } from './client.js';
import { explainKafka } from './errors.js';
import { messageOf, type Names } from './records.js';

type Positions = { partition: number; offset: number }[];

export interface ProducerParts {
  readonly client: Client;
  readonly names: Names;
  readonly brokers: readonly string[];
  readonly partitionOf: (topic: TopicName, key: string) => number;
}

const allCopies = -1;
/** One request stays well below the broker's limit for a request. */
const requestRecords = 500;
const requestBytes = 2 * 2 ** 20;
/** A transaction that its owner never ends is aborted after so long; readers of its partition wait for that. */
const transactionTimeoutMs = 10_000;
const transactionRetry = { initialRetryTime: 20, maxRetryTime: 1000, retries: 25 };

/** More sends than a cluster has brokers to lose in one of them. */
const mostSends = 10;

interface Sent {
  readonly topic: TopicName;
  readonly records: readonly LogRecord[];
}

interface Waiting extends Sent {
  readonly bytes: number;
  readonly resolve: (positions: Positions) => void;
  readonly reject: (error: unknown) => void;
}

/** An idempotent producer: what is sent while one request is under way goes with the next. */
export async function plainProducer(parts: ProducerParts): Promise<Producer> {
  const open = async (): Promise<KafkaProducer> => {
    const made = parts.client.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false, createPartitioner: givenPartition });
    await made.connect();
    return made;
  };
  let producer = await open().catch((error: unknown) => {
    throw explainKafka(error, parts.brokers, 'opening a producer');
  });
  const waiting: Waiting[] = [];
  let sending: Promise<void> | null = null;
  let closed = false;

  async function run(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = take(waiting);
      try {
        hand(batch, await sendWhole(producer, batch, parts), parts);
      } catch (error) {
        const problem = explainKafka(error, parts.brokers, `writing ${[...new Set(batch.map(({ topic }) => parts.names.topic(topic)))].join(', ')}`);
        for (const { reject } of batch) reject(problem);
        if (closed) return;
        // Its numbering of records may have come out of step: a fresh one begins a fresh numbering.
        await producer.disconnect().catch(() => undefined);
        producer = await open().catch(() => producer);
      }
    }
  }

  return {
    send: (topic, records) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new SightlineError('LOG_CLOSED', 'this producer is closed'));
        if (records.length === 0) return resolve([]);
        waiting.push({ topic, records, bytes: records.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0), resolve, reject });
        sending ??= run().finally(() => (sending = null));
      }),
    close: async () => {
      await sending;
      closed = true;
      await producer.disconnect();
    },
  };
}

/** A producer whose sends are transactions of one transactional id: opening it shuts out whoever held the id before. */
export async function fencedProducer(parts: ProducerParts, fence: string): Promise<Producer> {
  const transactionalId = parts.names.other(fence);
  const producer = parts.client.producer({
    transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: transactionTimeoutMs,
    allowAutoTopicCreation: false,
    retry: transactionRetry,
    createPartitioner: givenPartition,
  });
  try {
    await producer.connect();
    // kafkajs takes the transactional id with the first transaction, not before: an empty one does it now.
    await (await producer.transaction()).abort();
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    throw explainKafka(error, parts.brokers, `taking over ${transactionalId}`);
  }
  let last: Promise<unknown> = Promise.resolve();
  let lost: SightlineError | null = null;
  let closed = false;

  async function transact(topic: TopicName, records: readonly LogRecord[]): Promise<Positions> {
    if (closed) throw new SightlineError('LOG_CLOSED', 'this producer is closed');
    if (lost) throw lost;
    const what = `writing ${parts.names.topic(topic)}`;
    let step: Awaited<ReturnType<KafkaProducer['transaction']>> | null = null;
    try {
      step = await producer.transaction();
      const metadata = await sendWhole(step, [{ topic, records }], parts);
      await step.commit();
      return positions(topic, records, metadata, new Map(), parts);
    } catch (error) {
      const problem = explainKafka(error, parts.brokers, what);
      const undone = problem.code !== 'FENCED' && step !== null && (await step.abort().then(() => true, () => false));
      if (undone) throw problem;
      // Whether the transaction was committed is not known, or it cannot be undone: only a fresh takeover can tell.
      lost = problem.code === 'FENCED' ? problem : new SightlineError('FENCED', `${what}: the outcome of a transaction is not known (${problem.message})`, { cause: error });
      throw lost;
    }
  }

  return {
    send: async (topic, records) => {
      if (records.length === 0) return [];
      const mine = last.then(() => transact(topic, records));
      last = mine.catch(() => undefined);
      return mine;
    },
    close: async () => {
      await last;
      closed = true;
      await producer.disconnect();
    },
  };
}

const givenPartition = () => ({ message }: { message: { partition?: number } }) => message.partition ?? 0;

function take(waiting: Waiting[]): Waiting[] {
  let count = 0;
  let bytes = 0;
  let records = 0;
  for (; count < waiting.length; count++) {
    const next = waiting[count]!;
    if (count > 0 && (bytes + next.bytes > requestBytes || records + next.records.length > requestRecords)) break;
    bytes += next.bytes;
    records += next.records.length;
  }
  return waiting.splice(0, count);
}

/**
 * Sends a batch until the broker has answered for every partition of it. kafkajs 2.2.4 passes over a partition whose
 * leader has died and whose new leader had already answered for others of the same request: its records are nowhere,
 * and the send resolves all the same (its sendMessages.js asks each broker once). What is missing then goes again.
 */
async function sendWhole(sender: Pick<KafkaProducer, 'sendBatch'>, batch: readonly Sent[], parts: ProducerParts): Promise<RecordMetadata[]> {
  const answered: RecordMetadata[] = [];
  const known = (name: string, partition: number): boolean => answered.some((entry) => entry.topicName === name && entry.partition === partition);
  for (let tries = 0; tries < mostSends; tries++) {
    const missing = messages(batch, parts)
      .map(({ topic, messages: all }) => ({ topic, messages: all.filter(({ partition }) => !known(topic, partition ?? 0)) }))
      .filter(({ messages: left }) => left.length > 0);
    if (missing.length === 0) return answered;
    answered.push(...(await sender.sendBatch({ acks: allCopies, topicMessages: missing })));
  }
  throw new SightlineError('LOG_UNREACHABLE', `the brokers did not answer for every partition after ${mostSends} sends`);
}

function messages(batch: readonly Sent[], { names, partitionOf }: ProducerParts): TopicMessages[] {
  const byTopic = new Map<string, TopicMessages>();
  for (const { topic, records } of batch) {
    const name = names.topic(topic);
    const entry = byTopic.get(name) ?? { topic: name, messages: [] };
    byTopic.set(name, entry);
    for (const record of records) entry.messages.push(messageOf(record, record.partition ?? partitionOf(topic, record.key)));
  }
  return [...byTopic.values()];
}

function hand(batch: readonly Waiting[], metadata: readonly RecordMetadata[], parts: ProducerParts): void {
  const used = new Map<string, number>();
  for (const { topic, records, resolve } of batch) resolve(positions(topic, records, metadata, used, parts));
}

/** Records of one request lie one behind the other in each partition, from the base offset that the broker answered. */
function positions(topic: TopicName, records: readonly LogRecord[], metadata: readonly RecordMetadata[], used: Map<string, number>, { names, partitionOf }: ProducerParts): Positions {
  const name = names.topic(topic);
  return records.map((record) => {
    const partition = record.partition ?? partitionOf(topic, record.key);
    const key = `${name}/${partition}`;
    const nth = used.get(key) ?? 0;
    used.set(key, nth + 1);
    const base = metadata.find((entry) => entry.topicName === name && entry.partition === partition)?.baseOffset;
    return { partition, offset: Number(base!) + nth };
  });
}
