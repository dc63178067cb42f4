import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from './axe.js';
import { openBrowser, openPage } from './chromium.js';
import { loadFootage } from './footage.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { plazaSite } from './plaza-site.js';

/** The live page in a real browser, on real parts: it must show what the store has, say how old it is, and heal. */
let browser: Browser;
let site: GeneratedSite;

beforeAll(async () => {
  [browser, site] = await Promise.all([openBrowser(), loadFootage('plaza.avi', 384, 288, 120, 10).then((footage) => startGeneratedSite({ site: plazaSite, footage: new Map([['plaza', footage]]) }))]);
  await feed(80);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** Frames of the last seconds, at the footage's own spacing. */
async function feed(count: number): Promise<void> {
  const first = Date.now() - count * 100;
  for (let i = 0; i < count; i++) await site.frame(first + i * 100);
  await site.drained();
}

const tile = (page: Page, zone: string) => page.locator(`article[data-zone="plaza/${zone}"]`);
const number = (page: Page, zone: string, measure: string) => tile(page, zone).locator(`[data-measure="${measure}"]`).innerText();

describe('the live page', () => {
  it('shows the counts that the store has', async () => {
    const { page, problems } = await openPage(browser, site.url);
    await feed(60);
    const latest = await site.store.query<{ zone: string; measure: string; value: number | null }>("SELECT zone, measure, value FROM latest FINAL WHERE class = ''");
    const stored = (zone: string, measure: string): string => String(latest.find((row) => row.zone === zone && row.measure === measure)!.value);
    const crossings = await site.store.query<{ direction: string; n: number }>("SELECT direction, count() AS n FROM events WHERE kind = 'crossed' GROUP BY direction");
    expect(crossings.length, 'the footage has people who cross the line').toBeGreaterThan(0);
    for (const [zone, measure] of [['crossing', 'count'], ['ticket-queue', 'length'], ['walkway', 'in'], ['walkway', 'out']] as const) {
      await expect.poll(() => number(page, zone, measure), { message: `${zone}.${measure}`, timeout: 10_000 }).toBe(stored(zone, measure));
    }
    for (const { direction, n } of crossings) expect(await number(page, 'walkway', direction)).toBe(String(n));
    const [newest] = await site.store.query<{ zone: string }>('SELECT zone FROM events ORDER BY at DESC, id DESC LIMIT 1');
    await expect.poll(() => page.locator('section ol li').first().innerText()).toContain(newest!.zone);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('paints the last known values of the snapshot before the socket says anything', async () => {
    const context = await browser.newContext();
    const still = await context.newPage();
    await still.routeWebSocket(/socket/, () => undefined);
    await still.goto(site.url);
    await expect.poll(() => number(still, 'walkway', 'in')).toMatch(/^\d+$/);
    await context.close();
  });

  it('says what needs attention before any script runs, in the words that stand there afterwards', async () => {
    const { page } = await openPage(browser, site.url);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const bare = await context.newPage();
    await feed(10);
    await bare.goto(site.url);
    const said = await bare.locator('h1').innerText();
    expect(said).toBe(await page.locator('h1').innerText());
    expect(await bare.getByText(/1 camera and \d+ zones|needs? attention/).count()).toBeGreaterThan(0);
    expect(said).not.toMatch(/Connecting/);
    await context.close();
    await page.context().close();
  });

  it('shows pictures with boxes while someone looks, and only then', async () => {
    const { page } = await openPage(browser, site.url);
    const stop = site.play(5);
    await page.locator('canvas[data-picture=true]').waitFor();
    const before = await picture(page);
    await expect.poll(() => picture(page), { timeout: 10_000 }).not.toBe(before);
    stop();
    await page.context().close();
  });

  it('draws its pictures itself in a browser that cannot draw in a worker', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.addInitScript('delete globalThis.OffscreenCanvas');
    await page.goto(site.url);
    const stop = site.play(5);
    await page.locator('canvas[data-picture=true]').waitFor();
    expect(page.workers()).toEqual([]);
    const before = await picture(page);
    await expect.poll(() => picture(page), { timeout: 10_000 }).not.toBe(before);
    stop();
    await context.close();
  });

  it('shows pictures again after the connection that brings them was lost', async () => {
    const { page } = await openPage(browser, site.url);
    let stop = site.play(5);
    await page.locator('canvas[data-picture=true]').waitFor();
    stop();
    await site.stopGateway();
    await page.getByText('Connection lost').waitFor();
    await site.revive();
    await page.getByText('Connection lost').waitFor({ state: 'hidden' });
    const before = await picture(page);
    stop = site.play(5);
    await expect.poll(() => picture(page), { timeout: 10_000 }).not.toBe(before);
    stop();
    await page.context().close();
  });

  it('says how old a value is, and greys it when it is stale', async () => {
    const { page } = await openPage(browser, site.url);
    const stop = site.play(5);
    await expect.poll(() => tile(page, 'crossing').getAttribute('data-state'), { timeout: 15_000 }).toBe('fresh');
    stop();
    await expect.poll(() => tile(page, 'crossing').getAttribute('data-state'), { timeout: 8000 }).toBe('ageing');
    await expect.poll(() => tile(page, 'crossing').getAttribute('data-state'), { timeout: 15_000 }).toBe('stale');
    expect(await tile(page, 'crossing').innerText()).toMatch(/last seen 1\d sec ago/);
    expect(await page.locator('h1').innerText()).toMatch(/need/);
    await page.context().close();
  });

  it('shows an offline camera as offline and its numbers as unknown, never 0', async () => {
    const { page } = await openPage(browser, site.url);
    await feed(10);
    await site.status('plaza', { state: 'offline', since: Date.now(), problem: 'camera "plaza": connection refused' });
    await expect.poll(() => tile(page, 'crossing').getAttribute('data-state')).toBe('offline');
    expect(await number(page, 'crossing', 'count')).toBe('–');
    // The page judges what needs attention once a second, so its next judgement may be a second away.
    await expect.poll(() => page.locator('h1').innerText(), { timeout: 5000 }).toContain('1 needs attention');
    expect(await page.locator('figure[data-camera=plaza]').innerText()).toContain('Connection refused');
    await site.status('plaza', {});
    await feed(10);
    await expect.poll(() => number(page, 'crossing', 'count')).toMatch(/^\d+$/);
    await page.context().close();
  });

  it('heals without a reload when the gateway is killed under it', async () => {
    const { page } = await openPage(browser, site.url);
    await feed(10);
    await page.evaluate('window.sameDocument = true');
    await site.stopGateway();
    await page.getByText('Connection lost').waitFor();
    expect(await number(page, 'walkway', 'in')).toMatch(/^\d+$/);
    await site.revive();
    await page.getByText('Connection lost').waitFor({ state: 'hidden' });
    await feed(30);
    const [{ value }] = (await site.store.query<{ value: number }>("SELECT value FROM latest FINAL WHERE zone = 'walkway' AND measure = 'out' AND class = ''")) as [{ value: number }];
    await expect.poll(() => number(page, 'walkway', 'out')).toBe(String(value));
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    await page.context().close();
  });

  it('is clean for axe and does not scroll sideways at 320 px', async () => {
    await feed(10);
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, problems } = await openPage(browser, site.url, { colorScheme, viewport: { width: 320, height: 640 } });
      await tile(page, 'crossing').waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
      expect(problems).toEqual([]);
      await page.context().close();
    }
  });
});

function picture(page: Page): Promise<string> {
  return page.evaluate<string>("document.querySelector('canvas[data-picture=true]').toDataURL()");
}
