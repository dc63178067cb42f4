import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openServerStore } from '@sightline/runtime/store/server';
import { freePort } from 'sightline/dev/kafka';
import { startRoleChild, type RoleChild } from 'sightline/dev/role-child';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage } from './chromium.js';
import { loadFootage } from './footage.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { plazaSite } from './plaza-site.js';
import { wireTo } from './proxy.js';

/** The store is killed under an open page, and the page's device sleeps: it says so, and is right again without a reload. */
const writerToken = 'a writer of this test only';
let browser: Browser;
let site: GeneratedSite;
let store: RoleChild;
let folder: string;
let port: number;

async function startStore(): Promise<void> {
  store = startRoleChild('store', { role: 'store', folder: path.join(folder, 'store'), port, writerToken }, {}, () => undefined);
  await store.ready;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sightline-killed-'));
  port = await freePort();
  const [opened, footage] = await Promise.all([openBrowser(), loadFootage('plaza.avi', 384, 288, 200, 10), startStore()]);
  browser = opened;
  site = await startGeneratedSite({ site: plazaSite, footage: new Map([['plaza', footage]]), store: await openServerStore({ url: `http://127.0.0.1:${port}`, user: 'writer', password: writerToken }) });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await store?.stop();
  await rm(folder, { recursive: true, force: true });
});

const count = (page: Page): Promise<string> => page.locator('article[data-zone="plaza/crossing"] [data-measure=count]').innerText();
const state = (page: Page): Promise<string | null> => page.locator('article[data-zone="plaza/crossing"]').getAttribute('data-state');

async function live(): Promise<readonly { readonly zone: string; readonly measures: Readonly<Record<string, number | null>> }[]> {
  return ((await (await fetch(`${site.url}/api/v1/live`)).json()) as { zones: Awaited<ReturnType<typeof live>> }).zones;
}

describe('a page whose store is killed', () => {
  it('says so, goes on with live numbers, and reads the past again when it is back', async () => {
    const stop = site.play(10);
    const { page } = await openPage(browser, site.url);
    await page.evaluate('window.sameDocument = true');
    await expect.poll(() => state(page)).toBe('fresh');
    store.signal('SIGKILL');
    await store.exited;
    await page.locator('[data-lost=store]').waitFor();
    expect(await page.locator('[data-lost=store]').innerText()).toMatch(/history and events cannot be read.*Live numbers and pictures go on/s);
    expect(await page.locator('[data-lost]').count()).toBe(1);
    const before = await page.evaluate<string>("document.querySelector('canvas[data-picture=true]').toDataURL()");
    await expect.poll(() => page.evaluate<string>("document.querySelector('canvas[data-picture=true]').toDataURL()")).not.toBe(before);
    expect(await state(page)).toBe('fresh');

    await page.getByRole('link', { name: 'Events', exact: true }).click();
    await page.getByText('Live numbers go on').waitFor();
    await startStore();
    await page.locator('[data-lost]').waitFor({ state: 'detached' });
    await page.getByText('Live numbers go on').waitFor({ state: 'detached' });
    // What was counted while it was away is in it now.
    await expect.poll(async () => (await site.store.query<{ age: number }>('SELECT now() - max(at) AS age FROM samples'))[0]!.age, { timeout: 20_000 }).toBeLessThan(5);
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    stop();
    await page.context().close();
  }, 90_000);
});

describe('a page whose device slept for an hour', () => {
  it('is right again within two seconds of waking', async () => {
    const wire = await wireTo(site.url);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.clock.install({ time: Date.now() });
    await page.goto(wire.url);
    const stop = site.play(10);
    await expect.poll(() => state(page)).toBe('fresh');
    wire.silence();
    stop();
    // The crowd of another moment, so that an old number is told from a new one.
    const old = await count(page);
    let now = old;
    for (let i = 0; i < 200 && now === old; i++) {
      await site.frame();
      now = String((await live()).find(({ zone }) => zone === 'crossing')!.measures['count']);
    }
    expect(now).not.toBe(old);
    const woke = Date.now();
    await page.clock.fastForward(3_600_000);
    await expect.poll(() => count(page), { interval: 20, timeout: 10_000 }).toBe(now);
    expect((Date.now() - woke) / 1000).toBeLessThan(2);
    expect(await state(page)).toMatch(/fresh|ageing/);
    expect(await page.locator('[data-lost]').count()).toBe(0);
    await context.close();
    await wire.close();
  });
});
