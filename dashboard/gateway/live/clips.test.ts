import type { ResultsRecord } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createClips, type Clip } from './clips.js';
import type { Seen } from './picture-message.js';

/** Frames of one camera at a given rate, `seq` its tenth of a second. */
function frame(camera: string, seq: number, events: number, epoch = 1): Seen {
  const capturedAt = seq * 100_000;
  const input = { camera, epoch, seq, capturedAt, recording: false, state: 'inferred', quality: { brightness: 1, contrast: 1, sharpness: 1, state: 'ok' }, motion: [0, 0], dropped: {}, site: '', model: '', aspect: 1, detections: [] } as const;
  const record: ResultsRecord = { v: 1, input, partition: 0, offset: seq, tracks: [], samples: [], finished: [], drift: [], events: Array.from({ length: events }, (_, i) => ({ id: `${camera}/zone/${epoch}-${seq}-${i}`, kind: 'entered', zone: 'zone', zoneKind: 'area', at: capturedAt })) };
  return { record, frame: { header: { camera, epoch, seq, capturedAt, width: 4, height: 4, encoding: 'rgb24', recording: false, dropped: {}, quality: input.quality, motion: [0, 0] }, bytes: new Uint8Array(48) } };
}

function framesIn({ bytes }: Clip): number[] {
  const seqs: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    const head = bytes.readUInt32LE(at + 4);
    seqs.push((JSON.parse(bytes.subarray(at + 8, at + 8 + head).toString()) as { capturedAt: number }).capturedAt / 100_000);
    at += 4 + length;
  }
  return seqs;
}

async function clipsOf(eventsAt: readonly number[], frames: number, wanted = true): Promise<Clip[]> {
  const made: Clip[] = [];
  const clips = createClips({ wanted: () => wanted, encode: async () => Buffer.from('jpeg'), finished: async (clip) => void made.push(clip) });
  for (let seq = 0; seq < frames; seq++) {
    const seen = frame('door', seq, eventsAt.includes(seq) ? 1 : 0);
    clips.frame(seen);
    if (eventsAt.includes(seq)) clips.keep('door', seen.record.input.capturedAt);
  }
  await clips.close();
  return made;
}

describe('clips', () => {
  it('hold two seconds before an event and two behind it, at five frames a second, the frame of the event among them', async () => {
    const [clip, more] = await clipsOf([51], 100);
    expect(more).toBeUndefined();
    const seqs = framesIn(clip!);
    expect(seqs).toContain(51);
    expect(51 - seqs[0]!).toBeLessThanOrEqual(20);
    expect(51 - seqs[0]!).toBeGreaterThanOrEqual(18);
    expect(seqs.at(-1)! - 51).toBeGreaterThanOrEqual(20);
    expect(seqs.length).toBeLessThanOrEqual(24);
    expect(clip).toMatchObject({ camera: 'door', epoch: 1, first: seqs[0], last: seqs.at(-1) });
  });

  it('are shared by events that follow each other, up to ten seconds', async () => {
    const made = await clipsOf(Array.from({ length: 40 }, (_, i) => 30 + i * 5), 300);
    expect(made.length).toBeGreaterThanOrEqual(2);
    for (const { from, to } of made) expect((to - from) / 1e6).toBeLessThanOrEqual(10.3);
    for (let seq = 30; seq < 230; seq += 5) expect(made.some(({ first, last }) => first <= seq && seq <= last), String(seq)).toBe(true);
  });

  it('are not made, nor frames held, where nobody asks', async () => {
    expect(await clipsOf([51], 100, false)).toEqual([]);
  });

  it('end when the camera begins anew', async () => {
    const made: Clip[] = [];
    const clips = createClips({ wanted: () => true, encode: async () => Buffer.from('jpeg'), finished: async (clip) => void made.push(clip) });
    clips.frame(frame('door', 1, 1));
    clips.keep('door', 100_000);
    clips.frame(frame('door', 2, 0, 2));
    await clips.close();
    expect(made).toHaveLength(1);
    expect(framesIn(made[0]!)).toEqual([1]);
  });
});
