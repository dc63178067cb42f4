import { SightlineError } from '@sightline/runtime/errors';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { Figure } from '../figures.js';
import { startBenchSite, type BenchSite } from './dashboard-site.js';
import { measuringProgram, runPinned } from './pinned.js';

/**
 * The dashboard, measured in a real Chromium on a real gateway that is fed with made-up results:
 *
 *     const rows = await benchDashboard({ progress: console.error });
 */
export const describeDashboard =
  'First-load JavaScript is what a page’s own HTML asks for, gzipped. Phone: 4 × slower processor, 1.6 Mbit/s, 150 ms. Main thread: 20 cameras with\n' +
  'pictures at 5 Hz, all in view; the browser, the gateway and the load share this machine’s cores. Viewers: one gateway process, its load in another;\n' +
  'from the making of a value to its arrival.';

export interface DashboardBenchOptions {
  readonly viewers?: number;
  readonly seconds?: number;
  readonly progress: (what: string) => void;
}

const pages = [
  { name: 'live', path: '/', goal: 160 },
  { name: 'zones', path: '/zones/', goal: 175 },
  { name: 'history', path: '/history/', goal: 190 },
  { name: 'events', path: '/events/' },
  { name: 'cameras', path: '/cameras/' },
  { name: 'alerts', path: '/alerts/' },
  { name: 'models', path: '/models/' },
  { name: 'settings', path: '/settings/' },
] as const;
const cameras = 20;
const picturesPerSecond = 5;
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };
const slowNetwork = { offline: false, latency: 150, downloadThroughput: (1.6e6 / 8) * 0.9, uploadThroughput: (750e3 / 8) * 0.9 };
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--enable-precise-memory-info', '--js-flags=--expose-gc'];

export async function benchDashboard({ viewers = 2000, seconds = 15, progress }: DashboardBenchOptions): Promise<Figure[]> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) throw new SightlineError('USAGE', `there is no Chromium at ${executablePath}`, { remedy: 'install it (Debian: apt-get install chromium) or set CHROMIUM_PATH' });
  const { chromium } = await import('playwright-core');
  const site = await startBenchSite(cameras);
  const rows: Figure[] = [];
  try {
    progress('first-load JavaScript');
    rows.push(...(await firstLoad(site)));
    const browser = await chromium.launch({ executablePath, args: flags });
    try {
      const stop = site.play(picturesPerSecond);
      progress('a phone');
      rows.push(...(await phoneRows(browser, site)));
      progress('axe');
      rows.push(await axeRow(browser, site));
      for (const throttle of [1, 4]) {
        progress(`main thread, processor ${throttle} × slower`);
        rows.push(...(await mainThread(browser, site, throttle, seconds)));
      }
      stop();
    } finally {
      await browser.close();
    }
    progress(`${viewers} viewers`);
    rows.push(...(await viewerRows(site, viewers, seconds)));
    return rows;
  } finally {
    await site.close();
  }
}

