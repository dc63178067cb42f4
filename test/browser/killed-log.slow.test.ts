import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import { topics } from '@sightline/schemas';
import { startDevKafka, type DevKafka } from 'sightline/dev/kafka';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, openPage } from './chromium.js';
import { loadFootage } from './footage.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { plazaSite } from './plaza-site.js';

/** The broker is killed under an open page: it says so, keeps what it knew, and goes on without a reload when the broker is back. */
let browser: Browser;
let site: GeneratedSite;
let kafka: DevKafka;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sightline-killed-log-'));
  kafka = await startDevKafka({ folder });
  const log = await openKafkaLog({ brokers: kafka.brokers, partitions: 2 });
  await log.ensureTopics(topics);
  const [opened, footage] = await Promise.all([openBrowser(), loadFootage('plaza.avi', 384, 288, 200, 10)]);
  browser = opened;
  site = await startGeneratedSite({ site: plazaSite, footage: new Map([['plaza', footage]]), log });
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await kafka?.stop();
  await rm(folder, { recursive: true, force: true });
});

const state = (page: Page): Promise<string | null> => page.locator('article[data-zone="plaza/crossing"]').getAttribute('data-state');

it('says that the log is away, and goes on when it is back', async () => {
  const stop = site.play(5);
  const { page } = await openPage(browser, site.url);
  await page.evaluate('window.sameDocument = true');
  await expect.poll(() => state(page), { timeout: 30_000 }).toBe('fresh');
  await kafka.kill(0);
  await page.locator('[data-lost=log]').waitFor({ timeout: 15_000 });
  expect(await page.locator('[data-lost=log]').innerText()).toMatch(/live numbers stand still.*History and events can be read/s);
  await expect.poll(() => state(page), { timeout: 20_000 }).toBe('stale');
  const events = (await (await fetch(`${site.url}/api/v1/events`)).json()) as { events: unknown[] };
  expect(events.events).toBeInstanceOf(Array);

  await kafka.start(0);
  await page.locator('[data-lost]').waitFor({ state: 'detached', timeout: 60_000 });
  await expect.poll(() => state(page), { timeout: 60_000 }).toBe('fresh');
  expect(await page.evaluate('window.sameDocument')).toBe(true);
  stop();
  await page.context().close();
}, 240_000);
