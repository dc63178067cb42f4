import { join } from 'node:path';
import { readMotFolder, type MotBox } from './metrics/mot.js';
import type { TrackedSequence, TrackingCase } from './tracking-cases.js';

/**
 * Detectors made from nothing on ground truth that was recorded: people walk as people do, while what is seen of them is much
 * worse than what the parameters were chosen on, on another scale of scores, or through a camera that sways. No parameter
 * was chosen on these cases: they say how the tracker does elsewhere (docs/tracking.md).
 */
interface Seer {
  readonly name: string;
  readonly seed: number;
  /** Standard deviations of a box's place, heights: drawn anew in each frame, and that of an error that lasts .7 s. */
  readonly noise: number;
  readonly lasting: number;
  /** Chance that someone in full view is missed; four times as likely when hidden. */
  readonly missed: number;
  /** False boxes a second. */
  readonly false: number;
  /** Score of what is seen so well, 0..1. */
  readonly score: (seen: number) => number;
  /** Where the camera looks at a time, as parts of the frame. */
  readonly sway?: (seconds: number) => readonly [x: number, y: number];
}

const seers: readonly Seer[] = [
  { name: 'percentages', seed: 3, noise: 0.04, lasting: 0.03, missed: 0.15, false: 1, score: (seen) => 10 + 85 * seen },
  { name: 'blind and sure', seed: 5, noise: 0.06, lasting: 0.05, missed: 0.3, false: 3, score: (seen) => 1 / (1 + Math.exp(-12 * (seen - 0.35))) },
  {
    ...{ name: 'swaying', seed: 6, noise: 0.04, lasting: 0.03, missed: 0.15, false: 1, score: (seen: number) => 0.1 + 0.85 * seen },
    sway: (t) => [0.12 * Math.sin((2 * Math.PI * t) / 9) + 0.01 * Math.sin(2 * Math.PI * 1.3 * t), 0.02 * Math.sin((2 * Math.PI * t) / 2.1)],
  },
];

const sequences = [
  { name: 'PETS', folder: 'PETS09-S2L1', fps: 10, width: 768, height: 576, steps: [1, 2, 5] },
  { name: 'TUD-Campus', folder: 'TUD-Campus', fps: 25, width: 640, height: 480, steps: [1, 5] },
];

/** Seconds for which a detector's error lasts, as measured on PETS. */
const errorSeconds = 0.7;
/** What is seen of someone by less than this is not reported. */
const leastSeen = 0.3;

export function simulatedCases(dataFolder: string): TrackingCase[] {
  return sequences.flatMap(({ name, folder, fps, width, height, steps }) => {
    const recorded = { ...readMotFolder(join(dataFolder, 'mot', folder), { fps, name }), width, height };
    return seers.flatMap((seer) => {
      const sequence = seenBy(seer, recorded);
      return steps.map((every) => ({ label: `${name} ${seer.name} ${fps / every} fps`, sequence, every, targets: {} }));
    });
  });
}

function seenBy(seer: Seer, recorded: TrackedSequence): TrackedSequence {
  const { fps, frames, width, height } = recorded;
  const random = generator(seer.seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const keeps = Math.exp(-1 / fps / errorSeconds);
  const lasting = new Map<number, number[]>();
  const truth: MotBox[] = [];
  const detections: MotBox[] = [];
  const heights = recorded.truth.map(({ h }) => h).sort((a, b) => a - b);
  const usual = heights[heights.length >> 1]!;
  for (let frame = 1; frame <= frames; frame++) {
    const [dx, dy] = seer.sway?.(frame / fps) ?? [0, 0];
    const people = recorded.truth.filter((box) => box.frame === frame).map((box) => ({ ...box, x: box.x + dx * width, y: box.y + dy * height }));
    truth.push(...people);
    for (const person of people) {
      const errors = (lasting.get(person.id) ?? [normal(), normal(), normal()]).map((error) => keeps * error + Math.sqrt(1 - keeps * keeps) * normal());
      lasting.set(person.id, errors);
      const visible = partSeen(person, people, width, height);
      const seen = visible + 0.1 * normal();
      if (seen < leastSeen || random() < seer.missed * (4 - 3 * visible)) continue;
      const off = (k: number): number => (2 - visible) * (seer.noise * normal() + seer.lasting * errors[k]!);
      const h = person.h * Math.exp(off(2));
      const w = person.w * Math.exp(1.5 * seer.noise * normal());
      detections.push({ frame, id: -1, x: person.x + (person.w - w) / 2 + person.h * off(0), y: person.y + (person.h - h) / 2 + person.h * off(1), w, h, confidence: seer.score(Math.min(1, seen)), cls: -1 });
    }
    for (let due = seer.false / fps; random() < due; due -= 1) {
      const h = usual * (0.5 + random());
      detections.push({ frame, id: -1, x: random() * width - 0.2 * h, y: random() * (height - h), w: 0.4 * h, h, confidence: seer.score(0.25 + 0.35 * random() ** 2), cls: -1 });
    }
  }
  return { ...recorded, truth, detections };
}

/** Part of a box inside the frame and behind none whose foot is nearer. */
function partSeen(box: MotBox, others: readonly MotBox[], width: number, height: number): number {
  const steps = 6;
  const nearer = others.filter((other) => other !== box && other.y + other.h > box.y + box.h);
  let free = 0;
  for (let i = 0; i < steps; i++) {
    for (let j = 0; j < steps; j++) {
      const x = box.x + (box.w * (i + 0.5)) / steps;
      const y = box.y + (box.h * (j + 0.5)) / steps;
      const inside = x >= 0 && y >= 0 && x <= width && y <= height;
      if (inside && !nearer.some((other) => x > other.x && x < other.x + other.w && y > other.y && y < other.y + other.h)) free += 1;
    }
  }
  return free / steps ** 2;
}

function generator(seed: number): () => number {
  let state = seed;
  for (let warm = 0; warm < 10; warm++) state = (state * 48271) % 2147483647;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
