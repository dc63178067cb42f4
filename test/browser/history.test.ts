import type { Store } from '@sightline/runtime/store/store';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from './axe.js';
import { openBrowser, openPage } from './chromium.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { plazaSite } from './plaza-site.js';

/** History over a real store whose every value is known: comparisons, gaps and their reasons, downloads, zoom, ways. */
let browser: Browser;
let site: GeneratedSite;
const hour = 3_600_000;
const day = 24 * hour;
/** Five whole hours that ended a while ago. */
const to = Math.floor(Date.now() / hour) * hour - hour;
const from = to - 5 * hour;
const gap = { from: from + 2 * hour, to: from + 3 * hour };
/** People waiting, throughout, so many days before. */
const lengths: Readonly<Record<number, number>> = { 0: 4, 1: 2, 7: 1, 28: 3 };

beforeAll(async () => {
  [browser, site] = await Promise.all([openBrowser(), startGeneratedSite({ site: plazaSite, footage: new Map() })]);
  for (const [days, length] of Object.entries(lengths)) await fill(site.store, from - Number(days) * day, length);
  await site.store.insert(
    'camera_status',
    [0, 1, 2].map((i) => ({ at: ((gap.from + i * 20 * 60_000) / 1000).toFixed(3), camera: 'plaza', state: 'offline', since: (gap.from / 1000).toFixed(3), epoch: 1, fps_wanted: 10, fps_got: 0, frames: 0, quiet: 0, dropped: {}, reconnects: 0, quality: 'ok', problem: 'refused' })),
    { token: 'status' },
  );
  const walk = (i: number, zones: readonly string[], directions: readonly string[], seconds: number): object => ({ began: ((from + i * 1000) / 1000).toFixed(6), ended: ((from + i * 1000) / 1000 + seconds).toFixed(6), camera: 'plaza', track: `t-${i}`, classes: ['person'], zones, entered: zones.map(() => (from / 1000).toFixed(6)), left: zones.map(() => (from / 1000).toFixed(6)), directions, abandoned: [] });
  await site.store.insert('journeys', [...Array.from({ length: 30 }, (_, i) => walk(i, ['walkway', 'ticket-queue', 'crossing'], ['in', '', ''], 60 + i)), ...Array.from({ length: 10 }, (_, i) => walk(100 + i, ['walkway', 'walkway'], ['in', 'in'], 5))], { token: 'journeys' });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** A value every twenty seconds, an hour more on each side so that a change of summer time between the days does no harm; the gap only today. */
async function fill(store: Store, begin: number, length: number): Promise<void> {
  await store.exec(`INSERT INTO samples (at, camera, zone, zone_kind, measure, class, value, coverage)
    SELECT toDateTime(${begin / 1000 - 3600} + number * 20) AS at, 'plaza', 'ticket-queue', 'queue', 'length', '', ${length}, 1 FROM numbers(${(7 * 3600) / 20})
    WHERE at < toDateTime(${gap.from / 1000}) OR at >= toDateTime(${gap.to / 1000})`);
}

const address = (more = ''): string => `${site.url}/history/?zone=${encodeURIComponent('plaza/ticket-queue')}&range=custom&from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}${more}`;
const card = (page: Page) => page.locator('section', { has: page.locator('[data-chart=length]') }).last();

describe('history', () => {
  it('shows the mean, and how it was on the day before, the week before and four weeks before', async () => {
    const { page } = await openPage(browser, address());
    for (const [name, days] of [['day', 1], ['week', 7], ['month', 28]] as const) {
      await page.getByLabel('Compare with').selectOption(name);
      const change = `${Math.round((100 * (4 - lengths[days]!)) / lengths[days]!)}%`;
      await expect.poll(() => card(page).locator('dl').innerText(), { timeout: 20_000 }).toMatch(new RegExp(`Mean\\n4\\n[\\s\\S]*\\n${lengths[days]} \\(\\+${change}\\)`));
    }
    expect(new URL(page.url()).searchParams.get('compare')).toBe('month');
    await page.context().close();
  }, 60_000);

  it('hatches a gap and says why nothing is known there', async () => {
    const { page, problems } = await openPage(browser, address());
    await card(page).getByText('1 gap is hatched').waitFor();
    expect(await card(page).innerText()).toMatch(/80% of the time is known/);
    await expect.poll(() => card(page).locator('[data-gap]').first().innerText()).toMatch(/^\d\d:\d\d – \d\d:\d\d: offline$/);
    expect(await page.evaluate("document.querySelector('[data-chart=length] canvas').toDataURL().length")).toBeGreaterThan(5000);
    expect(await axeViolations(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('gives the same values as CSV, as Parquet, and as SQL that runs', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage();
    await page.goto(address());
    await card(page).getByRole('button', { name: 'Copy as SQL' }).click();
    await card(page).getByRole('button', { name: 'Copied' }).waitFor();
    const rows = await site.store.query<{ value: number }>(await page.evaluate<string>('navigator.clipboard.readText()'));
    expect(rows.length).toBeGreaterThan(200);
    expect(new Set(rows.map(({ value }) => value))).toEqual(new Set([4]));
    const take = async (form: string): Promise<Buffer> => Buffer.from(await (await page.request.get(new URL((await card(page).getByRole('link', { name: form, exact: true }).getAttribute('href'))!, site.url).href)).body());
    const csv = (await take('CSV')).toString().trim().split('\n');
    expect(csv[0]).toBe('"at","value","low","high","trust"');
    expect(csv).toHaveLength(rows.length + 1);
    expect(csv.slice(1).every((line) => line.split(',')[1] === '4')).toBe(true);
    const parquet = await take('Parquet');
    expect([parquet.subarray(0, 4).toString(), parquet.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1']);
    await context.close();
  });

  it('zooms all charts together by one drag, keeps it in the address, and goes back', async () => {
    const { page } = await openPage(browser, address());
    const chart = page.locator('[data-chart=length] canvas');
    await chart.waitFor();
    const points = (): Promise<string | null> => page.locator('[data-chart=length]').getAttribute('data-points');
    const before = await points();
    const asked = new Set<string>();
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.pathname === '/api/v1/history') asked.add(`${url.searchParams.get('measure')} ${url.searchParams.get('from')}`);
    });
    await chart.scrollIntoViewIfNeeded();
    const box = (await page.locator('[data-chart=length] .u-over').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.2, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.35, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => asked.size).toBeGreaterThanOrEqual(4);
    expect(new Set([...asked].map((one) => one.split(' ')[1])).size).toBe(1);
    const zoomed = new URL(page.url()).searchParams.get('from')!;
    expect(Math.abs(Date.parse(zoomed) - (from + 0.2 * (to - from)))).toBeLessThan(5 * 60_000);
    await page.goBack();
    await expect.poll(points).toBe(before);
    await page.context().close();
  });

  it('shows which ways people took, the most usual first', async () => {
    const { page } = await openPage(browser, address());
    const ways = page.locator('[data-journey]');
    await ways.first().waitFor();
    expect(await ways.evaluateAll((all) => (all as { getAttribute(name: string): string | null }[]).map((way) => way.getAttribute('data-journey')))).toEqual(['walkway>ticket-queue>crossing', 'walkway']);
    expect(await ways.first().innerText()).toMatch(/walkway in[\s\S]*ticket-queue[\s\S]*crossing[\s\S]*30 \(75%\)[\s\S]*1:15/);
    await page.context().close();
  });
});
