import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import type { Figure } from '../figures.js';
import { part, round, type Measured, type Part } from './dashboard-part.js';
import type { Stage } from './dashboard-stage.js';
import { median } from './pinned.js';

/** What one page costs whoever opens it: its script, how soon it is there on a phone, how steady it is, whom it shuts out. */
const pages = {
  live: { path: '/', goal: 160 },
  zones: { path: '/zones/', goal: 175 },
  history: { path: '/history/', goal: 190 },
  events: { path: '/events/' },
  cameras: { path: '/cameras/' },
  alerts: { path: '/alerts/' },
  models: { path: '/models/' },
  settings: { path: '/settings/' },
} as const;
type PageName = keyof typeof pages;
const names = Object.keys(pages) as PageName[];

const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };
const slowNetwork = { offline: false, latency: 150, downloadThroughput: (1.6e6 / 8) * 0.9, uploadThroughput: (750e3 / 8) * 0.9 };
const phoneSlowdown = 4;
/** Loads of the page on the phone: one alone is as good as a throw of dice. */
const loads = 3;
/** A page that has asked for nothing this long after its load is there. */
const quietMs = 1500;

export function pageParts(stage: Stage): readonly Part[] {
  return [firstLoad(stage), onPhone(stage), accessible(stage)];
}

function firstLoad({ withBrowser, gateway }: Stage): Part {
  return part<PageName>({
    name: 'first-load JavaScript',
    seconds: 60,
    figures: Object.fromEntries(names.map((name) => [name, { case: name, metric: 'first-load js kB', unit: 'kB', better: 'lower', ...('goal' in pages[name] && { goal: pages[name].goal }) }])) as Record<PageName, Omit<Figure, 'value'>>,
    run: (signal) =>
      withBrowser(signal, async (browser) => {
        const { url } = await gateway();
        const measured: Partial<Record<PageName, Measured>> = {};
        for (const name of names) measured[name] = await scriptOf(browser, url + pages[name].path);
        return measured as Record<PageName, Measured>;
      }),
  });
}

/** Bytes of every script that a browser which has nothing yet fetches until the page is quiet, each gzipped. */
async function scriptOf(browser: Browser, url: string): Promise<Measured> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const sizes: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') sizes.push(response.body().then((body) => gzipSync(body).length));
  });
  await page.goto(url, { waitUntil: 'load' });
  await page.waitForTimeout(quietMs);
  const all = await Promise.all(sizes);
  await context.close();
  return { value: round(all.reduce((sum, size) => sum + size, 0) / 1000, 1), note: `${all.length} files` };
}

function onPhone({ withBrowser, gateway }: Stage): Part {
  const row = { case: 'live, phone', better: 'lower' } as const;
  return part<'lcp' | 'inp' | 'cls'>({
    name: 'a phone',
    seconds: 75,
    figures: { lcp: { ...row, metric: 'LCP', unit: 's', goal: 2 }, inp: { ...row, metric: 'INP', unit: 'ms', goal: 150 }, cls: { ...row, metric: 'CLS', unit: '', goal: 0.05 } },
    run: (signal) =>
      withBrowser(signal, async (browser) => {
        const { url, play } = await gateway();
        await play(1);
        const all: { lcp: number; inp: number; cls: number }[] = [];
        for (let i = 0; i < loads; i++) all.push(await visit(browser, url));
        const note = `median of ${loads}`;
        return { lcp: { value: round(median(all.map(({ lcp }) => lcp)) / 1000, 2), note }, inp: { value: round(median(all.map(({ inp }) => inp)), 0), note }, cls: { value: round(median(all.map(({ cls }) => cls)), 3), note } };
      }),
  });
}

async function visit(browser: Browser, url: string): Promise<{ lcp: number; inp: number; cls: number }> {
  const context = await browser.newContext(phone);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', slowNetwork);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: phoneSlowdown });
  await page.addInitScript(`
    window.vitals = { lcp: 0, cls: 0, inp: 0 };
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) vitals.lcp = entry.startTime; }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) vitals.cls += entry.value; }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (entry.interactionId) vitals.inp = Math.max(vitals.inp, entry.duration); }).observe({ type: 'event', buffered: true, durationThreshold: 16 });
  `);
  await page.goto(url, { waitUntil: 'load' });
  await page.locator('main[data-ready=true] article').first().waitFor();
  await page.waitForTimeout(2500);
  const { lcp } = await page.evaluate<{ lcp: number }>('vitals');
  for (const name of ['Boxes', 'Trails', 'Zones']) {
    await page.getByRole('button', { name, exact: true }).tap();
    await page.waitForTimeout(250);
  }
  const { cls, inp } = await page.evaluate<{ cls: number; inp: number }>('vitals');
  await context.close();
  return { lcp, cls, inp };
}

function accessible({ withBrowser, gateway }: Stage): Part {
  const rules = JSON.stringify({ runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }, rules: { 'target-size': { enabled: true } } });
  return part<'violations'>({
    name: 'axe',
    seconds: 90,
    figures: { violations: { case: '8 pages, light and dark, phone and desktop', metric: 'axe violations', unit: '', goal: 0, better: 'lower' } },
    run: (signal) =>
      withBrowser(signal, async (browser) => {
        const { url, play } = await gateway();
        await play(1);
        const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
        const found: string[] = [];
        for (const [colorScheme, width] of [['light', 390], ['dark', 1440], ['light', 1440], ['dark', 390]] as const) {
          const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce', viewport: { width, height: 900 } });
          const page = await context.newPage();
          for (const name of names) {
            await page.goto(url + pages[name].path);
            await page.locator('main[data-ready=true] h1').first().waitFor();
            await page.waitForTimeout(250);
            await page.evaluate(source);
            const violations = await page.evaluate<{ id: string; nodes: unknown[] }[]>(`axe.run(document, ${rules}).then((result) => result.violations)`);
            found.push(...violations.map(({ id, nodes }) => `${name} ${colorScheme} ${width}: ${id} × ${nodes.length}`));
          }
          await context.close();
        }
        return { violations: found.length === 0 ? 0 : { value: found.length, note: found.join('; ') } };
      }),
  });
}
