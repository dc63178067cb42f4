import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AlertRecord } from '@sightline/schemas';
import type { Resolve } from './address.js';
import { retryDelay } from './backoff.js';
import { createMessage, messageId } from './message.js';
import { post } from './post.js';

const secret = `whsec_${Buffer.from('a secret of enough bytes to sign').toString('base64')}`;
const record: AlertRecord = {
  id: 'lange-schlange/1700000000000000',
  rule: 'lange-schlange',
  state: 'firing',
  severity: 'warning',
  camera: 'Kasse-Süd',
  subject: 'till-3',
  measure: 'length',
  condition: 'till-3.length > 4',
  value: 6,
  since: 1_700_000_000_000_000,
  at: 1_700_000_060_000_250,
};

interface Seen {
  readonly headers: Record<string, string>;
  readonly body: string;
}

let server: http.Server;
let port = 0;
let seen: Seen[] = [];
let answer: (response: http.ServerResponse) => void = (response) => void response.writeHead(204).end();

beforeEach(async () => {
  seen = [];
  answer = (response) => void response.writeHead(204).end();
  server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ headers: request.headers as Record<string, string>, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const at = (address: string): Resolve => async () => [{ address, family: address.includes(':') ? 6 : 4 }];
const loopback = at('127.0.0.1');
const message = createMessage({ record, site: 'shop', secret, at: Date.now() });
const to = (url: string, allowPrivate = true, resolve = loopback): Promise<{ status: number; retryAfter: number | null }> =>
  post(message, { url, allowPrivate, resolve, signal: new AbortController().signal });

describe('a notice', () => {
  test('is a CloudEvent that standardwebhooks verifies', async () => {
    expect(await to(`http://ops.example:${port}/hook`)).toEqual({ status: 204, retryAfter: null });
    const { headers, body } = seen[0]!;
    expect(headers['content-type']).toMatch(/^application\/cloudevents\+json/);
    const event = new Webhook(secret).verify(body, headers) as Record<string, unknown>;
    expect(event).toMatchObject({
      specversion: '1.0',
      id: headers['webhook-id'],
      source: '/sightline/shop',
      type: 'sightline.alert.firing',
      subject: 'lange-schlange',
      time: '2023-11-14T22:14:20.000250Z',
      data: { rule: 'lange-schlange', value: 6, camera: 'Kasse-Süd', condition: 'till-3.length > 4' },
    });
  });

  test('a changed body does not verify', async () => {
    await to(`http://ops.example:${port}/`);
    const { headers, body } = seen[0]!;
    expect(() => new Webhook(secret).verify(body.replace('"value":6', '"value":7'), headers)).toThrow('No matching signature');
  });

  test('has the same id and body on every attempt, another id for each state, and ASCII only in its headers', () => {
    const later = createMessage({ record, site: 'shop', secret, at: Date.now() + 60_000 });
    expect([later.id, later.body]).toEqual([message.id, message.body]);
    expect(later.headers['webhook-signature']).not.toBe(message.headers['webhook-signature']);
    expect(messageId({ ...record, state: 'resolved' })).not.toBe(message.id);
    expect(messageId({ ...record, id: '行列/17' })).toMatch(/^msg_[0-9a-f]{32}$/);
  });

  test('without a secret it is not signed', () => {
    expect(createMessage({ record, site: 'shop', at: 0 }).headers).not.toHaveProperty('webhook-signature');
  });
});

describe('a target', () => {
  test.each([
    ['a loopback address', 'http://127.0.0.1:PORT/'],
    ['loopback written as one number', 'http://2130706433:PORT/'],
    ['loopback written in octal', 'http://0177.0.0.1:PORT/'],
    ['IPv6 loopback', 'http://[::1]:PORT/'],
    ['an IPv4 address mapped to IPv6', 'http://[::ffff:127.0.0.1]:PORT/'],
    ['a name that leads to loopback', 'http://ops.example:PORT/'],
  ])('%s is refused', async (_, url) => {
    await expect(to(url.replace('PORT', String(port)), false)).rejects.toMatchObject({ code: 'WEBHOOK_PRIVATE' });
    expect(seen).toEqual([]);
  });

  test('with one private address among public ones is refused', async () => {
    const both: Resolve = async () => [{ address: '93.184.216.34', family: 4 }, { address: '10.0.0.8', family: 4 }];
    await expect(to(`http://ops.example:${port}/`, false, both)).rejects.toMatchObject({ code: 'WEBHOOK_PRIVATE' });
  });

  test('is resolved once, and called at the address that was checked', async () => {
    let asked = 0;
    const rebinding: Resolve = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '127.0.0.99', family: 4 }];
    await to(`http://ops.example:${port}/`, true, rebinding);
    expect(asked).toBe(1);
    expect(seen[0]!.headers['host']).toBe(`ops.example:${port}`);
  });

  test('a redirect is not followed', async () => {
    answer = (response) => void response.writeHead(302, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
    expect((await to(`http://ops.example:${port}/`)).status).toBe(302);
    expect(seen).toHaveLength(1);
  });

  test('that answers without end does not hold us', async () => {
    answer = (response) => {
      response.writeHead(200);
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(16_384), more);
      };
      more();
    };
    expect((await to(`http://ops.example:${port}/`)).status).toBe(200);
  });

  test('may ask to wait', async () => {
    answer = (response) => void response.writeHead(429, { 'retry-after': '30' }).end();
    expect(await to(`http://ops.example:${port}/`)).toEqual({ status: 429, retryAfter: 30 });
  });

  test.each([['ftp://ops.example/'], ['file:///etc/passwd'], ['no address']])('%s is not an address that can be called', async (url) => {
    await expect(to(url)).rejects.toMatchObject({ code: 'WEBHOOK_URL' });
  });
});

test('waits grow to a cap, with jitter, and heed the receiver', () => {
  expect([1, 2, 3, 20].map((attempt) => retryDelay(attempt, 1))).toEqual([2, 6, 18, 600]);
  expect(retryDelay(3, 0)).toBe(9);
  expect(retryDelay(1, 0, 30)).toBe(30);
  expect(retryDelay(1, 0, 1e9)).toBe(600);
});
