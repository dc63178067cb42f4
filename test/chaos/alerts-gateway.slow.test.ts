import type { Log } from '@sightline/runtime/log/log';
import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import { createLogger } from '@sightline/runtime/logging';
import { openSiteFeed, publishSite } from '@sightline/runtime/site-feed';
import { siteSchema, type AlertRecord, type Site } from '@sightline/schemas';
import { startAlerts } from '@sightline/workers/alerts/start';
import { freePort } from 'sightline/dev/kafka';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Cluster } from './cluster.js';
import { afterwards, chance, chaos, minutes, mostMinutes, pause } from './harness.js';
import { undisturbed, type Heard } from './results.js';
import { chaosSite } from './site.js';

/**
 * The two roles that only listen: alerts and gateway, killed over and over while cameras run. Every change of every alert is
 * written once, as by alerts that nobody disturbed; the gateway serves its page again. What an open page does meanwhile: `test/browser/killed.test.ts`.
 */
const cameras = 6;
const frames = 400;
const killsOfEach = 6;

it('alerts and gateway are killed over and over', async () => {
  const plain = chaosSite(cameras);
  const site = siteSchema.parse({ ...plain, rules: plain.cameras.map(({ name }) => ({ name: `crowd-${name}`, when: `${name}-area.count > 1`, for: 1, clearFor: 1 })) });
  const folder = await mkdtemp(path.join(tmpdir(), 'chaos-gateway-'));
  afterwards(() => rm(folder, { recursive: true, force: true }));
  const random = chance(11);
  let running: Cluster | null = null;
  let url = '';
  const expected = await undisturbed(site, frames);
  const alerts = await alertsOf(site, expected);
  expect(alerts.length).toBeGreaterThan(cameras);
  await chaos('alerts and gateway', {
    frames,
    cameras,
    site,
    expected: async () => expected,
    disturb: async (cluster) => {
      running = cluster;
      const port = await freePort();
      url = `http://127.0.0.1:${port}`;
      for (const n of [0, 1]) await cluster.run(`alerts-${n}`, { role: 'alerts' });
      await cluster.run('gateway', { role: 'gateway', port, folder });
      for (let n = 0; n < killsOfEach; n++) {
        for (const name of ['gateway', `alerts-${n % 2}`]) {
          await pause(0.3 + random());
          await cluster.kill(name);
        }
      }
    },
    settled: async () => {
      await expect.poll(() => writtenAlerts(running!.log), { timeout: 60_000 }).toEqual(alerts);
      await pause(5);
      expect(await writtenAlerts(running!.log)).toEqual(alerts);
      await running!.kill('gateway');
      await expect.poll(() => fetch(url).then(({ status }) => status, () => 0), { timeout: 60_000 }).toBe(200);
    },
  });
}, mostMinutes * minutes);

/** What alerts that nobody disturbs make of these results. */
async function alertsOf(site: Site, { byCamera }: Heard): Promise<string[]> {
  const log = await openMemoryLog({ partitions: 1 });
  await publishSite(log, site);
  const siteFeed = await openSiteFeed({ log });
  const producer = await log.producer();
  for (const [camera, said] of byCamera) for (const record of said) await producer.send('results', [{ key: camera, value: Buffer.from(JSON.stringify(record)) }]);
  const role = await startAlerts({ log, siteFeed, logger: createLogger({ level: 'silent' }) });
  const { end } = await log.offsets({ topic: 'results', partition: 0 });
  // What it commits lies before a condition that still holds.
  let before = -1;
  await expect.poll(async () => {
    const now = (await log.committed('alerts', 'results')).get(0) ?? 0;
    const still = now === before && now > 0;
    before = now;
    return still;
  }, { timeout: 60_000, interval: 1000 }).toBe(true);
  expect(before).toBeLessThanOrEqual(end);
  const written = await writtenAlerts(log);
  await role.close();
  await siteFeed.close();
  await log.close();
  return written;
}

/** Every record of `alerts`, sorted, repeats and all. */
async function writtenAlerts(log: Log): Promise<string[]> {
  const found: string[] = [];
  for (let partition = 0; partition < (await log.partitions('alerts')); partition++) {
    for await (const { value } of log.read({ topic: 'alerts', partition }, 0)) {
      const { id, rule, state, value: settled, at } = JSON.parse(Buffer.from(value ?? []).toString()) as AlertRecord;
      found.push(`${rule} ${state} ${id} ${settled} ${at}`);
    }
  }
  return found.sort();
}
