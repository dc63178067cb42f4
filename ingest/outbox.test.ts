import { describe, expect, it } from 'vitest';
import type { FrameHeader } from '@sightline/schemas';
import { Outbox } from './outbox.js';

function header(seq: number): Omit<FrameHeader, 'dropped'> {
  return {
    camera: 'c',
    epoch: 1,
    seq,
    capturedAt: seq,
    width: 2,
    height: 2,
    encoding: 'rgb24',
    recording: false,
    quality: { brightness: 0, contrast: 0, sharpness: 0, state: 'ok' },
    motion: [0, 0],
  };
}

/** An outbox whose log takes a frame each time `take` is called. */
function outbox(live: boolean, room = 3) {
  const published: FrameHeader[] = [];
  const lost: number[] = [];
  const waits: boolean[] = [];
  const failures: unknown[] = [];
  let taken: (() => void) | null = null;
  let refuse: ((error: Error) => void) | null = null;
  const box = new Outbox({
    publish: (frame) =>
      new Promise<void>((resolve, reject) => {
        taken = () => {
          published.push(frame);
          resolve();
        };
        refuse = reject;
      }),
    live,
    room,
    lost: (pixels) => lost.push(pixels[0]!),
    wait: (full) => waits.push(full),
    failed: (error) => failures.push(error),
  });
  return {
    box,
    published,
    lost,
    waits,
    failures,
    take: async () => {
      taken?.();
      taken = null;
      await new Promise((resolve) => setImmediate(resolve));
    },
    refuse: async () => {
      refuse?.(new Error('no broker'));
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const pixels = (seq: number): Uint8Array => Uint8Array.of(seq);

describe('what waits for the log', () => {
  it('of a live camera loses its oldest frames, and the next one says how many', async () => {
    const { box, published, lost, take } = outbox(true);
    for (let seq = 0; seq < 10; seq++) box.push(header(seq), pixels(seq));
    expect(lost).toEqual([1, 2, 3, 4, 5, 6]);
    for (let i = 0; i < 4; i++) await take();
    expect(published.map(({ seq, dropped }) => [seq, dropped])).toEqual([
      [0, {}],
      [7, { overload: 6 }],
      [8, {}],
      [9, {}],
    ]);
  });

  it('keeps quiet frames, which weigh nothing, and their order', async () => {
    const { box, published, take } = outbox(true, 1);
    box.push(header(0), pixels(0));
    for (let seq = 1; seq < 6; seq++) box.push(header(seq), seq % 2 === 0 ? null : pixels(seq));
    for (let i = 0; i < 6; i++) await take();
    expect(published.map(({ seq, dropped }) => [seq, dropped])).toEqual([
      [0, {}],
      [2, { overload: 1 }],
      [4, { overload: 1 }],
      [5, {}],
    ]);
  });

  it('of a recording makes the source wait and loses nothing', async () => {
    const { box, published, lost, waits, take } = outbox(false);
    for (let seq = 0; seq < 6; seq++) box.push(header(seq), pixels(seq));
    expect(waits.at(-1)).toBe(true);
    for (let i = 0; i < 6; i++) await take();
    expect(waits.at(-1)).toBe(false);
    expect(lost).toEqual([]);
    expect(published.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('tells corrupt frames with the next one that arrives', async () => {
    const { box, published, take } = outbox(true);
    box.owe('corrupt', 2);
    box.push(header(5), pixels(5));
    await take();
    expect(published[0]!.dropped).toEqual({ corrupt: 2 });
  });

  it('gives every buffer back when it closes, and says when the log refuses', async () => {
    const { box, lost, failures, refuse } = outbox(true);
    for (let seq = 0; seq < 3; seq++) box.push(header(seq), pixels(seq));
    await refuse();
    expect(failures).toHaveLength(1);
    expect(lost).toEqual([1, 2]);
    box.push(header(3), pixels(3));
    expect(lost).toEqual([1, 2, 3]);
    await box.drained();
  });
});
