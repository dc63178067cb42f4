import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startGateway } from '@sightline/dashboard/gateway/server';
import { systemClock } from '@sightline/runtime/clock';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { shopSite } from './shop-site.js';

/** Tries to get in: every route by every role from one table, and the ways that strangers try. */
type Who = 'stranger' | 'viewer' | 'operator' | 'admin';
const ranks: Readonly<Record<Who, number>> = { stranger: 0, viewer: 1, operator: 2, admin: 3 };
const password = 'correct horse battery';
const script = '<script>alert(1)</script>';

/** method, path, least role, body. What is not in this table does not exist; a test compares it with the server's own list. */
const routes: readonly (readonly [method: string, path: string, least: Who, body?: unknown])[] = [
  ['GET', '/api/health', 'stranger'],
  ['GET', '/api/v1/session', 'stranger'],
  ['POST', '/api/v1/owner', 'stranger', { key: 'x', name: 'eve', password }],
  ['GET', '/api/v1/live', 'viewer'],
  ['GET', '/api/v1/sparks', 'viewer'],
  ['GET', '/api/v1/history?camera=plaza&zone=crossing&measure=count&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z', 'viewer'],
  ['GET', '/api/v1/events', 'viewer'],
  ['GET', '/api/v1/events.csv', 'viewer'],
  ['GET', '/api/v1/events.parquet', 'viewer'],
  ['GET', '/api/v1/site', 'viewer'],
  ['GET', '/api/v1/site/zones', 'viewer'],
  ['GET', '/api/v1/cameras/day', 'viewer'],
  ['GET', '/api/v1/cameras/nowhere/picture.jpg', 'viewer'],
  ['GET', '/api/v1/cameras/plaza/sizes', 'viewer'],
  ['GET', '/api/v1/cameras/plaza/heat?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z', 'viewer'],
  ['GET', '/api/v1/cameras/plaza/journeys?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z', 'viewer'],
  ['GET', '/api/v1/cameras/plaza/troubles?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z', 'viewer'],
  ...['csv', 'parquet'].map((form) => ['GET', `/api/v1/history.${form}?camera=plaza&zone=crossing&measure=count&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z`, 'viewer'] as const),
  ['GET', '/api/v1/drift', 'viewer'],
  ['GET', '/api/v1/models', 'viewer'],
  ['GET', '/api/v1/alerts', 'viewer'],
  ['GET', '/api/v1/evidence.jpg?id=plaza/crossing/1-1-1', 'viewer'],
  ['GET', '/api/v1/evidence.clip?id=plaza/crossing/1-1-1', 'viewer'],
  ['GET', '/api/v1/track?camera=plaza&id=1-1', 'viewer'],
  ['POST', '/api/v1/labels', 'operator', { event: 'plaza/crossing/1-1-1', verdict: 'wrong' }],
  ['POST', '/api/v1/site/propose', 'operator', { zones: { remove: [] } }],
  ['POST', '/api/v1/site/save', 'operator', { change: {}, version: '000000000000' }],
  ['GET', '/api/v1/site/versions', 'operator'],
  ['POST', '/api/v1/zones/preview', 'operator', { zone: { name: 'a', kind: 'line', line: [[0, 0], [1, 1]] }, camera: 'plaza' }],
  ['GET', '/api/v1/site/versions/000000000000', 'admin'],
  ['POST', '/api/v1/site/restore', 'admin', { saved: '000000000000', version: '000000000000' }],
  ['POST', '/api/v1/cameras/try', 'admin', { source: 'nowhere.mp4' }],
  ['GET', '/api/v1/owner-key', 'admin'],
  ['GET', '/api/v1/users', 'admin'],
  ['PUT', '/api/v1/users', 'admin', { name: 'x', role: 'viewer' }],
  ['DELETE', '/api/v1/users/nobody', 'admin'],
  ['POST', '/api/v1/tokens', 'admin', {}],
  ['DELETE', '/api/v1/tokens/none', 'admin'],
  ['GET', '/api/v1/audit', 'admin'],
  ['DELETE', '/api/v1/session', 'viewer'],
];

let site: GeneratedSite;
const cookies: Record<Who, string> = { stranger: '', viewer: '', operator: '', admin: '' };
const own = { 'x-sightline': '1' };

beforeAll(async () => {
  const named = { ...shopSite, site: { name: 'shop', timezone: 'Europe/Berlin' } };
  site = await startGeneratedSite({ site: named, footage: new Map(), extra: { requestsPerSecond: 0 } });
  const key = site.gateway.ownerLink!.split('#')[1]!;
  const owner = await ask('POST', '/api/v1/owner', { headers: own, body: { key, name: 'ada', password } });
  expect(owner.status).toBe(200);
  cookies.admin = owner.cookie;
  for (const role of ['viewer', 'operator'] as const) {
    await ask('PUT', '/api/v1/users', { headers: { ...own, cookie: cookies.admin }, body: { name: role, password, role } });
    cookies[role] = (await ask('POST', '/api/v1/session', { headers: own, body: { name: role, password } })).cookie;
  }
});
afterAll(() => site?.close());

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly cookie: string;
  readonly headers: IncomingMessage['headers'];
}

