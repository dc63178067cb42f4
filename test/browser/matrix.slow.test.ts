import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage } from './chromium.js';
import type { GeneratedSite } from './generated-site.js';
import { arrange, inspect, pages, startFullSite, states, themes, widths } from './states.js';

/** Every page × light and dark × every width × full, empty, stale and error; matrix.test.ts is the quick sample of it. */
let browser: Browser;
let full: GeneratedSite;
let stop: () => void;

beforeAll(async () => {
  [browser, { site: full, stop }] = await Promise.all([openBrowser(), startFullSite()]);
});
afterAll(async () => {
  stop?.();
  await browser?.close();
  await full?.close();
});

for (const state of states) {
  describe(state, () => {
    for (const path of pages) {
      it(`${path} in ${themes.join(' and ')} at ${widths.join(', ')} px, 320 px and 200 %`, async () => {
        for (const theme of themes) await inspect(browser, full.url, path, { theme, state, widths });
      }, 180_000);
    }
  });
}

it('says what is stale, what is unknown and what still works', async () => {
  for (const [state, text] of [['stale', /need/], ['empty', /No zones yet/]] as const) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await arrange(page, state);
    await page.goto(full.url);
    await page.getByText(text).first().waitFor();
    await context.close();
  }
  const context = await browser.newContext();
  const page = await context.newPage();
  await arrange(page, 'error');
  await page.goto(`${full.url}/events/`);
  await page.getByText('Live numbers go on').waitFor({ timeout: 20_000 });
  await context.close();
});

it('speaks Chinese', async () => {
  const { page } = await openPage(browser, full.url, { locale: 'zh-CN' });
  await expect.poll(() => page.locator('h1').innerText()).toMatch(/一切正常|需要关注/);
  expect(await page.evaluate('document.documentElement.lang')).toBe('zh-Hans');
  await page.context().close();
});
