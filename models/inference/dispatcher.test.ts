import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DetectorResult } from '@sightline/schemas';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ThreadStart } from './messages.js';
import { Dispatcher, framesPerThread, waitingPerCamera } from './dispatcher.js';

/** The dispatcher with a real worker that speaks the protocol, takes a while per frame, and dies of frames that begin with 255. */
const threadSource = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ id, pixels }) => {
  if (pixels[0] === 255) throw new Error('this frame kills');
  const until = performance.now() + 3;
  while (performance.now() < until);
  parentPort.postMessage({ kind: 'answers', answers: [{ kind: 'done', id, pixels, output: { detections: [], inferenceSeconds: 0.003 } }] }, [pixels.buffer]);
});
parentPort.postMessage({ kind: 'ready', sessionSeconds: 0 });
`;

let folder: string;
let file: URL;
const open: Dispatcher[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sightline-dispatcher-'));
  await writeFile(path.join(folder, 'thread.mjs'), threadSource);
  file = pathToFileURL(path.join(folder, 'thread.mjs'));
});
afterEach(async () => {
  for (const dispatcher of open.splice(0)) await dispatcher.close();
});
afterAll(() => rm(folder, { recursive: true }));

async function start(threads: number): Promise<Dispatcher> {
  const dispatcher = await Dispatcher.start({ manifest: { floor: 0.1 }, modelPath: '' } as unknown as ThreadStart, threads, file);
  open.push(dispatcher);
  return dispatcher;
}

const frame = (camera: string, first = 0): { camera: string; pixels: Uint8Array; width: number; height: number } => ({ camera, pixels: new Uint8Array(12).fill(first), width: 2, height: 2 });

describe('the dispatcher', () => {
  it('serves cameras in turn: one that sends a burst does not keep another waiting', async () => {
    const dispatcher = await start(1);
    const order: string[] = [];
    const send = (camera: string): Promise<unknown> => dispatcher.submit(frame(camera)).then(() => order.push(camera));
    const busy = Array.from({ length: 20 }, () => send('busy'));
    await Promise.all([...busy, send('calm'), send('calm'), send('other')]);
    // Some frames are at the thread already when the others come; from then on each camera has its turn.
    expect(order.slice(0, framesPerThread + 5).filter((camera) => camera !== 'busy').sort()).toEqual(['calm', 'calm', 'other']);
  });

  it('keeps the frames of one camera in order on one thread', async () => {
    const dispatcher = await start(1);
    const order: number[] = [];
    await Promise.all(Array.from({ length: 10 }, (_, i) => dispatcher.submit(frame('a')).then(() => order.push(i))));
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('replaces a thread that dies: its frames reject, the others go on', async () => {
    const dispatcher = await start(2);
    const fates = await Promise.allSettled([frame('a'), frame('b', 255), frame('c'), frame('d'), frame('e'), frame('f')].map((request) => dispatcher.submit(request)));
    const rejected = fates.filter((fate): fate is PromiseRejectedResult => fate.status === 'rejected');
    expect(rejected.length).toBeGreaterThanOrEqual(1);
    expect(rejected.length).toBeLessThanOrEqual(framesPerThread);
    for (const { reason } of rejected) expect(reason).toMatchObject({ code: 'MODEL_FAILED', retryable: true, message: expect.stringMatching(/the inference thread died with this frame: this frame kills/) as string });
    const later: DetectorResult[] = await Promise.all([frame('a'), frame('b'), frame('c')].map((request) => dispatcher.submit(request)));
    expect(later.map((result) => result.pixels.byteLength)).toEqual([12, 12, 12]);
  });

  it('gives the model up when threads do nothing but die, and says so to every frame', async () => {
    const dispatcher = await start(1);
    const fates = await Promise.allSettled(Array.from({ length: 12 }, () => dispatcher.submit(frame('a', 255))));
    expect(fates.every((fate) => fate.status === 'rejected')).toBe(true);
    await expect(dispatcher.submit(frame('a'))).rejects.toMatchObject({ code: 'MODEL_FAILED', message: 'inference threads died 3 times in a row: this frame kills' });
  });

  it('bounds what may wait per camera, and other cameras may still send', async () => {
    const dispatcher = await start(1);
    const burst = Array.from({ length: waitingPerCamera + framesPerThread }, () => dispatcher.submit(frame('a')));
    await expect(dispatcher.submit(frame('a'))).rejects.toMatchObject({ code: 'MODEL_FAILED', message: `camera "a": ${waitingPerCamera} frames wait for inference already` });
    await expect(dispatcher.submit(frame('b'))).resolves.toBeDefined();
    await Promise.all(burst);
  });

  it('rejects what waits when it is closed', async () => {
    const dispatcher = await start(1);
    const waiting = Array.from({ length: 5 }, () => dispatcher.submit(frame('a')));
    const fates = Promise.allSettled(waiting);
    await dispatcher.close();
    expect((await fates).every((fate) => fate.status === 'rejected')).toBe(true);
    await expect(dispatcher.submit(frame('a'))).rejects.toMatchObject({ message: 'the detector is closed' });
  });

  it('copies pixels that cannot be given away', async () => {
    const dispatcher = await start(1);
    const pooled = Buffer.from('twelve bytes');
    await expect(dispatcher.submit({ camera: 'a', pixels: pooled, width: 2, height: 2 })).resolves.toMatchObject({ pixels: Uint8Array.from(pooled) });
    expect(pooled.toString()).toBe('twelve bytes');
  });
});
