import { WebSocket } from 'ws';

/**
 * Hours of a live page in a minute: what a gateway sends in a few seconds is recorded, and played to a page again and again
 * with times, sequence numbers and names of events and tracks moved on, as fast as the page takes it.
 */
export interface Replay {
  /** Runs in the page before all else: puts itself in the place of the live sockets, has pictures drawn in the page itself, whose heap is measured, and adds `replay(seconds)`, which resolves to the number of pictures shown. */
  readonly script: string;
}

const recordedMs = 4000;
/** Every camera's picture once in so many seconds: each takes a millisecond or two to decode, and a day of them at full rate would take a day. */
const pictureEverySeconds = 600;
/** Seconds between two frames of the page; it renders after each. */
const secondsAtOnce = 30;

export async function recordMinute(url: string, cameras: number): Promise<Replay> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/live/socket`, { perMessageDeflate: false });
  const texts: { type: string; topic?: string }[] = [];
  const pictures = new Map<string, string>();
  socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', topics: ['site', 'zones', 'cameras', 'events', 'alerts', 'parts', ...Array.from({ length: cameras }, (_, i) => `picture:camera-${i + 1}`)] })));
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data: Buffer, binary) => {
      if (!binary) texts.push(JSON.parse(data.toString('utf8')) as { type: string });
      else pictures.set((JSON.parse(data.toString('utf8', 4, 4 + data.readUInt32LE(0))) as { camera: string }).camera, data.toString('base64'));
    });
    setTimeout(resolve, recordedMs);
  });
  socket.terminate();
  const last = (topic: string): object | undefined => texts.filter((message) => message.topic === topic).at(-1);
  const recorded = { hello: texts.find(({ type }) => type === 'hello'), snapshots: ['site', 'alerts', 'parts'].map(last).filter(Boolean), changes: ['zones', 'cameras', 'events'].map(last).filter(Boolean), pictures: [...pictures.values()] };
  return { script: `(${inPage.toString()})(${JSON.stringify(recorded).replaceAll('<', '\\u003c')}, ${secondsAtOnce}, ${pictureEverySeconds});` };
}

interface Recorded {
  readonly hello: { readonly type: string; readonly now: number };
  readonly snapshots: readonly object[];
  readonly changes: readonly { readonly topic: string; readonly data: readonly Record<string, unknown>[] }[];
  readonly pictures: readonly string[];
}

/** Goes to the page as its source text: it may use nothing of this module. */
function inPage(recorded: Recorded, secondsAtOnce: number, pictureEverySeconds: number): void {
  const page = globalThis as unknown as { WebSocket: unknown; OffscreenCanvas?: unknown; replay: (seconds: number) => Promise<number> };
  delete page.OffscreenCanvas;
  type Listener = ((message: { data: string | ArrayBuffer }) => void) | null;
  let listener: Listener = null;
  let pictureListener: Listener = null;
  let shown = 0;
  let now = recorded.hello.now;
  let count = 0;
  const seqs: Record<string, number> = {};
  const hear = (message: object): void => listener?.({ data: JSON.stringify(message) });
  page.WebSocket = class {
    static OPEN = 1;
    static CONNECTING = 0;
    readyState = 1;
    binaryType = '';
    onopen: (() => void) | null = null;
    onclose = null;
    onmessage: Listener = null;
    constructor() {
      setTimeout(() => {
        this.onmessage?.({ data: JSON.stringify({ ...recorded.hello, now }) });
        this.onopen?.();
      }, 0);
    }
    send(text: string): void {
      const request = JSON.parse(text) as { type: string; topics?: string[] };
      if (request.type === 'shown') shown += 1;
      else if (request.topics?.some((topic) => topic.startsWith('picture:'))) pictureListener = this.onmessage;
      else if (request.topics) {
        listener = this.onmessage;
        for (const message of recorded.snapshots) hear({ ...message, type: 'snapshot', seq: 0 });
        for (const { topic, data } of recorded.changes) hear({ type: 'snapshot', topic, seq: (seqs[topic] = 0), data });
      }
    }
    close(): void {}
  };
  const pictures = recorded.pictures.map((text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const length = new DataView(bytes.buffer).getUint32(0, true);
    return { header: JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as { capturedAt: number; tracks: { id: string }[] }, jpeg: bytes.slice(4 + length) };
  });
  const moved = (value: Record<string, unknown>): Record<string, unknown> => {
    const next: Record<string, unknown> = { ...value };
    for (const key of ['at', 'seenAt', 'lastFrameAt', 'lastResultAt']) if (typeof value[key] === 'number') next[key] = value[key] > 1e14 ? now * 1000 : now;
    if (typeof value['id'] === 'string') next['id'] = `${value['id']}-${(count += 1)}`;
    if (typeof value['measures'] === 'object') next['measures'] = Object.fromEntries(Object.keys(value['measures'] as object).map((measure) => [measure, Math.floor(Math.random() * 50)]));
    return next;
  };
  page.replay = async (seconds) => {
    for (let second = 1; second <= seconds; second++) {
      now += 1000;
      if (second % 5 === 0) {
        hear({ type: 'heartbeat', now });
        pictureListener?.({ data: JSON.stringify({ type: 'heartbeat', now }) });
      }
      for (const { topic, data } of recorded.changes) hear({ type: 'change', topic, seq: (seqs[topic] = (seqs[topic] ?? 0) + 1), data: data.map(moved) });
      if (second % pictureEverySeconds === 0) {
        for (const { header, jpeg } of pictures) {
          const head = new TextEncoder().encode(JSON.stringify({ ...header, capturedAt: now * 1000, tracks: header.tracks.map((track) => ({ ...track, id: `${second}-${track.id}` })) }));
          const message = new Uint8Array(4 + head.length + jpeg.length);
          new DataView(message.buffer).setUint32(0, head.length, true);
          message.set(head, 4);
          message.set(jpeg, 4 + head.length);
          pictureListener?.({ data: message.buffer });
        }
      }
      if (second % secondsAtOnce === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    return shown;
  };
}
