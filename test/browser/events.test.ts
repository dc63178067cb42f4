import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { judgeVerdicts, readVerdicts } from 'sightline/eval/report/verdicts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from './axe.js';
import { openBrowser, openPage } from './chromium.js';
import { loadFootage } from './footage.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { plazaSite } from './plaza-site.js';

/** Events and what they rest on: a picture of each, a clip where the zone asks for one, and what people say of them. */
let browser: Browser;
let site: GeneratedSite;
let crossed: { readonly id: string; readonly track: string };

beforeAll(async () => {
  const [line, area, queue] = [plazaSite.zones![2]!, plazaSite.zones![1]!, plazaSite.zones![0]!];
  const zones = [{ ...line, evidence: 'clip' as const }, { ...area, evidence: 'none' as const }, queue];
  const rules = [{ name: 'full', when: 'crossing.count > 3', for: '1s', clip: true }];
  [browser, site] = await Promise.all([openBrowser(), loadFootage('plaza.avi', 384, 288, 300, 10).then((footage) => startGeneratedSite({ site: { ...plazaSite, zones, rules }, footage: new Map([['plaza', footage]]) }))]);
  const began = Date.now() - 30_000;
  for (let i = 0; i < 250; i++) {
    const at = began + i * 100;
    await site.frame(at);
    if (i === 100) await site.alert({ id: 'full/1', rule: 'full', state: 'firing', severity: 'warning', camera: 'plaza', subject: 'crossing', measure: 'count', condition: 'crossing.count > 3', value: 5, since: at * 1000, at: at * 1000 });
    // Pictures are paired with what was seen in them as they come.
    if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await site.drained();
  [crossed] = (await site.store.query<{ id: string; track: string }>("SELECT id, track FROM events WHERE zone = 'walkway' ORDER BY at LIMIT 1")) as [typeof crossed];
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

describe('an event', () => {
  it('plays the seconds around it where its zone asks for a clip, with the way of its object', async () => {
    // It is written once its seconds are over.
    await expect.poll(async () => (await fetch(`${site.url}/api/v1/evidence.clip?id=${encodeURIComponent(crossed.id)}`)).status, { timeout: 10_000 }).toBe(200);
    const { page, problems } = await openPage(browser, `${site.url}/events/?zone=walkway&event=${encodeURIComponent(crossed.id)}`);
    const clip = page.locator('canvas[data-clip]');
    await clip.waitFor();
    expect(Number(await clip.getAttribute('data-clip'))).toBeGreaterThanOrEqual(10);
    const pixels = (): Promise<string> => page.evaluate<string>("document.querySelector('canvas[data-clip]').toDataURL()");
    const first = await pixels();
    await page.getByLabel('Place in the clip').fill('8');
    await expect.poll(pixels).not.toBe(first);
    // Reduced motion is asked for, so it plays only when told to.
    await page.getByRole('button', { name: 'Play' }).click();
    const before = await pixels();
    await expect.poll(pixels).not.toBe(before);
    expect(await axeViolations(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('has a clip in which its object is seen at the moment it crossed, heads blurred like everywhere', async () => {
    const bytes = Buffer.from(await (await fetch(`${site.url}/api/v1/evidence.clip?id=${encodeURIComponent(crossed.id)}`)).arrayBuffer());
    const seen: { capturedAt: number; tracks: { id: string }[] }[] = [];
    for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32LE(at)) seen.push(JSON.parse(bytes.subarray(at + 8, at + 8 + bytes.readUInt32LE(at + 4)).toString()) as (typeof seen)[number]);
    const [, seq] = /-(\d+)-\d+$/.exec(crossed.id)!;
    const [{ at }] = (await site.store.query<{ at: number }>(`SELECT toUnixTimestamp64Micro(events.at) AS at FROM events WHERE id = {id:String}`, { id: crossed.id })) as [{ at: number }];
    expect(seen[0]!.capturedAt).toBeLessThanOrEqual(at);
    expect(seen.at(-1)!.capturedAt).toBeGreaterThanOrEqual(at);
    expect(seen.filter(({ tracks }) => tracks.some(({ id }) => id === crossed.track)).length, `track of frame ${seq}`).toBeGreaterThan(5);
  });

  it('of a zone that asks for nothing leaves nothing, and every other one a picture', async () => {
    const [{ none }] = (await site.store.query<{ none: string }>("SELECT any(id) AS none FROM events WHERE zone = 'crossing' AND (epoch, seq) NOT IN (SELECT epoch, seq FROM events WHERE zone != 'crossing')")) as [{ none: string }];
    expect((await fetch(`${site.url}/api/v1/evidence.jpg?id=${encodeURIComponent(none)}`)).status).toBe(404);
    expect((await fetch(`${site.url}/api/v1/evidence.jpg?id=${encodeURIComponent(crossed.id)}`)).status).toBe(200);
    const files = await readdir(path.join(site.folder, 'evidence', 'plaza', 'clips'));
    for (const file of files.filter((name) => name.endsWith('.clip'))) expect((await stat(path.join(site.folder, 'evidence', 'plaza', 'clips', file))).size).toBeLessThan(3_000_000);
  });

  it('that is wrong becomes a label that `sightline eval labels` reads', async () => {
    const { page } = await openPage(browser, `${site.url}/events/?zone=walkway&event=${encodeURIComponent(crossed.id)}`);
    await page.getByRole('button', { name: 'This is wrong' }).click();
    await page.getByText('sightline eval labels').waitFor();
    const verdicts = await readVerdicts(path.join(site.folder, 'labels.jsonl'));
    expect(verdicts).toMatchObject([{ event: crossed.id, camera: 'plaza', zone: 'walkway', kind: 'crossed', verdict: 'wrong' }]);
    expect(verdicts[0]!.site).not.toBe('');
    expect(judgeVerdicts(verdicts).sentences).toEqual([expect.stringMatching(/^plaza\/walkway, crossed (in|out): 0 of 1 that people judged were right\.$/)]);
    await page.context().close();
  });
});

describe('an alert', () => {
  it('shows the seconds around it where its rule asks for a clip', async () => {
    const { page, problems } = await openPage(browser, `${site.url}/alerts/`);
    await page.getByRole('button', { name: 'Show clip' }).first().click();
    await page.getByRole('img', { name: 'Clip of alert full' }).waitFor();
    // The page's clock ticks and draws it anew; what somebody opened stays open.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await page.getByRole('img', { name: 'Clip of alert full' }).isVisible()).toBe(true);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
