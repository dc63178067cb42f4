import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, openPage } from './chromium.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { plazaSite } from './plaza-site.js';

/** The settings page does what it says, in the order in which an owner would go through it. */
let browser: Browser;
let site: GeneratedSite;
let page: Page;
const password = 'correct horse battery';

beforeAll(async () => {
  [browser, site] = await Promise.all([openBrowser(), startGeneratedSite({ site: { ...plazaSite, site: { name: 'plaza', timezone: 'Europe/Berlin', evidence: { days: 12, megabytes: 300 } } }, footage: new Map() })]);
  ({ page } = await openPage(browser, `${site.url}/settings/`));
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const card = (name: string) => page.getByRole('region', { name, exact: true });

it('says which site this is and how long what is kept', async () => {
  await card('Site').getByText('Europe/Berlin').waitFor();
  expect(await card('Site').innerText()).toMatch(/events 3 years.*pictures and clips of events 12 days, at most 300 MB/s);
  await page.getByText('Nobody has to sign in').waitFor();
});

it('keeps language and appearance over a reload', async () => {
  await page.getByLabel('Language').selectOption('zh');
  await page.getByRole('heading', { name: '设置' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: '设置' }).waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('zh-Hans');
  await page.getByLabel('语言').selectOption('en');
  const ink = (): Promise<string> => page.evaluate<string>("getComputedStyle(document.querySelector('h1')).color");
  await page.getByLabel('Appearance').selectOption('light');
  const light = await ink();
  await page.getByLabel('Appearance').selectOption('dark');
  await expect.poll(ink).not.toBe(light);
  const dark = await ink();
  await page.reload();
  await page.getByLabel('Appearance').waitFor();
  expect(await ink()).toBe(dark);
});

it('goes back to an earlier version of the site file, and that counts', async () => {
  const before = await readFile(site.siteFile, 'utf8');
  const version = ((await (await page.request.get(`${site.url}/api/v1/site/zones`)).json()) as { fileVersion: string }).fileVersion;
  await page.request.post(`${site.url}/api/v1/site/save`, { headers: { 'x-sightline': '1' }, data: { change: { zones: { remove: ['walkway'] } }, version } });
  expect(await readFile(site.siteFile, 'utf8')).not.toContain('walkway');
  await card('Versions of the site file').getByRole('button', { name: 'Go back to it' }).first().click();
  await page.getByRole('dialog').getByText('walkway').waitFor();
  await page.getByRole('button', { name: 'Save and apply' }).click();
  await expect.poll(() => readFile(site.siteFile, 'utf8')).toBe(before);
  await expect.poll(async () => JSON.stringify(await (await page.request.get(`${site.url}/api/v1/site`)).json())).toContain('walkway');
});

it('creates the owner, and from then on everyone signs in', async () => {
  const users = card('Users');
  await users.getByLabel('Name').fill('ada');
  await users.getByLabel('Password').fill(password);
  await users.getByRole('button', { name: 'Create owner' }).click();
  await page.waitForURL('**/login/**');
  const stranger = await fetch(`${site.url}/api/v1/live`);
  expect(stranger.status).toBe(401);
  await page.getByLabel('Name').fill('ada');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/settings/');
  await page.getByText('Signed in as ada (admin).').waitFor();
});

it('gives and takes users with their role and cameras', async () => {
  const users = card('Users');
  await users.getByLabel('Name').fill('bob');
  await users.getByLabel('Password').fill(password);
  await users.getByLabel('Role').selectOption('operator');
  await users.getByLabel('Only these cameras').fill('door, plaza');
  await users.getByRole('button', { name: 'Save user' }).click();
  await users.getByText('door, plaza').waitFor();
  const bob = await browser.newContext();
  await bob.request.post(`${site.url}/api/v1/session`, { headers: { 'x-sightline': '1' }, data: { name: 'bob', password } });
  const session = async (): Promise<unknown> => (await bob.request.get(`${site.url}/api/v1/session`)).json();
  expect(await session()).toMatchObject({ signedIn: true, name: 'bob', role: 'operator', cameras: ['door', 'plaza'] });
  await users.getByRole('button', { name: 'Remove bob' }).click();
  await users.getByText('door, plaza').waitFor({ state: 'detached' });
  expect(await session()).toMatchObject({ signedIn: false });
  await bob.close();
});

it('gives a token once, and takes it back', async () => {
  const tokens = card('API tokens');
  await tokens.getByLabel('What for').fill('display');
  await tokens.getByRole('button', { name: 'Create token' }).click();
  const secret = await tokens.locator('code').innerText();
  const status = (): Promise<number> => fetch(`${site.url}/api/v1/live`, { headers: { authorization: `Bearer ${secret}` } }).then((response) => response.status);
  expect(await status()).toBe(200);
  await tokens.getByRole('button', { name: 'Remove display' }).click();
  await expect.poll(status).toBe(401);
});

it('shows in the audit log who did what', async () => {
  await page.reload();
  const log = card('Audit log');
  for (const action of ['site-saved', 'site-restored', 'user-saved', 'sign-in', 'user-removed', 'token-created', 'token-removed']) await log.getByText(action, { exact: true }).first().waitFor();
  expect(await log.innerText()).not.toContain(password);
});
