import { groupMembers } from '@sightline/runtime/log/kafka/partitions';
import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import type { Log } from '@sightline/runtime/log/log';
import { openSiteFeed, publishSite } from '@sightline/runtime/site-feed';
import { topics } from '@sightline/schemas';
import { simulatedDetector, simulatedFrame } from '@sightline/workers/run/simulated-detector';
import { startWorker } from '@sightline/workers/run/worker';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDevKafka, type DevKafka } from 'sightline/dev/kafka';
import { partsOf } from 'sightline/engine';
import { repartition } from 'sightline/roles/repartition';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hear, undisturbed } from '../chaos/results.js';
import { chaosSite } from '../chaos/site.js';

/** More partitions later, as docs/distributed.md tells it: cameras move, and say what they would have said. */
let kafka: DevKafka;
let folder: string;
const cameras = 5;
const half = 90;
const site = chaosSite(cameras);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kafka-'));
  kafka = await startDevKafka({ folder });
}, 300_000);
afterAll(async () => {
  await kafka.stop();
  await rm(folder, { recursive: true, force: true });
});

const open = (prefix: string, partitions: number): Promise<Log> => openKafkaLog({ brokers: kafka.brokers, prefix, partitions });

/** Sends frames and answers them by one worker, which ends as asked. */
async function work(log: Log, from: number, to: number): Promise<void> {
  const feed = await openSiteFeed({ log });
  const worker = await startWorker({ log, site: feed, parts: partsOf, detectors: async () => simulatedDetector({ seconds: 0 }) });
  const producer = await log.producer();
  for (let seq = from; seq < to; seq++) await producer.send('frames', site.cameras.map(({ name }) => simulatedFrame({ camera: name, seq, quiet: seq % 13 === 5 })));
  await worker.idle();
  await worker.close();
  await feed.close();
}

/** What a sink would commit, had it written all results. */
async function written(log: Log): Promise<void> {
  const sink = await log.subscribe({ group: 'sink', topics: ['results'], assigned: async () => 'begin', records: async (batch, context) => context.commit(batch.at(-1)!.offset + 1) });
  // The last offset is a transaction's own mark, which no reader sees.
  const everything = async (): Promise<boolean> => {
    const committed = (await log.committed('sink', 'results')).get(0) ?? 0;
    return committed > 0 && committed >= (await log.offsets({ topic: 'results', partition: 0 })).end - 1;
  };
  await expect.poll(everything, { timeout: 20_000 }).toBe(true);
  await sink.close();
}

describe('more partitions later', () => {
  it('cameras move with their state: each goes on in order, and everything said equals a run that never moved', async () => {
    const expected = await undisturbed(site, 2 * half);
    const connection = { brokers: kafka.brokers, prefix: 'growing.' };
    const log = await open('growing.', 1);
    await log.ensureTopics(topics);
    await publishSite(log, site);
    await work(log, 0, half);
    await expect(repartition(connection, 4)).rejects.toThrow('wait for sink');
    await written(log);
    await log.close();

    expect(await repartition(connection, 4)).toEqual({ cameras, moved: expect.any(Number) as number });
    // Again, as after an interruption: there is nothing left to do.
    expect(await repartition(connection, 4)).toEqual({ cameras, moved: 0 });

    const grown = await open('growing.', 4);
    expect(await grown.ensureTopics(topics)).toEqual([]);
    expect(new Set(site.cameras.map(({ name }) => grown.partitionOf('frames', name))).size).toBeGreaterThan(1);
    await work(grown, half, 2 * half);
    const heard = await hear(grown);
    expect(heard).toMatchObject({ repeated: 0, contradictions: 0 });
    for (const [camera, said] of expected.byCamera) expect(heard.byCamera.get(camera)).toEqual(said);
    await grown.close();
  }, 120_000);

  it('is refused while a role runs, and when a camera has results that its checkpoint lacks', async () => {
    const connection = { brokers: kafka.brokers, prefix: 'busy.' };
    const log = await open('busy.', 1);
    await log.ensureTopics(topics);
    const producer = await log.producer();
    const input = { camera: 'door', epoch: 1, seq: 9 };
    await producer.send('results', [{ key: 'door', value: Buffer.from(JSON.stringify({ v: 1, input })) }]);
    await written(log);
    await expect(repartition(connection, 2)).rejects.toThrow('camera "door" has results after its last checkpoint');
    const role = await log.subscribe({ group: 'ingest', topics: ['frames'], membershipOnly: true, assigned: async () => 'end', records: async () => undefined });
    await expect(repartition(connection, 2)).rejects.toThrow('ingest (1)');
    await role.close();
    await expect.poll(async () => (await groupMembers(connection, ['ingest'])).get('ingest'), { timeout: 10_000 }).toBe(0);
    expect(await log.partitions('results')).toBe(1);
    await log.close();
  }, 60_000);
});
