import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDevKafka, type DevKafka } from 'sightline/dev/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster } from './cluster.js';
import { undisturbed } from './results.js';
import { chaosSite } from './site.js';
import { finished, judge } from './verdict.js';

/** The selection of the chaos runs that every test run makes: one kill of each role, and a zombie. */
let kafka: DevKafka;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'chaos-'));
  kafka = await startDevKafka({ folder: path.join(folder, 'kafka') });
}, 300_000);
afterAll(async () => {
  await kafka.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('chaos, the quick selection', () => {
  it('loses and doubles nothing when each role is killed once, and a worker sleeps past its session', async () => {
    const site = chaosSite(4);
    const frames = 500;
    const expected = await undisturbed(site, frames);
    expect([...expected.byCamera.values()].flat().flatMap(({ events }) => events).length).toBeGreaterThan(50);
    const cluster = await Cluster.start({ brokers: kafka.brokers, prefix: 'quick.', site, frames, storeFolder: path.join(folder, 'store'), seconds: 0.012, sinks: 1 });
    try {
      const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      await pause(1.5);
      await cluster.kill('worker-0');
      await pause(1);
      await cluster.kill('sink-0');
      await pause(0.5);
      await cluster.kill('ingest-0');
      await cluster.kill('store');
      await pause(1);
      cluster.signal('worker-1', 'SIGSTOP');
      await pause(9);
      cluster.signal('worker-1', 'SIGCONT');
      const heard = await finished(cluster, expected);
      const verdict = await judge(cluster, expected, heard);
      expect(verdict).toMatchObject({ frames: 4 * frames, lost: 0, doubled: 0 });
      // People who were in the picture as its worker died keep their track's name, and count once.
      expect(verdict.carried).toBeGreaterThan(0);
      expect(verdict.crossings).toBe(1);
      process.stdout.write(`chaos selection: ${JSON.stringify({ kills: cluster.kills, ...verdict })}\n`);
    } finally {
      await cluster.close();
    }
  }, 240_000);
});
