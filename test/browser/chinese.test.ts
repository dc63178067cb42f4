import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './chromium.js';
import type { GeneratedSite } from './generated-site.js';
import { shopSite } from './shop-site.js';
import { arrange, pages, startFullSite, type State } from './states.js';

/** Who reads Chinese reads Chinese: on no page, in no state, does an English word stand that is not a name. */
let browser: Browser;
let site: GeneratedSite;
let stop: () => void;

beforeAll(async () => {
  [browser, { site, stop }] = await Promise.all([openBrowser(), startFullSite()]);
});
afterAll(async () => {
  stop?.();
  await browser?.close();
  await site?.close();
});

/** Names of products, formats, keys and units that Chinese writes so too, and what people have named. */
const properNames = ['Sightline', 'English', 'API', 'SQL', 'CSV', 'Parquet', 'MB', 'MMD', 'Authorization', 'Bearer', 'Enter', 'Delete', 'Ctrl', 'Alt', 'rtsp', 'http', 'dev', 'video0', 'NAME', 'file', 'default', 'camera.local', 'stream', 'Europe', 'Berlin', 'length', 'closed over the holidays', 'shop'];
const given = [...shopSite.cameras, ...shopSite.zones!, ...shopSite.rules!].map(({ name }) => name).concat('till', 'P1', 'P2', 'P3', 'left', 'middle', 'right');

/** What can be read or is read out: texts and labels that are shown, but for code and for what says of itself that it is English. */
async function englishWords(page: Page): Promise<string[]> {
  const said = await page.evaluate<string[]>(`(() => {
    const said = [];
    const kept = (element) => element && !element.closest('code, script, style, noscript, [lang=en], [hidden]') && element.checkVisibility();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (kept(walker.currentNode.parentElement)) said.push(walker.currentNode.data);
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], img[alt]')) if (kept(element)) for (const name of ['aria-label', 'title', 'placeholder', 'alt']) said.push(element.getAttribute(name) ?? '');
    return said;
  })()`);
  const names = [...given, ...properNames].sort((a, b) => b.length - a.length);
  return said.filter((text) => /[A-Za-z]{2,}/.test(names.reduce((left, name) => left.replaceAll(name, ' '), text).replace(/\b[0-9a-z]+-[0-9a-z]+\b|\b[0-9a-f]{12}\b/g, ' ')));
}

async function open(path: string, state: State): Promise<Page> {
  const context = await browser.newContext({ locale: 'zh-CN', reducedMotion: 'reduce', viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await arrange(page, state);
  await page.goto(site.url + path);
  await page.locator('html[lang=zh-Hans] main[data-ready=true] h1').first().waitFor();
  await page.waitForTimeout(400);
  return page;
}

describe('in Chinese', () => {
  const shown = ['full', 'error', 'empty'] as const;
  it.each(pages.map((path, i) => ({ path, state: shown[i % shown.length]! })))('$path, $state, has no English word', async ({ path, state }) => {
    const page = await open(path, state);
    expect(await englishWords(page)).toEqual([]);
    await page.context().close();
  }, 60_000);

  it('nor has the editor of a zone, of stalls, and of masks, nor adding a camera and why it failed', async () => {
    for (const path of ['/zones/?camera=plaza&new=queue', '/zones/?camera=street&zone=kerbside']) {
      const page = await open(path, 'full');
      await page.getByRole('application').waitFor();
      expect(await englishWords(page), path).toEqual([]);
      await page.context().close();
    }
    const page = await open('/cameras/', 'full');
    await page.getByRole('button', { name: '添加摄像机' }).click();
    await page.getByLabel('地址').fill('/nowhere/till.mp4');
    await page.getByLabel('名称').fill('till');
    await page.getByRole('button', { name: '试一试' }).click();
    await page.getByRole('alert').getByText('请求有误').waitFor();
    await page.getByRole('button', { name: /隐私/ }).first().click();
    await page.getByRole('application').waitFor();
    expect(await englishWords(page)).toEqual([]);
    await page.evaluate("document.querySelector('h1').append(' Cameras')");
    expect(await englishWords(page)).toEqual([' Cameras']);
    await page.context().close();
  }, 90_000);
});
