import { readFile, writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from './axe.js';
import { openBrowser, openPage } from './chromium.js';
import { loadFootage } from './footage.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { plazaSite } from './plaza-site.js';

/** Zones drawn in a real browser: by keyboard alone and by pointer, tried on the past, saved into the site file. */
let browser: Browser;
let site: GeneratedSite;
let at: number;

beforeAll(async () => {
  [browser, site] = await Promise.all([openBrowser(), loadFootage('plaza.avi', 384, 288, 200, 10).then((footage) => startGeneratedSite({ site: plazaSite, footage: new Map([['plaza', footage]]) }))]);
  at = Date.now() - 60_000;
  await feed(200);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function feed(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await site.frame((at += 100));
  await site.drained();
}

async function apply(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save and apply' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

describe('the zone editor', () => {
  it('draws and saves a zone by keyboard alone, and it counts', async () => {
    const { page, problems } = await openPage(browser, `${site.url}/zones/?camera=plaza&new=line`);
    await page.getByRole('application').waitFor();
    const focusOn = async (wanted: string): Promise<void> => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        if ((await page.evaluate<string>('document.activeElement.getAttribute("role") + " " + document.activeElement.textContent')).includes(wanted)) return;
      }
      throw new Error(`Tab never reached ${wanted}`);
    };
    const press = async (key: string, times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await page.keyboard.press(key);
    };
    await focusOn('application');
    // The cross begins in the middle; each Shift+arrow moves it by a tenth.
    await press('Shift+ArrowDown', 2);
    await page.keyboard.press('Enter');
    await press('Shift+ArrowUp', 4);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('button', { name: /^Point \d/ }).count()).toBe(2);
    await focusOn('Save…');
    await page.keyboard.press('Enter');
    await page.getByText('+ ').first().waitFor();
    await focusOn('Save and apply');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await readFile(site.siteFile, 'utf8')).toContain('line: [[0.5, 0.7], [0.5, 0.3]]');
    await page.goto(site.url);
    const tile = page.locator('article[data-zone="plaza/line-1"] [data-measure=in]');
    await tile.waitFor();
    await feed(200);
    const rows = await site.store.query<{ n: number }>("SELECT count() AS n FROM events WHERE zone = 'line-1' AND direction = 'in'");
    await expect.poll(() => tile.innerText()).toBe(String(rows[0]!.n));
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('counts in a zone drawn in the browser what the same zone counts that a person wrote into the file', async () => {
    const text = await readFile(site.siteFile, 'utf8');
    expect(text).toContain('name: line-1');
    // By hand, at the file's end, in another form than the page writes.
    await writeFile(site.siteFile, text.replace(/^zones:\n/m, 'zones:\n  - { kind: line, name: twin, line: [[0.5, 0.7], [0.5, 0.3]], camera: plaza }\n'));
    await expect.poll(async () => JSON.stringify(await (await fetch(`${site.url}/api/v1/site`)).json())).toContain('"twin"');
    await feed(200);
    const counts = await site.store.query<{ zone: string; said: string[] }>("SELECT zone, arraySort(groupArray(concat(direction, ' ', track, ' ', toString(at)))) AS said FROM events WHERE zone IN ('line-1', 'twin') AND track IN (SELECT track FROM events WHERE zone = 'twin') GROUP BY zone ORDER BY zone");
    expect(counts.map(({ zone }) => zone)).toEqual(['line-1', 'twin']);
    expect(counts[0]!.said.length).toBeGreaterThan(2);
    expect(counts[0]!.said).toEqual(counts[1]!.said);
  });

  it('says before saving what a draft would have counted, as the same zone in the file did count', async () => {
    const { page } = await openPage(browser, `${site.url}/zones/?camera=plaza&zone=walkway`);
    await page.getByRole('application').waitFor();
    await page.getByRole('button', { name: 'Try on the last hour' }).click();
    await page.locator('[data-preview]').waitFor();
    // Only finished tracks can be replayed: what is still walking has crossed, but is not stored yet.
    const finished = await site.store.query<{ direction: string; n: number }>("SELECT direction, count() AS n FROM events WHERE zone = 'walkway' AND track IN (SELECT id FROM tracks) GROUP BY direction");
    expect(finished.length).toBeGreaterThan(0);
    for (const { direction, n } of finished) {
      const shown = Number(await page.locator(`[data-count="crossed.${direction}"] span`).first().innerText());
      expect(Math.abs(shown - n), `${direction}: shown ${shown}, counted ${n}`).toBeLessThanOrEqual(1);
    }
    const hits = page.getByRole('application').locator('circle[aria-label*="went"]');
    expect(await hits.count()).toBeGreaterThan(0);
    await hits.first().click({ force: true });
    expect(await page.getByRole('status').allInnerTexts()).toContainEqual(expect.stringMatching(/Person went (in|out)/));
    await page.context().close();
  });

  it('draws by pointer, undoes and redoes every step, and warns of a shape that crosses itself', async () => {
    const { page } = await openPage(browser, `${site.url}/zones/?camera=plaza&new=area`);
    const canvas = page.getByRole('application');
    await canvas.waitFor();
    const box = (await canvas.boundingBox())!;
    const click = (x: number, y: number): Promise<void> => page.mouse.click(box.x + x * box.width, box.y + y * box.height);
    const points = (): Promise<number> => page.getByRole('button', { name: /^Point \d/ }).count();
    for (const [x, y] of [[0.1, 0.1], [0.3, 0.3], [0.3, 0.1], [0.1, 0.3]] as const) await click(x, y);
    await page.getByText('crosses itself').waitFor();
    expect(await page.getByRole('button', { name: 'Save…' }).isDisabled()).toBe(true);
    for (const left of [3, 2, 1]) {
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(points).toBe(left);
    }
    for (const again of [2, 3]) {
      await page.getByRole('button', { name: 'Redo' }).click();
      await expect.poll(points).toBe(again);
    }
    await page.context().close();
  });

  it('lays out twenty stalls with one gesture', async () => {
    const { page } = await openPage(browser, `${site.url}/zones/?camera=plaza&new=stalls`);
    const canvas = page.getByRole('application');
    await canvas.waitFor();
    const box = (await canvas.boundingBox())!;
    await page.getByLabel('Columns').fill('20');
    await page.mouse.move(box.x + 0.1 * box.width, box.y + 0.7 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.8 * box.height, { steps: 4 });
    await page.mouse.move(box.x + 0.9 * box.width, box.y + 0.9 * box.height, { steps: 4 });
    await page.mouse.up();
    await page.getByRole('button', { name: 'Save…' }).click();
    await apply(page);
    expect((await readFile(site.siteFile, 'utf8')).match(/name: P\d+/g)).toHaveLength(20);
    await page.context().close();
  });

  it('is clean for axe', async () => {
    const { page } = await openPage(browser, `${site.url}/zones/?camera=plaza&zone=crossing`, { colorScheme: 'dark' });
    await page.getByRole('application').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });
});
