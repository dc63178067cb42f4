import { readFile, writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from './axe.js';
import { openBrowser, openPage } from './chromium.js';
import { loadFootage } from './footage.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { plazaSite } from './plaza-site.js';

/** Privacy masks, drawn on the camera's page by pointer and by keyboard alone, end in the site file with its comments kept. */
let browser: Browser;
let site: GeneratedSite;

beforeAll(async () => {
  [browser, site] = await Promise.all([openBrowser(), loadFootage('plaza.avi', 384, 288, 60, 10).then((footage) => startGeneratedSite({ site: plazaSite, footage: new Map([['plaza', footage]]) }))]);
  const text = await readFile(site.siteFile, 'utf8');
  await writeFile(site.siteFile, `# Ask Ada before you change cameras.\n${text}`);
  for (let i = 0; i < 10; i++) await site.frame();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

interface Written {
  readonly cameras: readonly { readonly source: string; readonly privacy?: { readonly masks: number[][][]; readonly blurHeads: boolean } }[];
}

async function written(): Promise<Written['cameras'][number]> {
  return (parse(await readFile(site.siteFile, 'utf8')) as Written).cameras[0]!;
}

async function apply(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save…' }).click();
  await page.getByRole('button', { name: 'Save and apply' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

describe('the mask editor', () => {
  it('draws two masks by pointer and saves them', async () => {
    const { page, problems } = await openPage(browser, `${site.url}/cameras/`);
    await page.getByRole('button', { name: 'Privacy of camera plaza' }).click();
    const canvas = page.getByRole('application');
    await canvas.waitFor();
    const draw = async (points: readonly (readonly [number, number])[]): Promise<void> => {
      const box = (await canvas.boundingBox())!;
      for (const [x, y] of points) await page.mouse.click(box.x + x * box.width, box.y + y * box.height);
      await page.getByRole('button', { name: 'Outline is done' }).click();
    };
    await draw([[0.1, 0.1], [0.3, 0.1], [0.3, 0.3], [0.1, 0.3]]);
    await page.getByRole('button', { name: 'Another mask' }).click();
    await draw([[0.6, 0.6], [0.9, 0.6], [0.9, 0.9]]);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('+ ').first().waitFor();
    // The lines around the change hold the camera's address; a browser gets none of it.
    expect(await dialog.innerText()).not.toContain('10.9.8.7');
    await page.getByRole('button', { name: 'Save and apply' }).click();
    await dialog.waitFor({ state: 'detached' });
    const camera = await written();
    expect(camera.source).toContain('10.9.8.7');
    expect(camera.privacy!.masks.map((mask) => mask.length)).toEqual([4, 3]);
    for (const [i, value] of [0.1, 0.1].entries()) expect(camera.privacy!.masks[0]![0]![i]).toBeCloseTo(value, 1);
    expect(await readFile(site.siteFile, 'utf8')).toContain('# Ask Ada before you change cameras.');
    await page.getByText('2 privacy masks').waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('removes and draws one by keyboard alone', async () => {
    const { page } = await openPage(browser, `${site.url}/cameras/`);
    const focusOn = async (wanted: string): Promise<void> => {
      for (let i = 0; i < 80; i++) {
        await page.keyboard.press('Tab');
        // Behind the last element the focus is on the page as a whole, whose text is everything.
        const focused = await page.evaluate<string>('document.activeElement === document.body ? "" : document.activeElement.getAttribute("role") + " " + (document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent)');
        if (focused.includes(wanted)) return;
      }
      throw new Error(`Tab never reached ${wanted}`);
    };
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await focusOn('Privacy of camera plaza');
    await press('Enter');
    await page.getByRole('application').waitFor();
    for (const n of [2, 1]) {
      await focusOn(`Remove mask ${n}`);
      await press('Enter');
    }
    await page.evaluate('document.querySelector("#content").focus()');
    await focusOn('application');
    await press('Enter', 'Shift+ArrowRight', 'Enter', 'Shift+ArrowDown', 'Enter');
    await focusOn('Outline is done');
    await press('Enter');
    await focusOn('Save…');
    await press('Enter');
    await page.getByRole('dialog').getByText('+ ').first().waitFor();
    await focusOn('Save and apply');
    await press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await written()).privacy!.masks).toEqual([[[0.5, 0.5], [0.6, 0.5], [0.6, 0.6]]]);
    await page.context().close();
  });

  it('switches the blur off only with a warning, and is there for admins alone', async () => {
    const { page } = await openPage(browser, `${site.url}/cameras/`);
    await page.getByRole('button', { name: 'Privacy of camera plaza' }).click();
    const blur = page.getByLabel('Blur heads of people');
    expect(await blur.isChecked()).toBe(true);
    await blur.uncheck();
    await page.getByText('Faces will be recognisable').waitFor();
    await apply(page);
    expect((await written()).privacy!.blurHeads).toBe(false);
    await page.context().close();
    const viewer = await browser.newContext();
    const looking = await viewer.newPage();
    await looking.route('**/api/v1/session', (route) => route.fulfill({ json: { signedIn: true, closed: true, name: 'v', role: 'viewer', kind: 'user' } }));
    await looking.goto(`${site.url}/cameras/`);
    await looking.locator('[data-camera=plaza]').waitFor();
    expect(await looking.getByRole('button', { name: 'Privacy of camera plaza' }).count()).toBe(0);
    await viewer.close();
  });
});
