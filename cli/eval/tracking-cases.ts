import { join } from 'node:path';
import { appearanceOf } from '@sightline/schemas';
import { SightlineError } from '@sightline/runtime/errors';
import { readVideo } from '../read-video.js';
import { readMotFolder, type MotFolder } from './metrics/mot.js';

/** The sequences on which the tracker is judged, with their rates, goals and what the best peer reaches (shared peers.md). */
export interface TrackedSequence extends MotFolder {
  /** Class of all its objects; default person. */
  readonly cls?: string;
  /** Appearance of each detection, in the order of `detections`; absent without pixels. */
  readonly looks?: readonly (string | null)[];
}

export interface TrackingCase {
  readonly label: string;
  readonly sequence: TrackedSequence;
  /** Every so many frames are used. */
  readonly every: number;
  readonly targets: TrackingTargets;
}

/** HOTA/IDF1 in percent. */
export interface TrackingTargets {
  readonly peer?: readonly [hota: number, idf1: number];
  readonly live?: readonly [hota: number, idf1: number];
  readonly delayed?: readonly [hota: number, idf1: number];
  readonly names?: number;
}

interface Recorded {
  readonly name: string;
  readonly folder: string;
  readonly det: string;
  readonly fps: number;
  readonly width: number;
  readonly height: number;
  readonly clip?: string;
  readonly rates: Readonly<Record<number, TrackingTargets>>;
}

const recorded: readonly Recorded[] = [
  {
    ...{ name: 'PETS yolox', folder: 'PETS09-S2L1', det: 'det-yolox-nano.txt', fps: 10, width: 768, height: 576, clip: 'clips/plaza.avi' },
    rates: {
      10: { peer: [55, 74], live: [67, 91], delayed: [70, 93], names: 22 },
      5: { peer: [55, 72], live: [67, 91], delayed: [69, 92], names: 22 },
      2: { peer: [41, 47], live: [65, 90], delayed: [69, 92], names: 21 },
    },
  },
  {
    ...{ name: 'PETS public', folder: 'PETS09-S2L1', det: 'det.txt', fps: 10, width: 768, height: 576, clip: 'clips/plaza.avi' },
    rates: {
      10: { peer: [42, 57], live: [55, 80], delayed: [58, 84] },
      5: { peer: [43, 58], live: [54, 78], delayed: [57, 82] },
      2: { peer: [32, 40], live: [49, 73], delayed: [54, 79] },
    },
  },
  {
    ...{ name: 'TUD-Campus', folder: 'TUD-Campus', det: 'det.txt', fps: 25, width: 640, height: 480 },
    rates: { 25: { peer: [53, 75], live: [54, 75], delayed: [56, 76] }, 5: { peer: [47, 64], live: [49, 67], delayed: [51, 69] } },
  },
];

/** All recorded cases. `pixels: false` leaves appearance out, as footage without pixels would. */
export async function recordedCases(dataFolder: string, { pixels = true }: { pixels?: boolean } = {}): Promise<TrackingCase[]> {
  const cases: TrackingCase[] = [];
  for (const { name, folder, det, fps, width, height, clip, rates } of recorded) {
    const plain = { ...readMotFolder(join(dataFolder, 'mot', folder), { fps, name, det }), width, height };
    let sequence: TrackedSequence = plain;
    if (clip && pixels) {
      sequence = { ...plain, looks: await looksOf(plain, join(dataFolder, clip)) };
    }
    for (const [rate, targets] of Object.entries(rates).sort(([a], [b]) => Number(b) - Number(a))) {
      cases.push({ label: `${name} ${rate} fps`, sequence, every: Math.round(fps / Number(rate)), targets });
    }
  }
  return cases;
}

/** A sequence of one's own, at its own rate and at about 5 and 2 frames a second. */
export function ownCases(folder: string, given: { fps?: number } = {}): TrackingCase[] {
  const sequence = readMotFolder(folder, given);
  const steps = [...new Set([1, Math.max(1, Math.round(sequence.fps / 5)), Math.max(1, Math.round(sequence.fps / 2))])];
  return steps.map((every) => ({ label: `${sequence.name} ${Number((sequence.fps / every).toFixed(1))} fps`, sequence, every, targets: {} }));
}

/** The appearance of each detection, from the clip's own pixels at the size of the sequence. */
async function looksOf(sequence: MotFolder, clip: string): Promise<(string | null)[]> {
  const { width, height } = sequence;
  const inFrame = new Map<number, number[]>();
  sequence.detections.forEach(({ frame }, index) => inFrame.set(frame, [...(inFrame.get(frame) ?? []), index]));
  const looks: (string | null)[] = sequence.detections.map(() => null);
  let frame = 0;
  for await (const picture of readVideo(clip, { fps: 120, size: () => ({ width, height }) })) {
    const { header, pixels } = picture;
    frame += 1;
    for (const index of inFrame.get(frame) ?? []) {
      const { x, y, w, h } = sequence.detections[index]!;
      looks[index] = appearanceOf(pixels, header.width, header.height, { x: x / width, y: y / height, w: w / width, h: h / height });
    }
    picture.recycle(pixels);
  }
  if (frame !== sequence.frames) throw new SightlineError('SOURCE_UNREADABLE', `${sequence.name}: the clip has ${frame} frames, its ground truth ${sequence.frames}`);
  return looks;
}
