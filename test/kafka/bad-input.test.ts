import { kafkaOptionsFrom } from '@sightline/runtime/log/kafka/options';
import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import type { Log } from '@sightline/runtime/log/log';
import { topics } from '@sightline/schemas';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, startDevKafka, type DevKafka } from 'sightline/dev/kafka';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

let kafka: DevKafka;
let folder: string;
const open: Log[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kafka-'));
  kafka = await startDevKafka({ folder });
}, 300_000);
afterEach(async () => {
  for (const log of open.splice(0)) await log.close();
});
afterAll(async () => {
  await kafka.stop();
  await rm(folder, { recursive: true, force: true });
});

async function site(prefix: string, partitions = 2): Promise<Log> {
  const log = await openKafkaLog({ brokers: kafka.brokers, prefix, partitions });
  open.push(log);
  return log;
}

describe('what can be wrong with a cluster', () => {
  it('nothing listens at the broker’s address', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    await expect(openKafkaLog({ brokers: [address] })).rejects.toMatchObject({ code: 'LOG_UNREACHABLE', retryable: true, message: expect.stringContaining(address) as string });
  });

  it('the environment says nonsense', async () => {
    const brokers = { SIGHTLINE_KAFKA_BROKERS: 'kafka:9092' };
    await expect(kafkaOptionsFrom({})).rejects.toThrow('SIGHTLINE_KAFKA_BROKERS is not set');
    await expect(kafkaOptionsFrom({ SIGHTLINE_KAFKA_BROKERS: 'kafka' })).rejects.toThrow('a broker is host:port');
    await expect(kafkaOptionsFrom({ ...brokers, SIGHTLINE_KAFKA_SASL: 'kerberos' })).rejects.toThrow('must be one of plain');
    await expect(kafkaOptionsFrom({ ...brokers, SIGHTLINE_KAFKA_SASL: 'plain' })).rejects.toThrow('_USERNAME or _PASSWORD');
    await expect(kafkaOptionsFrom({ ...brokers, SIGHTLINE_KAFKA_CA_FILE: '/nowhere/ca.pem' })).rejects.toThrow('/nowhere/ca.pem');
    await expect(kafkaOptionsFrom({ ...brokers, SIGHTLINE_KAFKA_PARTITIONS: '-1' })).rejects.toThrow('a whole number from 1');
    await expect(kafkaOptionsFrom({ ...brokers, SIGHTLINE_KAFKA_PREFIX: 'a b' })).rejects.toThrow('a prefix is letters');
  });

  it('a topic is missing', async () => {
    const log = await site('missing.');
    await expect(log.subscribe({ group: 'g', topics: ['results'], assigned: async () => 'begin', records: async () => undefined })).rejects.toMatchObject({ code: 'LOG_TOPIC_MISSING' });
  });

  it('a record is too large', async () => {
    const log = await site('large.');
    await log.ensureTopics(topics);
    const producer = await log.producer();
    await expect(producer.send('results', [{ key: 'k', value: Buffer.alloc(6_000_000, 1) }])).rejects.toMatchObject({ code: 'LOG_RECORD_TOO_LARGE' });
    // The producer is not harmed.
    await producer.send('results', [{ key: 'k', value: Buffer.from('small') }]);
    const fenced = await log.producer({ fence: 'f' });
    await expect(fenced.send('results', [{ key: 'k', value: Buffer.alloc(6_000_000, 1) }])).rejects.toMatchObject({ code: 'LOG_RECORD_TOO_LARGE' });
    await fenced.send('results', [{ key: 'k', value: Buffer.from('small') }]);
  });

  it('two sites share a cluster and see nothing of each other', async () => {
    const [north, south] = [await site('north.'), await site('south.')];
    await north.ensureTopics(topics);
    await south.ensureTopics(topics);
    const producer = await north.producer({ fence: 'worker-0' });
    const other = await south.producer({ fence: 'worker-0' });
    await producer.send('camera-status', [{ key: 'door', value: Buffer.from('north') }]);
    await other.send('camera-status', [{ key: 'door', value: Buffer.from('south') }]);
    expect(String((await north.latest('camera-status')).get('door')!.value)).toBe('north');
    expect(String((await south.latest('camera-status')).get('door')!.value)).toBe('south');
  });

  it('partitions are configured otherwise than they are', async () => {
    const log = await site('differs.');
    await log.ensureTopics(topics);
    const other = await site('differs.', 3);
    expect(await other.ensureTopics(topics)).toContainEqual({ topic: 'frames', difference: 'differs.frames: partitions is 2, configured is 3' });
    expect(await other.partitions('frames')).toBe(2);
  });
});
