import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from './axe.js';
import { openBrowser, openPage } from './chromium.js';
import { loadFootage } from './footage.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { writePast } from './past.js';
import { shopSite } from './shop-site.js';

/** Every page × light and dark × three widths × full, empty, stale and error: clean for axe, nothing to scroll sideways, no error of a script. */
const pages = ['/', '/events/', '/history/', '/zones/', '/cameras/', '/alerts/', '/models/', '/settings/'] as const;
const themes = ['light', 'dark'] as const;
const widths = [390, 1440, 1920] as const;
const states = ['full', 'empty', 'stale', 'error'] as const;

let browser: Browser;
let full: GeneratedSite;
let stop: () => void;

beforeAll(async () => {
  const footage = new Map([['plaza', await loadFootage('plaza.avi', 384, 288, 100, 10)], ['street', await loadFootage('traffic.mp4', 512, 288, 50, 10)]]);
  [browser, full] = await Promise.all([openBrowser(), startGeneratedSite({ site: shopSite, footage })]);
  await writePast(full.store, [{ camera: 'plaza', zone: 'crossing', kind: 'area', measure: 'count', mean: 4, swing: 3 }], Date.now() - 60_000);
  for (let i = 0; i < 60; i++) await full.frame(Date.now() - 6000 + i * 100);
  await full.drained();
  stop = full.play(2);
});
afterAll(async () => {
  stop?.();
  await browser?.close();
  await full?.close();
});

/** The same page with what it is told changed on the way: nothing yet, nothing new for an hour, or a store that is away. */
async function arrange(page: Page, state: (typeof states)[number]): Promise<void> {
  if (state === 'error') await page.route(/\/api\/v1\/(?!session)/, (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{"error":{"code":"STORE_UNREACHABLE","message":"the store is away"}}' }));
  if (state === 'empty' || state === 'stale') {
    await page.routeWebSocket(/live\/socket/, () => undefined);
    await page.route(/\/(\w+\/)?$/, async (route) => {
      const response = await route.fetch();
      const html = await response.text();
      const changed = html.replace(/(id="sightline-snapshot">)(.*?)(<\/script>)/s, (_, before: string, json: string, after: string) => {
        const snapshot = JSON.parse(json) as { now: number; zones: unknown[]; events: unknown[]; site: { zones: unknown[] } };
        const other = state === 'stale' ? { ...snapshot, now: snapshot.now + 3_600_000 } : { ...snapshot, zones: [], events: [], cameras: [], alerts: [], site: { ...snapshot.site, zones: [] } };
        return `${before}${JSON.stringify(other).replaceAll('<', '\\u003c')}${after}`;
      });
      await route.fulfill({ response, body: changed });
    });
  }
}

for (const state of states) {
  describe(state, () => {
    for (const path of pages) {
      it(`${path} in ${themes.join(' and ')} at ${widths.join(', ')} px, and 320`, async () => {
        for (const colorScheme of themes) {
          const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
          const page = await context.newPage();
          const problems: string[] = [];
          page.on('pageerror', (error) => problems.push(error.message));
          await arrange(page, state);
          for (const width of [...widths, 320]) {
            await page.setViewportSize({ width, height: 900 });
            await page.goto(full.url + path);
            await page.locator('main[data-ready=true] h1').first().waitFor();
            await page.waitForTimeout(400);
            const name = `${state} ${path} ${colorScheme} ${width}`;
            expect(await axeViolations(page), name).toEqual([]);
            expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(width);
          }
          expect(problems).toEqual([]);
          await context.close();
        }
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
