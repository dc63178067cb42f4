import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { footage } from '../footage.js';
import { startSite, until, type LiveZones, type SiteProcess } from './site-process.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sightline-start-'));
const siteFile = path.join(folder, 'site.yaml');
const data = path.join(folder, 'data');
const running: SiteProcess[] = [];
afterAll(async () => {
  for (const site of running) await site.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const camera = `cameras:\n  - { name: plaza, source: ${JSON.stringify(footage('clips/plaza.avi'))}, loop: true, fps: 5 }\n`;
const line = '  - { name: walkway, kind: line, line: [[0.40, 0.58], [0.40, 0.33]], classes: [person] }\n';
const area = '  - { name: all, kind: area, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]], classes: [person] }\n';

async function start(): Promise<SiteProcess> {
  const site = await startSite(['--site', siteFile, '--data', data, '--no-door']);
  running.push(site);
  return site;
}

const crossed = ({ zones }: LiveZones): number => {
  const measures = zones.find(({ zone }) => zone === 'walkway')?.measures;
  return (measures?.['in'] ?? 0) + (measures?.['out'] ?? 0);
};

it('a site goes from cameras to live numbers, survives SIGKILL, follows its file, and ends at once', async () => {
  writeFileSync(siteFile, `${camera}zones:\n${line}`);
  const first = await start();
  const health = await until(() => first.get<{ status: string; cameras: { name: string; state: string }[] }>('/api/health'), ({ status }) => status === 'ok');
  expect(health.cameras).toMatchObject([{ name: 'plaza', state: 'online' }]);
  const before = crossed(await until(() => first.get<LiveZones>('/api/v1/live'), (live) => crossed(live) > 0));
  expect(await first.end('SIGKILL')).toBe('SIGKILL');

  // Today's counts go on where they were; what was shown before is never taken back.
  const second = await start();
  expect(crossed(await second.get<LiveZones>('/api/v1/live'))).toBeGreaterThanOrEqual(before);
  await until(() => second.get<LiveZones>('/api/v1/live'), (live) => crossed(live) > before);

  // A broken file keeps the old site running and says why; a good one applies without restart.
  writeFileSync(siteFile, `${camera}zones:\n${line}  - { name: all, kind: aera }\n`);
  await until(async () => second.said(), (said) => said.includes('kind must be one of line, area, queue, stalls, shelf (did you mean "area"?)'));
  writeFileSync(siteFile, `${camera}zones:\n${line}${area}`);
  const live = await until(() => second.get<LiveZones>('/api/v1/live'), ({ zones }) => (zones.find(({ zone }) => zone === 'all')?.measures['count'] ?? 0) > 0);
  expect(crossed(live)).toBeGreaterThanOrEqual(before);

  const asked = performance.now();
  expect(await second.end('SIGINT')).toBe(0);
  expect(performance.now() - asked).toBeLessThan(5000);

  // The page's counter and the stored events are one truth: nothing lost, nothing doubled, over a kill.
  const store = await openEmbeddedStore({ folder: path.join(data, 'store') });
  const [events] = await store.query<{ n: number; ids: number }>("SELECT toUInt32(count()) AS n, toUInt32(uniqExact(id)) AS ids FROM events WHERE zone = 'walkway'");
  const [counter] = await store.query<{ n: number }>("SELECT sum(value) AS n FROM (SELECT argMax(value, at) AS value FROM samples WHERE zone = 'walkway' AND class = '' AND measure IN ('in', 'out') GROUP BY measure)");
  await store.close();
  expect(events!.ids).toBe(events!.n);
  // A crossing in the last second is an event already, and a sample with the next second.
  expect(events!.n - counter!.n).toBeGreaterThanOrEqual(0);
  expect(events!.n - counter!.n).toBeLessThanOrEqual(1);
}, 180_000);
