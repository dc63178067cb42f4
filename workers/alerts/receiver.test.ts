import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { parseSite } from '@sightline/runtime/site-load';
import { systemClock } from '@sightline/runtime/clock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMessage, type Message } from './webhooks/message.js';
import { post } from './webhooks/post.js';

/** The examples of docs/alerts.md, taken from the page and run. */
const page = readFileSync(new URL('../../docs/alerts.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)![1]!;
const secret = `whsec_${Buffer.from('a secret of enough bytes to sign').toString('base64')}`;

let folder = '';
let receiver: ChildProcess;
let url = '';
let printed = '';

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function send(message: Message): Promise<number> {
  const { status } = await post(message, { url, allowPrivate: true, resolve: async () => [], signal: new AbortController().signal });
  return status;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'receiver-'));
  const port = await freePort();
  url = `http://127.0.0.1:${port}/`;
  const file = path.join(folder, 'receiver.mjs');
  const library = new URL('../node_modules/standardwebhooks/dist/index.js', import.meta.url).href;
  writeFileSync(file, block('js').replace(`from 'standardwebhooks'`, `from '${library}'`));
  receiver = spawn(process.execPath, [file], { env: { SECRET: secret, PORT: String(port) }, stdio: ['ignore', 'pipe', 'inherit'] });
  receiver.stdout!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  for (let i = 0; i < 200; i++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await systemClock.sleep(50);
  }
  throw new Error('the receiver of docs/alerts.md did not start');
});
afterAll(() => {
  receiver.kill();
  rmSync(folder, { recursive: true });
});

describe('docs/alerts.md', () => {
  const record = { id: 'long-queue/1', rule: 'long-queue', state: 'firing', severity: 'warning', camera: 'plaza', subject: 'till-3', measure: 'length', condition: 'till-3.length > 4', value: 6, since: 1, at: 2 } as const;

  test('its receiver verifies a notice, takes a repetition once, and refuses a forged one', async () => {
    const message = createMessage({ record, site: 'shop', secret, at: Date.now() });
    expect(await send(message)).toBe(204);
    expect(await send(message)).toBe(204);
    expect(await send({ ...message, body: message.body.replace('"value":6', '"value":9') })).toBe(401);
    expect(await send(createMessage({ record, site: 'shop', at: Date.now() }))).toBe(401);
    expect(printed).toBe('sightline.alert.firing long-queue 6\n');
  });

  test('its example of a body has the fields that are sent', () => {
    const { body } = createMessage({ record, site: 'shop', secret, at: 0 });
    const keysOf = (value: unknown): unknown => (typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, keysOf(inner)])) : null);
    expect(keysOf(JSON.parse(block('json')))).toEqual(keysOf(JSON.parse(body)));
  });

  test('its rules are valid in a site', () => {
    const site = `cameras:\n  - { name: plaza, source: plaza.avi }\nzones:\n  - { name: till-3, kind: queue, polygon: [[0, 0], [1, 0], [1, 1]] }\n${block('yaml')}`;
    expect(parseSite(site).mistakes).toEqual([]);
  });
});
