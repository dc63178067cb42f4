import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import Provider from 'oidc-provider';
import { oidcFrom } from '@sightline/dashboard/gateway/access/oidc-options';
import { personOf } from '@sightline/dashboard/gateway/access/oidc';
import { freePort } from 'sightline/dev/kafka';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './chromium.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { plazaSite } from './plaza-site.js';

/** Signing in through a real provider of OpenID Connect in a real browser: who has a role, who has none, and who pretends. */
const groups: Readonly<Record<string, readonly string[]>> = { ada: ['staff', 'it'], bob: ['staff'], eve: [] };
let browser: Browser;
let site: GeneratedSite;
let provider: Server;
let environment: Record<string, string>;

beforeAll(async () => {
  const [port, providerPort] = [await freePort(), await freePort()];
  const publicUrl = `http://127.0.0.1:${port}`;
  const issuer = `http://127.0.0.1:${providerPort}`;
  const oidc = new Provider(issuer, {
    clients: [{ client_id: 'sightline', client_secret: 'a secret of this test', redirect_uris: [`${publicUrl}/api/v1/oidc/callback`], post_logout_redirect_uris: [`${publicUrl}/login/`] }],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
    findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: `subject-of-${id}`.slice(11), preferred_username: id, groups: groups[id] }) }),
    cookies: { keys: ['a key of this test'] },
  });
  const answer = oidc.callback();
  provider = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => provider.listen(providerPort, '127.0.0.1', resolve));
  environment = { SIGHTLINE_OIDC_ISSUER: issuer, SIGHTLINE_OIDC_CLIENT_ID: 'sightline', SIGHTLINE_OIDC_CLIENT_SECRET: 'a secret of this test', SIGHTLINE_PUBLIC_URL: publicUrl, SIGHTLINE_OIDC_NAME: 'Store login', SIGHTLINE_OIDC_ROLES_CLAIM: 'groups', SIGHTLINE_OIDC_ROLES: 'staff=viewer, it=admin' };
  [browser, site] = await Promise.all([openBrowser(), startGeneratedSite({ site: plazaSite, footage: new Map(), port, extra: { oidc: oidcFrom(environment)! } })]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  provider?.closeAllConnections();
  provider?.close();
});

async function signIn(page: Page, name: string): Promise<void> {
  await page.goto(`${site.url}/history/`);
  await page.waitForURL('**/login/**');
  await page.getByRole('link', { name: 'Sign in with Store login' }).click();
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function newPage(): Promise<Page> {
  const page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
  page.setDefaultTimeout(20_000);
  return page;
}

describe('signing in through a provider', () => {
  it('gives the role that the claim leads to, comes back to where one wanted to go, and ends at the provider too', async () => {
    const page = await newPage();
    await signIn(page, 'ada');
    await page.waitForURL('**/history/');
    await page.goto(`${site.url}/settings/`);
    await page.getByText('Signed in as ada (admin).').waitFor();
    const cookies = await page.context().cookies(site.url);
    expect(cookies.find(({ name }) => name === 'sightline_session')).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(cookies.some(({ name }) => name === 'sightline_oidc')).toBe(false);
    await page.getByText('by Store login').first().waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /yes, sign me out/i }).click();
    await page.waitForURL('**/login/**');
    const { signedIn } = (await (await page.request.get(`${site.url}/api/v1/session`)).json()) as { signedIn: boolean };
    expect(signedIn).toBe(false);
    await page.context().close();
  });

  it('lets a viewer look and no more, and nobody in who has no role', async () => {
    const bob = await newPage();
    await signIn(bob, 'bob');
    await bob.waitForURL('**/history/');
    expect((await bob.request.get(`${site.url}/api/v1/live`)).status()).toBe(200);
    expect((await bob.request.get(`${site.url}/api/v1/users`)).status()).toBe(403);
    const eve = await newPage();
    await signIn(eve, 'eve');
    await eve.getByText('You are known there, but have no role here.').waitFor();
    expect((await eve.request.get(`${site.url}/api/v1/live`)).status()).toBe(401);
    for (const page of [bob, eve]) await page.context().close();
  });

  it('keeps neither tokens nor sessions in a form that can be used', async () => {
    const text = await readFile(path.join(site.folder, 'access.json'), 'utf8');
    expect(text).toContain('"bob"');
    expect(text).not.toMatch(/eyJ/);
  });
});

