import type { Box, Detection } from '@sightline/schemas';
import type { Random } from './random.js';

/** What a detector would make of boxes that are really there: trembling, missed now and then or for a while, and false ones. */
export interface DetectorNoise {
  /** Standard deviation of a box's place and of its sides, in sizes. */
  readonly tremble: number;
  /** Share of sightings missed one by one. */
  readonly missed: number;
  /** How often an object is hidden, a second, and for how many seconds at most. */
  readonly hiddenPerSecond: number;
  readonly hiddenSeconds: number;
  /** Mean score of what is there. */
  readonly score: number;
  /** False boxes a frame. */
  readonly falseBoxes: number;
}

/** As measured on the evaluation's footage with the small models: tremble .06, one in twenty missed, hidden behind others for a moment. */
export const usualNoise: DetectorNoise = { tremble: 0.05, missed: 0.05, hiddenPerSecond: 1 / 40, hiddenSeconds: 4, score: 0.75, falseBoxes: 0.02 };

export interface Thing {
  readonly id: number;
  readonly cls: string;
  readonly box: Box;
}

export function simulateDetector(random: Random, noise: DetectorNoise) {
  const hiddenUntil = new Map<number, number>();
  return (things: readonly Thing[], at: number, seconds: number): Detection[] => {
    const seen: Detection[] = [];
    for (const { id, cls, box } of things) {
      if (random.chance(noise.hiddenPerSecond * seconds)) hiddenUntil.set(id, at + random.between(0.3, noise.hiddenSeconds));
      if ((hiddenUntil.get(id) ?? 0) > at || random.chance(noise.missed)) continue;
      const size = Math.sqrt(box.w * box.h);
      const w = box.w * (1 + noise.tremble * random.normal());
      const h = box.h * (1 + noise.tremble * random.normal());
      const x = box.x + box.w / 2 - w / 2 + noise.tremble * size * random.normal() * 0.6;
      const y = box.y + box.h - h + noise.tremble * size * random.normal();
      seen.push({ x, y, w, h, cls, score: Math.min(0.98, Math.max(0.1, noise.score + 0.12 * random.normal())) });
    }
    for (const [id, until] of hiddenUntil) if (until <= at) hiddenUntil.delete(id);
    const like = things[0];
    if (like && random.chance(noise.falseBoxes)) seen.push({ ...like.box, x: random.unit() * 0.9, y: random.unit() * 0.8, cls: like.cls, score: random.between(0.1, 0.6) });
    return seen;
  };
}
