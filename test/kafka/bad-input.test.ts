import { kafkaOptionsFrom } from '@sightline/runtime/log/kafka/options';
import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import type { Log } from '@sightline/runtime/log/log';
import { topics } from '@sightline/schemas';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, startDevKafka, type DevKafka } from 'sightline/dev/kafka';
import { repartition } from 'sightline/roles/repartition';
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

  it('more partitions later: refused while work waits, and each camera’s state moves to its new partition', async () => {
    const log = await site('growing.', 1);
    await log.ensureTopics(topics);
    const producer = await log.producer();
    const state = { site: 'x', embeddedSecond: null, pipeline: { v: 1 } };
    const cameras = ['a', 'b', 'c', 'd', 'e'];
    for (const camera of cameras) {
      const [at] = await producer.send('results', [{ key: camera, value: Buffer.from('{}') }]);
      await producer.send('checkpoints', [{ key: `${camera}/0`, partition: 0, value: Buffer.from(JSON.stringify({ v: 1, camera, position: { epoch: 1, seq: 7 }, frameOffset: 0, resultsOffset: at!.offset, state })) }]);
    }
    await producer.send('frames', [{ key: 'a', value: Buffer.from('frame') }]);
    const connection = { brokers: kafka.brokers, prefix: 'growing.' };
    await expect(repartition(connection, 4)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('wait') as string });
    const subscription = await log.subscribe({ group: 'workers', topics: ['frames'], assigned: async () => 'begin', records: async (batch, context) => context.commit(batch.at(-1)!.offset + 1) });
    const sink = await log.subscribe({ group: 'sink', topics: ['results'], assigned: async () => 'begin', records: async (batch, context) => context.commit(batch.at(-1)!.offset + 1) });
    await expect.poll(async () => [(await log.committed('workers', 'frames')).get(0), (await log.committed('sink', 'results')).get(0)], { timeout: 10_000 }).toEqual([1, 5]);
    await subscription.close();
    await sink.close();
    expect(await repartition(connection, 4)).toEqual({ cameras: 5, moved: expect.any(Number) as number });
    const after = await site('growing.', 4);
    expect(await after.partitions('checkpoints')).toBe(4);
    const { loadCheckpoints } = await import('@sightline/workers/checkpoint/checkpoint');
    for (const camera of cameras) {
      const { cameras: loaded } = await loadCheckpoints(after, await after.partitions('frames').then(() => after.partitionOf('frames', camera)), () => undefined);
      expect(loaded.get(camera)?.checkpoints[0]?.position).toEqual({ epoch: 1, seq: 7 });
    }
  });
});