async function firstLoad(site: BenchSite): Promise<Figure[]> {
  const rows: Figure[] = [];
  for (const page of pages) {
    const html = await (await fetch(site.url + page.path)).text();
    // What is marked noModule is for browsers without modules; no browser that runs these pages loads it.
    const scripts = new Set([...html.matchAll(/<script(?![^>]*nomodule)[^>]+src="([^"]+)"/gi)].map(([, src]) => src!));
    let bytes = 0;
    for (const src of scripts) bytes += gzipSync(Buffer.from(await (await fetch(site.url + src, { headers: { 'accept-encoding': 'identity' } })).arrayBuffer())).length;
    rows.push({ case: page.name, metric: 'first-load js kB', value: round(bytes / 1000, 1), unit: 'kB', better: 'lower', ...('goal' in page && { goal: page.goal }) });
  }
  return rows;
}

async function phoneRows(browser: Browser, site: BenchSite): Promise<Figure[]> {
  const context = await browser.newContext(phone);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', slowNetwork);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.addInitScript(`
    window.vitals = { lcp: 0, cls: 0, inp: 0 };
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) vitals.lcp = entry.startTime; }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) vitals.cls += entry.value; }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (entry.interactionId) vitals.inp = Math.max(vitals.inp, entry.duration); }).observe({ type: 'event', buffered: true, durationThreshold: 16 });
  `);
  await page.goto(site.url, { waitUntil: 'load' });
  await page.waitForTimeout(4000);
  const { lcp } = await page.evaluate<{ lcp: number }>('vitals');
  for (const name of ['Boxes', 'Trails', 'Zones']) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.waitForTimeout(300);
  }
  const { cls, inp } = await page.evaluate<{ cls: number; inp: number }>('vitals');
  await context.close();
  return [
    { case: 'live, phone', metric: 'LCP', value: round(lcp / 1000, 2), unit: 's', goal: 2, better: 'lower' },
    { case: 'live, phone', metric: 'INP', value: round(inp, 0), unit: 'ms', goal: 150, better: 'lower' },
    { case: 'live, phone', metric: 'CLS', value: round(cls, 3), unit: '', goal: 0.05, better: 'lower' },
  ];
}

async function axeRow(browser: Browser, site: BenchSite): Promise<Figure> {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const rules = JSON.stringify({ runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }, rules: { 'target-size': { enabled: true } } });
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce', viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    for (const { name, path } of pages) {
      await page.goto(site.url + path);
      await page.locator('main[data-ready=true] h1').first().waitFor();
      await page.waitForTimeout(500);
      await page.evaluate(source);
      const violations = await page.evaluate<{ id: string; nodes: unknown[] }[]>(`axe.run(document, ${rules}).then((result) => result.violations)`);
      found.push(...violations.map(({ id, nodes }) => `${name} ${colorScheme}: ${id} × ${nodes.length}`));
    }
    await context.close();
  }
  return { case: '8 pages, light and dark', metric: 'axe violations', value: found.length, unit: '', goal: 0, better: 'lower', ...(found.length > 0 && { note: found.join('; ') }) };
}

async function mainThread(browser: Browser, site: BenchSite, throttle: number, seconds: number): Promise<Figure[]> {
  // Tall enough for the whole wall: every camera's picture is drawn.
  const context = await browser.newContext({ viewport: { width: 1920, height: 3200 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'timeTicks' });
  await page.addInitScript("window.longest = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration); }).observe({ type: 'longtask' });");
  await page.goto(`${site.url}/?kiosk=1`);
  await page.locator('canvas[data-picture=true]').nth(cameras - 1).waitFor({ timeout: 60_000 });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: throttle });
  await page.waitForTimeout(2000);
  await page.evaluate('window.longest = 0');
  const before = await measure(page, devtools);
  await page.waitForTimeout(seconds * 1000);
  const after = await measure(page, devtools);
  const longest = await page.evaluate<number>('longest');
  await context.close();
  const name = `${cameras} cameras × ${picturesPerSecond} Hz${throttle > 1 ? `, ${throttle} × slower` : ''}`;
  return [
    { case: name, metric: 'main thread', value: round((100 * (after.busy - before.busy)) / (after.at - before.at), 1), unit: '%', goal: throttle > 1 ? 35 : 15, better: 'lower' },
    { case: name, metric: 'longest task', value: round(longest, 0), unit: 'ms', goal: 50, better: 'lower' },
    { case: name, metric: 'heap growth', value: round((after.heap - before.heap) / 1e6, 2), unit: 'MB', better: 'lower', note: `over ${seconds} s, after collecting garbage` },
  ];
}

async function measure(page: Page, devtools: CDPSession): Promise<{ at: number; busy: number; heap: number }> {
  await page.evaluate('window.gc && gc()');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const value = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { at: value('Timestamp'), busy: value('TaskDuration'), heap: value('JSHeapUsedSize') };
}

async function viewerRows(site: BenchSite, viewers: number, seconds: number): Promise<Figure[]> {
  const stop = site.play(1);
  const cpu = process.cpuUsage();
  const started = Date.now();
  try {
    const { open, p50, p99, messages } = await runPinned<{ open: number; p50: number; p99: number; messages: number }>(0, process.execPath, [measuringProgram('viewers'), site.url, String(viewers), String(seconds)]);
    const used = process.cpuUsage(cpu);
    const cores = (used.user + used.system) / 1000 / (Date.now() - started);
    return [
      { case: `${viewers} viewers, ${cameras * 2} zones each second`, metric: 'viewers', value: open, unit: '', goal: 2000 },
      { case: `${viewers} viewers, ${cameras * 2} zones each second`, metric: 'p50 event to socket', value: round(p50, 0), unit: 'ms', better: 'lower' },
      { case: `${viewers} viewers, ${cameras * 2} zones each second`, metric: 'p99 event to socket', value: round(p99, 0), unit: 'ms', goal: 250, better: 'lower', note: `${messages} messages` },
      { case: `${viewers} viewers, ${cameras * 2} zones each second`, metric: 'gateway cores', value: round(cores, 2), unit: '', goal: 1, better: 'lower' },
    ];
  } finally {
    stop();
  }
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
