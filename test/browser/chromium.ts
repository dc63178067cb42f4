import { existsSync } from 'node:fs';
import { mkdir, rmdir, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** Debian's Chromium, driven by playwright-core. Missing, the tests fail and say what to install. */
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) throw new Error(`there is no Chromium at ${executablePath}: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH`);
  await buildPagesOnce();
  return chromium.launch({ executablePath, args: flags });
}

/** A page of its own context, and everything that went wrong in it: errors of scripts, refused policies, failed requests. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<{ readonly page: Page; readonly problems: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(url);
  await page.locator('main[data-ready=true]').waitFor();
  return { page, problems };
}

/** Test files run side by side: the first one builds, the others wait. */
const lock = fileURLToPath(new URL('../../dashboard/.pages-lock', import.meta.url));
const abandonedMilliseconds = 180_000;

async function buildPagesOnce(): Promise<void> {
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch {
      const age = await stat(lock).then(({ mtimeMs }) => Date.now() - mtimeMs, () => 0);
      if (age > abandonedMilliseconds) await rmdir(lock).catch(() => undefined);
      await sleep(200);
    }
  }
  try {
    const build = (await import(new URL('../../deploy/build.mjs', import.meta.url).href)) as { buildPages: (options: { quiet: boolean }) => void };
    build.buildPages({ quiet: true });
  } finally {
    await rmdir(lock).catch(() => undefined);
  }
}
