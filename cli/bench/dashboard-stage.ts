import { SightlineError } from '@sightline/runtime/errors';
import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { startGatewayProcess, type GatewayProcess } from './dashboard-gateway.js';

/** What the parts are measured on: a browser of their own each, and one gateway, started by the first that needs it. */
export interface Stage {
  /** Closes the browser in the end, and at once when the part is given up. */
  readonly withBrowser: <T>(signal: AbortSignal, use: (browser: Browser) => Promise<T>) => Promise<T>;
  /** A new one when the one before has ended. */
  readonly gateway: () => Promise<GatewayProcess>;
}

/** Cameras of the gateway that the parts share. */
export const wallCameras = 20;
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--enable-precise-memory-info', '--js-flags=--expose-gc'];

/** The gateway ends with the signal. */
export function createStage(signal: AbortSignal): Stage {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  let running: Promise<GatewayProcess> | null = null;
  return {
    async withBrowser(partSignal, use) {
      if (!existsSync(executablePath)) throw new SightlineError('USAGE', `there is no Chromium at ${executablePath}`, { remedy: 'install it (Debian: apt-get install chromium) or set CHROMIUM_PATH' });
      const { chromium } = await import('playwright-core');
      const browser = await chromium.launch({ executablePath, args: flags });
      const close = (): void => void browser.close().catch(() => undefined);
      partSignal.addEventListener('abort', close, { once: true });
      try {
        return await use(browser);
      } finally {
        await browser.close().catch(() => undefined);
      }
    },
    async gateway() {
      if ((await running?.catch(() => undefined))?.ended()) running = null;
      running ??= startGatewayProcess(wallCameras, signal).catch((error: unknown) => {
        running = null;
        throw error;
      });
      return running;
    },
  };
}
