import { expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { axeViolations } from './axe.js';
import { loadFootage } from './footage.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { writePast } from './past.js';
import { shopSite } from './shop-site.js';

/** Everything a page can look like: which one, in which theme, how wide, and with how much to show. */
export const pages = ['/', '/events/', '/history/', '/zones/', '/cameras/', '/alerts/', '/models/', '/settings/', '/?kiosk=1'] as const;
export const themes = ['light', 'dark'] as const;
export const widths = [390, 1440, 1920] as const;
export const states = ['full', 'empty', 'stale', 'error'] as const;
export type Theme = (typeof themes)[number];
export type State = (typeof states)[number];

/** The narrowest that WCAG asks for, and a laptop's 1280 px at twice the size: nothing may need to be scrolled sideways. */
const narrow = [
  { name: '320 px', viewport: { width: 320, height: 640 }, deviceScaleFactor: 1 },
  { name: '200 %', viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
] as const;

export async function startFullSite(): Promise<{ readonly site: GeneratedSite; readonly stop: () => void }> {
  const footage = new Map([['plaza', await loadFootage('plaza.avi', 384, 288, 100, 10)], ['street', await loadFootage('traffic.mp4', 512, 288, 50, 10)]]);
  const site = await startGeneratedSite({ site: shopSite, footage });
  await writePast(site.store, [{ camera: 'plaza', zone: 'crossing', kind: 'area', measure: 'count', mean: 4, swing: 3 }], Date.now() - 60_000);
  for (let i = 0; i < 60; i++) await site.frame(Date.now() - 6000 + i * 100);
  await site.drained();
  return { site, stop: site.play(2) };
}

/** What the store answers when nothing has happened yet. */
const nothing: Readonly<Record<string, unknown>> = {
  sparks: { zones: {} },
  events: { events: [], next: null, sql: '' },
  alerts: { alerts: [] },
  models: { models: [] },
  drift: { cameras: [] },
  users: { users: [], tokens: [] },
  audit: { entries: [] },
  'site/zones': { zones: [], fileVersion: null },
};

/** The page as it is, with what it is told changed on the way: nothing yet, nothing new for an hour, or a store that is away. */
export async function arrange(page: Page, state: State): Promise<void> {
  if (state === 'error') await page.route(/\/api\/v1\/(?!session)/, (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{"error":{"code":"STORE_UNREACHABLE","message":"the store is away"}}' }));
  if (state !== 'empty' && state !== 'stale') return;
  await page.routeWebSocket(/live\/socket/, () => undefined);
  if (state === 'empty') {
    for (const [path, answer] of Object.entries(nothing)) await page.route(new RegExp(`/api/v1/${path}(\\?|$)`), (route) => route.fulfill({ contentType: 'application/json', body: JSON.stringify(answer) }));
  }
  await page.route(/\/(\w+\/)?(\?\w+=\w+)?$/, async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    const changed = html.replace(/(id="sightline-snapshot">)(.*?)(<\/script>)/s, (_, before: string, json: string, after: string) => {
      const snapshot = JSON.parse(json) as { now: number; zones: unknown[]; events: unknown[]; site: { zones: unknown[] } };
      const other = state === 'stale' ? { ...snapshot, now: snapshot.now + 3_600_000 } : { ...snapshot, zones: [], events: [], cameras: [], alerts: [], site: { ...snapshot.site, cameras: [], zones: [], rules: [], silences: [] } };
      return `${before}${JSON.stringify(other).replaceAll('<', '\\u003c')}${after}`;
    });
    await route.fulfill({ response, body: changed });
  });
}

/** Clean for axe at this width; at the narrowest and at twice the size nothing to scroll sideways; no error of a script. */
export async function inspect(browser: Browser, url: string, path: string, { theme, state, widths: across }: { readonly theme: Theme; readonly state: State; readonly widths: readonly number[] }): Promise<void> {
  for (const { name, viewport, deviceScaleFactor } of [...across.map((width) => ({ name: `${width} px`, viewport: { width, height: 900 }, deviceScaleFactor: 1 })), ...narrow]) {
    const context = await browser.newContext({ colorScheme: theme, reducedMotion: 'reduce', viewport, deviceScaleFactor });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await arrange(page, state);
    await page.goto(url + path);
    await page.locator('main[data-ready=true] h1').first().waitFor();
    await page.waitForTimeout(300);
    const what = `${state} ${path} ${theme} ${name}`;
    expect(await axeViolations(page), what).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth'), what).toBeLessThanOrEqual(viewport.width);
    expect(problems, what).toEqual([]);
    await context.close();
  }
}
