import { liveMessageSchema, livePictureHeaderSchema } from '@sightline/schemas/live-messages';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { loadFootage } from './footage.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { plazaSite } from './plaza-site.js';

/** What a gateway really sends is what the documented schemas say: every topic, snapshots and changes, pictures and refusals. */
let site: GeneratedSite;

beforeAll(async () => {
  const footage = await loadFootage('plaza.avi', 384, 288, 120, 10);
  site = await startGeneratedSite({ site: { ...plazaSite, rules: [{ name: 'full', when: 'crossing.count > 3', clip: true }] }, footage: new Map([['plaza', footage]]) });
});
afterAll(() => site?.close());

it('sends nothing that its documentation does not describe', async () => {
  const topics = ['site', 'zones', 'cameras', 'events', 'alerts', 'parts', 'picture:plaza', 'picture:nowhere'];
  const socket = new WebSocket(`${site.url.replace('http', 'ws')}/api/v1/live/socket`);
  const heard = new Set<string>();
  const wrong: string[] = [];
  socket.on('message', (data: Buffer, binary) => {
    const text = binary ? data.subarray(4, 4 + data.readUInt32LE(0)).toString() : data.toString();
    const value = JSON.parse(text) as { type?: string; topic?: string; camera?: string };
    const parsed = (binary ? livePictureHeaderSchema : liveMessageSchema).safeParse(value);
    if (!parsed.success) wrong.push(`${text.slice(0, 300)}: ${JSON.stringify(parsed.error.issues).slice(0, 1500)}`);
    heard.add(binary ? 'picture' : `${value.type} ${value.topic ?? ''}`.trim());
    if (binary) socket.send(JSON.stringify({ type: 'shown', camera: value.camera }));
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'subscribe', topics }));
  const stop = site.play(20);
  const alert = { id: 'full/1', rule: 'full', severity: 'warning', camera: 'plaza', subject: 'crossing', measure: 'count', condition: 'crossing.count > 3', value: 5, since: 1, at: 1 } as const;
  await site.alert({ ...alert, state: 'firing' });
  const wanted = ['hello', 'heartbeat', 'error', 'picture', 'snapshot site', 'snapshot parts', ...['zones', 'cameras', 'events', 'alerts'].flatMap((topic) => [`snapshot ${topic}`, `change ${topic}`])];
  await expect.poll(() => wanted.filter((name) => !heard.has(name)), { timeout: 20_000 }).toEqual([]);
  stop();
  socket.close();
  expect(wrong).toEqual([]);
});
