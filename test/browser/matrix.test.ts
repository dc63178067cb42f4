import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, it } from 'vitest';
import { openBrowser } from './chromium.js';
import type { GeneratedSite } from './generated-site.js';
import { inspect, pages, startFullSite, states, themes, widths } from './states.js';

/** A sample of matrix.slow.test.ts in which each page, theme, width and state comes up, no two of them always together. */
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

pages.forEach((path, i) => {
  const state = states[(i + Math.floor(i / states.length)) % states.length]!;
  const theme = themes[(i + Math.floor(i / 2)) % themes.length]!;
  const width = widths[i % widths.length]!;
  it(`${path}: ${state}, ${theme}, ${width} px, 320 px and 200 %`, async () => {
    await inspect(browser, full.url, path, { theme, state, widths: [width] });
  }, 60_000);
});
