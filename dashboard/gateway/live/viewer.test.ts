import type { LiveEvent, ResultsRecord } from '@sightline/schemas';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Identity } from '../access/identity.js';
import { attachSocket } from '../socket.js';
import { createHub, type Hub } from './hub.js';
import { createPictures } from './pictures.js';
import { createLiveState, type LiveState } from './state.js';
import { viewerByteBound } from './viewer.js';

/** The live socket over real connections: snapshots then changes, resuming, and viewers that are too slow. */
const everything: Identity = { kind: 'open', name: 'test', role: 'admin' };
let state: LiveState;
let hub: Hub;
let server: Server;
let detach: () => void;

beforeEach(async () => {
  state = createLiveState();
  hub = createHub(state, createPictures({ watch: () => () => undefined }, async () => Buffer.alloc(0)), { now: Date.now, pagesVersion: 'p1' });
  server = createServer();
  detach = attachSocket(server, hub, () => everything);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  hub.close();
  detach();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const port = (): number => (server.address() as AddressInfo).port;

interface Heard {
  readonly type: string;
  readonly topic?: string;
  readonly seq?: number;
  readonly run?: string;
  readonly data?: readonly { readonly zone: string; readonly measures: Record<string, number> }[];
}

async function dial(): Promise<{ readonly socket: WebSocket; readonly heard: Heard[]; readonly say: (request: unknown) => void }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port()}/api/v1/live/socket`);
  const heard: Heard[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString('utf8')) as Heard));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { socket, heard, say: (request) => socket.send(JSON.stringify(request)) };
}

function record(seq: number, count: number, padding = 0): ResultsRecord {
  const measures: Record<string, number> = { count };
  const samples = Array.from({ length: 1 + padding }, (_, i) => ({ zone: `zone-${i}`, zoneKind: 'area' as const, at: seq * 1_000_000, measures, coverage: 1 }));
  return {
    v: 1,
    input: { camera: 'door', epoch: 1, seq, capturedAt: seq * 1_000_000, recording: false, state: 'inferred', quality: { brightness: 1, contrast: 1, sharpness: 1, state: 'ok' }, motion: [0, 0], dropped: {}, site: '', model: '', aspect: 1, detections: [] },
    partition: 0,
    offset: seq,
    tracks: [],
    events: [],
    samples,
    finished: [],
    drift: [],
  };
}

const counts = (heard: readonly Heard[]): number[] => heard.filter(({ topic }) => topic === 'zones').map(({ data }) => data?.[0]?.measures['count'] ?? -1);

describe('the live socket', () => {
  it('sends a snapshot, then changes without a gap', async () => {
    state.results(record(1, 3), Date.now());
    const { heard, say } = await dial();
    say({ type: 'subscribe', topics: ['zones'] });
    await expect.poll(() => counts(heard).at(-1)).toBe(3);
    state.results(record(2, 4), Date.now());
    await expect.poll(() => counts(heard).at(-1)).toBe(4);
    const seqs = heard.filter(({ topic }) => topic === 'zones').map(({ seq }) => seq!);
    expect(seqs.every((seq, i) => i === 0 || seq === seqs[i - 1]! + 1)).toBe(true);
  });

  it('coalesces what changes faster than it is sent to the latest value', async () => {
    const { heard, say } = await dial();
    say({ type: 'subscribe', topics: ['zones'] });
    await expect.poll(() => heard.some(({ topic }) => topic === 'zones')).toBe(true);
    for (let seq = 1; seq <= 500; seq++) state.results(record(seq, seq), Date.now());
    await expect.poll(() => counts(heard).at(-1)).toBe(500);
    expect(counts(heard).length).toBeLessThan(10);
  });

  it('drops records that it has seen before', async () => {
    expect(state.results(record(5, 5), 0)).toBe(true);
    expect(state.results(record(5, 6), 0)).toBe(false);
    expect(state.results(record(4, 6), 0)).toBe(false);
    expect(state.zones.get('door/zone-0')?.measures['count']).toBe(5);
  });

  it('gives someone who comes back only what was missed', async () => {
    const first = await dial();
    first.say({ type: 'subscribe', topics: ['zones'] });
    state.results(record(1, 1), Date.now());
    await expect.poll(() => counts(first.heard).at(-1)).toBe(1);
    const { run } = first.heard[0]!;
    const after = first.heard.at(-1)!.seq!;
    first.socket.terminate();
    for (const count of [2, 3]) {
      state.results(record(count, count), Date.now());
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    const second = await dial();
    second.say({ type: 'subscribe', topics: ['zones'], after: { zones: after }, run });
    await expect.poll(() => counts(second.heard)).toEqual([2, 3]);
    expect(second.heard.filter(({ topic }) => topic === 'zones').map(({ type }) => type)).toEqual(['change', 'change']);
    const stranger = await dial();
    stranger.say({ type: 'subscribe', topics: ['zones'], after: { zones: after }, run: 'another run' });
    await expect.poll(() => stranger.heard.find(({ topic }) => topic === 'zones')?.type).toBe('snapshot');
  });

  it('holds no more than its bound for a viewer that takes nothing, and slows no other', async () => {
    const stuck = connect(port(), '127.0.0.1');
    await new Promise((resolve) => stuck.once('connect', resolve));
    stuck.write('GET /api/v1/live/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
    await new Promise((resolve) => stuck.once('data', resolve));
    const text = Buffer.from(JSON.stringify({ type: 'subscribe', topics: ['zones'] }));
    stuck.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
    await new Promise((resolve) => setTimeout(resolve, 200));
    stuck.pause();
    const quick = await dial();
    quick.say({ type: 'subscribe', topics: ['zones'] });
    // Each change is some 300 kB: the kernel's own buffers fill first, then ours.
    let largest = 0;
    for (let seq = 1; seq <= 60; seq++) {
      state.results(record(seq, seq, 2500), Date.now());
      await new Promise((resolve) => setTimeout(resolve, 110));
      largest = Math.max(largest, hub.buffered());
    }
    expect(largest).toBeGreaterThan(viewerByteBound / 2);
    expect(largest).toBeLessThan(viewerByteBound + 1_000_000);
    await expect.poll(() => counts(quick.heard).at(-1)).toBe(60);
    // Once it reads again it is brought up to date, not through all that it missed.
    let received = 0;
    let tail = '';
    stuck.on('data', (data: Buffer) => {
      received += data.length;
      tail = (tail + data.toString('latin1')).slice(-2_000_000);
    });
    stuck.resume();
    await expect.poll(() => tail.includes('"measures":{"count":60}'), { timeout: 10_000 }).toBe(true);
    expect(received).toBeLessThan(60 * 250_000);
    stuck.destroy();
  }, 30_000);

  it('keeps the newest events, newest first', () => {
    const event = (n: number): LiveEvent => ({ id: `e${n}`, camera: 'door', zone: 'z', zoneKind: 'line', kind: 'crossed', at: n });
    for (let n = 0; n < 500; n++) state.events.add(event(n));
    expect(state.events.values()).toHaveLength(200);
    expect(state.events.values()[0]?.id).toBe('e499');
  });
});
