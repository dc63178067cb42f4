import { beforeAll, describe, expect, it } from 'vitest';
import type { FrameQuality } from '@sightline/schemas';
import { thumbnailsOf } from '../test-footage.js';
import { QualityWatch } from './quality.js';

/** The states in the order they were entered, each with its second. */
function history(frames: readonly Uint8Array[], fps = 10): { state: FrameQuality['state']; at: number }[] {
  const watch = new QualityWatch(96, 54);
  const states: { state: FrameQuality['state']; at: number }[] = [];
  frames.forEach((frame, i) => {
    const { state } = watch.see(frame, i / fps);
    if (state !== states.at(-1)?.state) states.push({ state, at: i / fps });
  });
  return states;
}

describe('quality on footage', () => {
  let plaza: Uint8Array[];
  beforeAll(async () => {
    plaza = await thumbnailsOf('plaza.avi');
  });
  /** Plaza with seconds 30 to 50 as another filter shows them. */
  const disturbed = async (filter: string): Promise<Uint8Array[]> => {
    const other = await thumbnailsOf('plaza.avi', `trim=start_frame=300:end_frame=500,${filter}`);
    return plaza.map((frame, i) => (i >= 300 && i < 500 ? other[i - 300]! : frame));
  };

  it.each([
    ['plaza.avi', 10],
    ['traffic.mp4', 30],
    ['counter.mp4', 10],
    ['shelf.mp4', 29.83],
  ])('an undisturbed camera is ok throughout: %s', async (clip, fps) => {
    expect(history(clip === 'plaza.avi' ? plaza : await thumbnailsOf(clip), fps)).toEqual([{ state: 'ok', at: 0 }]);
  });

  it('holds over loops of a recording', () => {
    expect(history([...plaza, ...plaza, ...plaza])).toEqual([{ state: 'ok', at: 0 }]);
  });

  it.each([
    ['dark', 'lutyuv=y=16+(val-16)*0.05', 4],
    ['blurred', 'gblur=sigma=4', 10],
    ['moved', 'crop=700:525:68:51', 18],
    ['moved', 'hflip,transpose=1,scale=768:576', 18],
  ])('%s is noticed within seconds and over when it is over (%s)', async (state, filter, within) => {
    const states = history(await disturbed(filter));
    expect(states.map((entry) => entry.state)).toEqual(['ok', state, 'ok']);
    expect(states[1]!.at).toBeGreaterThan(32);
    expect(states[1]!.at).toBeLessThan(30 + within);
    expect(states[2]!.at).toBeLessThan(50 + within);
  });

  it('a picture that never changes is frozen; a still scene with its noise is not', () => {
    const frozen = [...plaza.slice(0, 300), ...Array.from({ length: 300 }, () => plaza[300]!), ...plaza.slice(301, 400)];
    expect(history(frozen)).toEqual([
      { state: 'ok', at: 0 },
      { state: 'frozen', at: 45 },
      { state: 'ok', at: 60 },
    ]);
  });

  it('a lamp that is dimmed is neither dark nor blurred nor moved', async () => {
    expect(history(await disturbed('lutyuv=y=val*0.4'))).toEqual([{ state: 'ok', at: 0 }]);
  });
});