describe('who pretends', () => {
  const get = (at: string, cookie = ''): Promise<Response> => fetch(`${site.url}${at}`, { redirect: 'manual', headers: { ...(cookie && { cookie }) } });
  const refused = async (response: Response): Promise<void> => {
    expect(response.headers.get('set-cookie') ?? '').not.toContain('sightline_session=');
    expect(await response.text()).toMatch(/\/login\/\?problem=ACCESS_UNKNOWN/);
  };

  it('cannot come back without having gone, with another state, or twice', async () => {
    await refused(await get('/api/v1/oidc/callback?code=x&state=y'));
    await refused(await get('/api/v1/oidc/callback?code=x&state=y', 'sightline_oidc=forged'));
    const begun = await get('/api/v1/oidc/login?next=/history/');
    const to = new URL(begun.headers.get('location')!);
    for (const name of ['code_challenge', 'state', 'nonce']) expect(to.searchParams.get(name)).toMatch(/.{20,}/);
    const cookie = begun.headers.get('set-cookie')!.split(';')[0]!;
    await refused(await get('/api/v1/oidc/callback?code=x&state=another', cookie));
    // The right state, but its question was answered above.
    await refused(await get(`/api/v1/oidc/callback?code=x&state=${to.searchParams.get('state')}`, cookie));
  });

  it('cannot have the browser sent to another site afterwards', async () => {
    for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', '/x"><script>alert(1)</script>', 'javascript:alert(1)']) {
      const begun = await get(`/api/v1/oidc/login?next=${encodeURIComponent(next)}`);
      expect(begun.headers.get('location')).toContain(new URL(environment['SIGHTLINE_OIDC_ISSUER']!).host);
      expect(begun.headers.get('location')).not.toContain('evil');
    }
  });
});

describe('the setting', () => {
  it('says what is missing or wrong', () => {
    expect(oidcFrom({})).toBeNull();
    for (const [change, said] of [[{ SIGHTLINE_OIDC_CLIENT_ID: '' }, /CLIENT_ID is not set/], [{ SIGHTLINE_OIDC_ISSUER: 'http://login.example' }, /https/], [{ SIGHTLINE_OIDC_ROLES: 'staff=boss' }, /VALUE=ROLE/], [{ SIGHTLINE_OIDC_CLIENT_SECRET_FILE: '/nowhere', SIGHTLINE_OIDC_CLIENT_SECRET: undefined }, /nowhere/]] as const) {
      expect(() => oidcFrom({ ...environment, ...change })).toThrow(said);
    }
  });

  it('takes the highest role, from a list, a text, or inside another claim, and the cameras where they are claimed', () => {
    const roles = new Map([['it', 'admin'], ['staff', 'viewer']] as const);
    expect(personOf({ sub: 's', groups: ['staff', 'it'] }, { rolesClaim: 'groups', roles }).role).toBe('admin');
    expect(personOf({ sub: 's', groups: 'other staff' }, { rolesClaim: 'groups', roles })).toEqual({ name: 's', role: 'viewer' });
    expect(personOf({ sub: 's', email: 'e@x', realm: { roles: ['it'] } }, { rolesClaim: 'realm.roles', roles, camerasClaim: 'cams' })).toEqual({ name: 'e@x', role: 'admin', cameras: [] });
    expect(() => personOf({ sub: 's', groups: ['guest'] }, { rolesClaim: 'groups', roles })).toThrow(/no role here/);
    expect(personOf({ sub: 's' }, { rolesClaim: 'groups', roles: new Map([['*', 'viewer']]) }).role).toBe('viewer');
  });
});
