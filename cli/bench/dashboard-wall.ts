import type { CDPSession, Page } from 'playwright-core';
import { part, round, type Part } from './dashboard-part.js';
import { recordMinute } from './dashboard-replay.js';
import { wallCameras, type Stage } from './dashboard-stage.js';

/** The wall of cameras that stays open all day: how busy it keeps the browser, and whether it grows. */
const picturesPerSecond = 5;
const measuredSeconds = 15;
const screen = { viewport: { width: 1920, height: 1080 }, reducedMotion: 'reduce' } as const;
const hours = 8;
/** What a page allocates once, in its first hour, is no growth. */
const settledHours = 1;

export function wallParts(stage: Stage): readonly Part[] {
  return [wall(stage, 1, 15), wall(stage, 4, 35), wholeDay(stage)];
}

function wall({ withBrowser, gateway }: Stage, throttle: number, goal: number): Part {
  const name = `${wallCameras} cameras × ${picturesPerSecond} Hz${throttle > 1 ? `, ${throttle} × slower` : ''}`;
  return part<'busy' | 'longest'>({
    name: `main thread, ${name}`,
    seconds: 60,
    figures: { busy: { case: name, metric: 'main thread', unit: '%', goal, better: 'lower' }, longest: { case: name, metric: 'longest task', unit: 'ms', goal: 50, better: 'lower' } },
    run: (signal) =>
      withBrowser(signal, async (browser) => {
        const { url, play } = await gateway();
        await play(picturesPerSecond);
        const context = await browser.newContext(screen);
        const page = await context.newPage();
        const devtools = await context.newCDPSession(page);
        await devtools.send('Performance.enable', { timeDomain: 'timeTicks' });
        await page.addInitScript("window.longest = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration); }).observe({ type: 'longtask' });");
        await page.goto(url);
        await page.locator('figure').nth(wallCameras - 1).waitFor();
        await showWall(page);
        await page.locator('canvas[data-picture=true]').nth(wallCameras - 1).waitFor({ timeout: 30_000 });
        await devtools.send('Emulation.setCPUThrottlingRate', { rate: throttle });
        // A picture is acknowledged when it is on its canvas, by the worker that drew it.
        const drawer = page.workers()[0]!;
        await drawer.evaluate(`globalThis.drawn = 0; const send = WebSocket.prototype.send; WebSocket.prototype.send = function (text) { if (text.includes('"shown"')) drawn += 1; return send.call(this, text); };`);
        await page.waitForTimeout(2000);
        await page.evaluate('window.longest = 0');
        const drawnBefore = await drawer.evaluate<number>('drawn');
        const before = await busyTime(page, devtools);
        await page.waitForTimeout(measuredSeconds * 1000);
        const after = await busyTime(page, devtools);
        const drawn = (await drawer.evaluate<number>('drawn')) - drawnBefore;
        const longest = await page.evaluate<number>('longest');
        await context.close();
        const rate = drawn / (after.at - before.at) / wallCameras;
        return {
          busy: { value: round((100 * (after.busy - before.busy)) / (after.at - before.at), 1), note: `${round(rate, 1)} pictures a second of each camera were drawn` },
          longest: longest > 0 ? round(longest, 0) : { value: 0, note: 'none of over 50 ms' },
        };
      }),
  });
}

/** Tall enough for the whole wall: every camera's picture is asked for. */
async function showWall(page: Page): Promise<void> {
  await page.setViewportSize({ width: screen.viewport.width, height: await page.evaluate<number>('document.documentElement.scrollHeight') });
}

async function busyTime(page: Page, devtools: CDPSession): Promise<{ at: number; busy: number }> {
  await page.evaluate('window.gc && gc()');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const value = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { at: value('Timestamp'), busy: value('TaskDuration') };
}

function wholeDay({ withBrowser, gateway }: Stage): Part {
  return part<'growth'>({
    name: `${hours} hours in a minute`,
    seconds: 120,
    figures: { growth: { case: `live page open for ${hours} h, simulated`, metric: 'heap growth', unit: 'MB', goal: 20, better: 'lower' } },
    run: (signal) =>
      withBrowser(signal, async (browser) => {
        const { url, play } = await gateway();
        await play(picturesPerSecond);
        const recorded = await recordMinute(url, wallCameras);
        await play(0);
        const context = await browser.newContext(screen);
        const page = await context.newPage();
        const devtools = await context.newCDPSession(page);
        await page.addInitScript(recorded.script);
        await page.goto(url);
        await page.locator('figure').nth(wallCameras - 1).waitFor();
        await showWall(page);
        const heap = async (): Promise<number> => {
          await devtools.send('HeapProfiler.collectGarbage');
          return (await devtools.send('Runtime.getHeapUsage')).usedSize;
        };
        await page.evaluate(`replay(${settledHours * 3600})`);
        const settled = await heap();
        const pictures = await page.evaluate<number>(`replay(${(hours - settledHours) * 3600})`);
        const grown = await heap();
        await context.close();
        return { growth: { value: round((grown - settled) / 1e6, 2), note: `hours ${settledHours + 1} to ${hours}, after collecting garbage: ${round(grown / 1e6, 1)} MB at the end; every message of ${wallCameras} cameras, ${pictures} of their pictures` } };
      }),
  });
}