/** A plain request: no client library tidies its path or headers. */
function ask(method: string, path: string, { headers = {}, body, at = site.url }: { readonly headers?: Record<string, string>; readonly body?: unknown; readonly at?: string } = {}): Promise<Answer> {
  const { hostname, port } = new URL(at);
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const sent = request({ hostname, port, method, path, headers: { ...(text !== undefined && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }), ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode!, body: Buffer.concat(chunks).toString('utf8'), cookie: (response.headers['set-cookie']?.[0] ?? '').split(';')[0]!, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

/** How the live socket answers: open, or the status that refuses it. */
function dial(headers: Record<string, string>): Promise<number | 'open'> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${site.url.replace('http', 'ws')}/api/v1/live/socket`, { headers });
    socket.on('open', () => {
      socket.close();
      resolve('open');
    });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!));
    socket.on('error', () => undefined);
  });
}

describe('rights', () => {
  for (const [method, path, least, body] of routes) {
    for (const who of Object.keys(ranks) as Who[]) {
      if (path === '/api/v1/session' && method === 'DELETE' && who !== 'stranger') continue;
      const may = ranks[who] >= ranks[least];
      it(`${who} ${may ? 'may' : 'may not'} ${method} ${path.split('?')[0]}`, async () => {
        const { status } = await ask(method, path, { headers: { ...own, ...(cookies[who] && { cookie: cookies[who] }) }, body });
        // A wrong key for a site that has an owner is refused to everyone.
        if (path === '/api/v1/owner') expect(status).toBe(403);
        else if (may) expect([401, 403]).not.toContain(status);
        else expect(status).toBe(who === 'stranger' ? 401 : 403);
      });
    }
  }

  it('has no route that the table lacks', () => {
    const known = new Set(routes.map(([method, path]) => `${method} ${path.split('?')[0]}`));
    known.add('POST /api/v1/session');
    const pattern = (route: string): RegExp => new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`);
    for (const route of site.gateway.routes()) expect([...known].some((name) => pattern(route).test(name)), route).toBe(true);
  });

  it('shows someone limited to one camera nothing of another', async () => {
    await ask('PUT', '/api/v1/users', { headers: { ...own, cookie: cookies.admin }, body: { name: 'till-only', password, role: 'operator', cameras: ['till'] } });
    const { cookie } = await ask('POST', '/api/v1/session', { headers: own, body: { name: 'till-only', password } });
    const headers = { ...own, cookie };
    for (const path of ['/api/v1/live', '/api/v1/site', '/api/v1/site/zones', '/api/v1/sparks', '/api/v1/events', '/']) expect((await ask('GET', path, { headers })).body, path).not.toContain('plaza');
    expect((await ask('GET', '/api/v1/history?camera=plaza&zone=crossing&measure=count&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z', { headers })).status).toBe(404);
    expect((await ask('POST', '/api/v1/site/propose', { headers, body: { zones: { remove: ['crossing'] } } })).status).toBe(404);
    const heard = await listen(headers, ['site', 'zones', 'cameras', 'events', 'alerts', 'picture:plaza']);
    expect(heard.filter((message) => !message.includes('there is no topic')).join()).not.toContain('plaza');
    expect(heard.some((message) => message.includes('there is no topic'))).toBe(true);
  });
});

