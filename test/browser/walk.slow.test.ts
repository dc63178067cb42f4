import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tryFromPage } from 'sightline/try-camera';
import { openBrowser, openPage } from './chromium.js';
import { dataFolder, loadFootage } from './footage.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { writePast, writeWaits } from './past.js';
import { plazaSite } from './plaza-site.js';

/**
 * The walk of docs/dashboard.md: someone who has never seen the page adds a camera, draws a queue, sees it counting, and
 * finds last Tuesday's longest wait. With SIGHTLINE_SCREENSHOTS=1 it also takes the pictures of that page anew.
 */
let browser: Browser;
let site: GeneratedSite;
const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const keepImages = process.env['SIGHTLINE_SCREENSHOTS'] === '1';
const day = 86_400_000;

beforeAll(async () => {
  const footage = new Map([['plaza', await loadFootage('plaza.avi', 512, 384, 300, 10)], ['till', await loadFootage('plaza.avi', 512, 384, 300, 10)]]);
  [browser, site] = await Promise.all([openBrowser(), startGeneratedSite({ site: plazaSite, footage, extra: { tryCamera: tryFromPage } })]);
  await writePast(site.store, [{ camera: 'plaza', zone: 'ticket-queue', kind: 'queue', measure: 'length', mean: 3, swing: 3 }, { camera: 'plaza', zone: 'crossing', kind: 'area', measure: 'count', mean: 4, swing: 3 }], Date.now() - 60_000);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function picture(page: Page, name: string): Promise<void> {
  if (!keepImages) return;
  await mkdir(images, { recursive: true });
  await page.waitForTimeout(700);
  // JPEG of this quality is some 100 kB, small enough for a repository.
  await page.screenshot({ path: path.join(images, `${name}.jpg`), type: 'jpeg', quality: 70 });
}

/** Noon of the Tuesday before today, in the site's zone; the longest wait lies an hour and a half later. */
function lastTuesday(): number {
  const noon = new Date();
  noon.setUTCHours(11, 0, 0, 0);
  const back = (noon.getUTCDay() + 5) % 7 || 7;
  return noon.getTime() - back * day;
}

it('adds a camera, draws a queue, sees it counting, and finds last Tuesday’s longest wait', async () => {
  const longest = { at: lastTuesday() + 5_400_000, seconds: 412 };
  await writeWaits(site.store, 'plaza', 'ticket-queue', Date.now(), longest);
  const { page, problems } = await openPage(browser, site.url, { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  const stop = site.play(5);
  await page.locator('canvas[data-picture=true]').waitFor();
  // For the font to be there: a first visit does not wait for it.
  if (keepImages) await page.reload();
  if (keepImages) await page.getByRole('region', { name: 'Latest events' }).getByRole('listitem').nth(6).waitFor({ timeout: 40_000 });
  await picture(page, 'live');

  await page.getByRole('link', { name: 'Cameras', exact: true }).click();
  await page.getByRole('button', { name: 'Add a camera' }).click();
  await page.getByLabel('Address').fill(path.join(dataFolder, 'clips/plaza-that-is-not-there.avi'));
  await page.getByLabel('Name', { exact: true }).fill('till');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText(/there is no file|not found|cannot be/i).waitFor();
  await page.getByLabel('Address').fill(path.join(dataFolder, 'clips/plaza.avi'));
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByRole('img', { name: 'Live picture of camera till' }).waitFor({ timeout: 40_000 });
  await picture(page, 'add-camera');
  await page.getByRole('button', { name: 'Save camera' }).click();
  await page.locator('[data-camera=till][data-state=online]').waitFor();
  // Somebody must have come and gone before a drawing can be tried on them.
  if (keepImages) await expect.poll(() => site.store.query("SELECT 1 FROM tracks WHERE camera = 'till'").then(({ length }) => length), { timeout: 90_000 }).toBeGreaterThan(3);

  await page.getByRole('link', { name: 'Zones', exact: true }).click();
  await page.getByLabel('Camera', { exact: true }).selectOption('till');
  await page.getByRole('button', { name: /^queue/ }).click();
  await page.locator('canvas[data-picture=true]').waitFor();
  const canvas = page.getByRole('application');
  const box = (await canvas.boundingBox())!;
  for (const [x, y] of [[0.36, 0.28], [0.62, 0.26], [0.68, 0.55], [0.36, 0.6]] as const) await page.mouse.click(box.x + x * box.width, box.y + y * box.height);
  await page.getByRole('button', { name: 'Outline is done' }).click();
  await page.getByLabel('Name', { exact: true }).fill('till-queue');
  await page.getByRole('button', { name: 'Try on the last hour' }).click();
  await page.locator('[data-preview]').waitFor();
  await picture(page, 'draw-queue');
  await page.getByRole('button', { name: 'Save…' }).click();
  await page.getByRole('button', { name: 'Save and apply' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await page.getByRole('link', { name: 'Live', exact: true }).click();
  const length = page.locator('article[data-zone="till/till-queue"] [data-measure=length]');
  await expect.poll(() => length.innerText(), { timeout: 30_000 }).toMatch(/^[1-9]$/);
  await picture(page, 'queue-counting');
  stop();

  await page.getByRole('link', { name: 'History', exact: true }).click();
  await page.getByLabel('Zone', { exact: true }).selectOption('plaza/ticket-queue');
  await page.getByLabel('Time', { exact: true }).selectOption('week');
  await page.getByLabel('Compare with').selectOption('week');
  const first = page.getByRole('region', { name: 'Longest waits' }).getByRole('link').first();
  await first.waitFor();
  expect(await first.innerText()).toMatch(/6:52/);
  expect(await first.innerText()).toContain('Tue');
  await page.locator('[data-chart=length] canvas').waitFor();
  await picture(page, 'longest-wait');
  await first.click();
  await page.getByRole('heading', { name: 'Served after 6:52' }).waitFor();
  await picture(page, 'event');
  // Pictures of events are kept from when the dashboard runs: that one of the past has none is said on the page.
  expect(problems.filter((problem) => !problem.includes('404'))).toEqual([]);
}, 300_000);
