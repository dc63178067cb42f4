// Takes the pictures of docs/ that show a whole site: node test/browser/pictures.mjs URL [FOLDER]
import { chromium } from 'playwright-core';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [, , url, folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))] = process.argv;
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const desk = { viewport: { width: 1440, height: 900 } };
const wall = { viewport: { width: 1920, height: 1080 } };
const pictures = [
  { name: 'live-light', at: '/', colorScheme: 'light', ...desk },
  { name: 'live-dark', at: '/', colorScheme: 'dark', ...desk },
  { name: 'live-phone', at: '/', colorScheme: 'light', ...phone },
  { name: 'live-phone-dark', at: '/', colorScheme: 'dark', ...phone },
  { name: 'kiosk', at: '/?kiosk=1', colorScheme: 'dark', ...wall },
  { name: 'events-light', at: '/events/?range=hour', colorScheme: 'light', ...desk },
  { name: 'history-light', at: '/history/?range=hour', colorScheme: 'light', ...desk },
  { name: 'cameras-dark', at: '/cameras/', colorScheme: 'dark', ...desk },
];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
for (const { name, at, ...context } of pictures) {
  const page = await (await browser.newContext({ reducedMotion: 'reduce', ...context })).newPage();
  // Once for the font to be there: a first visit does not wait for it.
  await page.goto(url + at);
  await page.locator('main[data-ready=true]').waitFor();
  await page.waitForTimeout(500);
  await page.reload();
  await page.locator('main[data-ready=true]').waitFor();
  if (at.startsWith('/?') || at === '/') await page.locator('canvas[data-picture=true]').first().waitFor().catch(() => undefined);
  await page.waitForTimeout(3000);
  // JPEG of this quality is some 150 kB, small enough for a repository.
  await page.screenshot({ path: path.join(folder, `${name}.jpg`), type: 'jpeg', quality: 72 });
  await page.context().close();
}
await browser.close();