function listen(headers: Record<string, string>, topics: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${site.url.replace('http', 'ws')}/api/v1/live/socket`, { headers });
    const heard: string[] = [];
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => {
      heard.push(data.toString('utf8'));
      if (heard.length === 1) socket.send(JSON.stringify({ type: 'subscribe', topics }));
      if (heard.length === topics.length + 1) {
        socket.close();
        resolve(heard);
      }
    });
  });
}

describe('strangers', () => {
  it('get no values with the page, and no address of a camera reaches anyone', async () => {
    expect((await ask('GET', '/')).body).toMatch(/id="sightline-snapshot">null</);
    for (const path of ['/', '/api/v1/site', '/api/v1/site/zones', '/api/v1/live']) expect((await ask('GET', path, { headers: { cookie: cookies.admin } })).body, path).not.toMatch(/10\.9\.8\.7|PLAZA_PASSWORD/);
    const proposal = await ask('POST', '/api/v1/site/propose', { headers: { ...own, cookie: cookies.admin }, body: { cameras: { put: [{ name: 'plaza', fps: 5 }] } } });
    expect(proposal.status).toBe(200);
    expect(proposal.body).not.toMatch(/10\.9\.8\.7/);
  });

  it('cannot open the live socket: unknown, from another site, with a forged session', async () => {
    expect(await dial({})).toBe(401);
    expect(await dial({ cookie: cookies.viewer, origin: 'https://evil.example' })).toBe(403);
    expect(await dial({ cookie: 'sightline_session=forged' })).toBe(401);
    expect(await dial({ cookie: cookies.viewer, origin: site.url })).toBe('open');
  });

  it('cannot make a signed-in browser change anything from another site', async () => {
    const body = { change: { zones: { remove: ['crossing'] } }, version: '000000000000' };
    expect((await ask('POST', '/api/v1/site/save', { headers: { cookie: cookies.admin }, body })).status).toBe(403);
    expect((await ask('POST', '/api/v1/site/save', { headers: { ...own, cookie: cookies.admin, origin: 'https://evil.example' }, body })).status).toBe(403);
  });

  it('cannot walk out of the pages folder', async () => {
    for (const path of ['/../package.json', '/..%2f..%2fpackage.json', '/_next/../../package.json', '/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd', '/\\..\\package.json', '/%00', '/%E0%A4%A']) {
      const { status, body } = await ask('GET', path);
      expect(body, path).not.toMatch(/"workspace:|root:x/);
      expect([200, 400, 404], path).toContain(status);
    }
    for (const id of ['../../access.json', 'plaza/x/../../../1-1', '..%2f..%2faccess/1/1-1-1']) for (const kind of ['jpg', 'clip']) expect((await ask('GET', `/api/v1/evidence.${kind}?id=${encodeURIComponent(id)}`, { headers: { cookie: cookies.admin } })).status).toBe(404);
    expect((await ask('GET', '/api/v1/evidence.clip?camera=..&at=1', { headers: { cookie: cookies.admin } })).status).toBe(404);
  });

  it('are locked out after a few wrong passwords, whether the name exists or not', async () => {
    for (const name of ['viewer', 'nobody-here']) {
      const tries: number[] = [];
      for (let i = 0; i < 8; i++) tries.push((await ask('POST', '/api/v1/session', { headers: own, body: { name, password: `wrong ${i}` } })).status);
      expect(tries.at(-1), name).toBe(429);
      expect(tries).not.toContain(200);
    }
  });

  it('cannot use a token that was forged, changed or taken away', async () => {
    const made = JSON.parse((await ask('POST', '/api/v1/tokens', { headers: { ...own, cookie: cookies.admin }, body: { name: 'till display', role: 'viewer', days: 1 } })).body) as { id: string; secret: string };
    const live = (secret: string): Promise<number> => ask('GET', '/api/v1/live', { headers: { authorization: `Bearer ${secret}` } }).then(({ status }) => status);
    expect(await live(made.secret)).toBe(200);
    expect((await ask('GET', '/api/v1/users', { headers: { authorization: `Bearer ${made.secret}` } })).status).toBe(403);
    expect(await live(`${made.secret.slice(0, -1)}x`)).toBe(401);
    expect(await live(made.id)).toBe(401);
    await ask('DELETE', `/api/v1/tokens/${made.id}`, { headers: { ...own, cookie: cookies.admin } });
    expect(await live(made.secret)).toBe(401);
  });

  it('cannot flood: large bodies, large frames and nonsense on the socket end the connection', async () => {
    expect((await ask('POST', '/api/v1/site/propose', { headers: { ...own, cookie: cookies.admin }, body: { zones: { remove: ['x'.repeat(3_000_000)] } } })).status).toBe(413);
    for (const nonsense of ['x'.repeat(100_000), '{"type":"subscribe"}', 'not json']) {
      const code = await new Promise<number>((resolve) => {
        const socket = new WebSocket(`${site.url.replace('http', 'ws')}/api/v1/live/socket`, { headers: { cookie: cookies.viewer } });
        socket.on('open', () => socket.send(nonsense));
        socket.on('close', resolve);
        socket.on('error', () => undefined);
      });
      expect([1008, 1009], nonsense.slice(0, 20)).toContain(code);
    }
  });

  it('who send a request drop by drop are cut off', async () => {
    const { hostname, port } = new URL(site.url);
    const closed = new Promise<number>((resolve) => {
      const started = Date.now();
      const socket = connect(Number(port), hostname, () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n'));
      const drip = setInterval(() => socket.write('X-A: b\r\n'), 500);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(drip);
        resolve((Date.now() - started) / 1000);
      });
    });
    expect(await closed).toBeLessThan(12);
  });

  it('are told nothing in headers, and every page has a policy without inline script', async () => {
    const { headers } = await ask('GET', '/');
    expect(headers['content-security-policy']).toMatch(/script-src 'self'( 'sha256-[\w+/=]+')+;/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers.server).toBeUndefined();
  });

  it('cannot put a script into the page through what they name things', async () => {
    await site.alert({ id: script, rule: script, state: 'firing', severity: 'warning', camera: 'plaza', subject: script, measure: 'length', condition: script, value: 1, since: 1, at: 1 });
    await expect.poll(async () => (await ask('GET', '/', { headers: { cookie: cookies.admin } })).body).toContain('alert(1)');
    expect((await ask('GET', '/', { headers: { cookie: cookies.admin } })).body).not.toContain(script);
    expect((await ask('PUT', '/api/v1/users', { headers: { ...own, cookie: cookies.admin }, body: { name: script, password, role: 'viewer' } })).status).toBe(400);
  });
});

describe('the door', () => {
  const base = (): Parameters<typeof startGateway>[0] => ({ ...site.gatewayOptions, port: 0 });

  it('does not open beyond this machine without users or TLS, unless told to', async () => {
    await expect(startGateway({ ...base(), host: '0.0.0.0' })).rejects.toMatchObject({ code: 'ACCESS_OPEN', message: expect.stringContaining('without TLS') as string });
    await expect(startGateway({ ...base(), host: '0.0.0.0', dataFolder: `${site.folder}/empty` })).rejects.toMatchObject({ code: 'ACCESS_OPEN', message: expect.stringContaining('nobody has to sign in') as string });
  });

  it('is open on this machine until there is an owner, but not under another name that points here', async () => {
    const open = await startGateway({ ...base(), dataFolder: `${site.folder}/fresh` });
    try {
      const { hostname, port } = new URL(open.url);
      const status = (host: string): Promise<number> => new Promise((resolve) => request({ hostname, port, path: '/api/v1/live', headers: { host } }, (response) => resolve(response.statusCode!)).end());
      expect(await status('127.0.0.1')).toBe(200);
      expect(await status('evil.example')).toBe(401);
    } finally {
      await open.close();
    }
  });

  it('forgets a session and a token when their time is over', async () => {
    let later = 0;
    const dataFolder = `${site.folder}/expiry`;
    const gateway = await startGateway({ ...base(), dataFolder, clock: { ...systemClock, now: () => Date.now() + later } });
    try {
      const there = { at: gateway.url };
      const key = gateway.ownerLink!.split('#')[1]!;
      const { cookie } = await ask('POST', '/api/v1/owner', { ...there, headers: own, body: { key, name: 'ada', password } });
      const { secret } = JSON.parse((await ask('POST', '/api/v1/tokens', { ...there, headers: { ...own, cookie }, body: { name: 'wall', role: 'viewer', days: 1, cameras: ['till'] } })).body) as { secret: string };
      const withSession = (): Promise<number> => ask('GET', '/api/v1/live', { ...there, headers: { cookie } }).then(({ status }) => status);
      const withToken = (path: string, method = 'GET'): Promise<Answer> => ask(method, path, { ...there, headers: { authorization: `Bearer ${secret}` }, ...(method === 'POST' && { body: {} }) });
      expect([await withSession(), (await withToken('/api/v1/live')).status]).toEqual([200, 200]);
      // What a token may: its role, and its cameras.
      expect((await withToken('/api/v1/site')).body).not.toContain('plaza');
      expect((await withToken('/api/v1/cameras/plaza/journeys?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z')).status).toBe(404);
      expect((await withToken('/api/v1/site/propose', 'POST')).status).toBe(403);
      later = 15 * 3_600_000;
      expect([await withSession(), (await withToken('/api/v1/live')).status]).toEqual([401, 200]);
      later = 25 * 3_600_000;
      expect((await withToken('/api/v1/live')).status).toBe(401);
    } finally {
      await gateway.close();
    }
  });

  it('answers nobody who asks too often, and others meanwhile', async () => {
    const gateway = await startGateway({ ...base(), dataFolder: `${site.folder}/often`, requestsPerSecond: 5 });
    try {
      const statuses = await Promise.all(Array.from({ length: 60 }, () => ask('GET', '/api/health', { at: gateway.url }).then(({ status }) => status)));
      expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(30);
      expect(statuses).toContain(429);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect((await ask('GET', '/api/health', { at: gateway.url })).status).toBe(200);
    } finally {
      await gateway.close();
    }
  });

  it('says what it refused and what was changed, in the audit log', async () => {
    const { body } = await ask('GET', '/api/v1/audit', { headers: { cookie: cookies.admin } });
    for (const action of ['owner-created', 'sign-in', 'sign-in-refused', 'sign-in-locked', 'token-created', 'user-saved']) expect(body).toContain(`"${action}"`);
    expect(body).not.toContain(password);
  });
});
