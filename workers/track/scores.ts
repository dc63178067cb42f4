import type { Detection } from '@sightline/schemas';

/**
 * Makes the scores of a detector nobody knows comparable with those the tracker's parameters are written for (`Detection.score`):
 * networks that are always sure, sums of part filters, percentages, or no score at all. Learned from what the camera has shown so
 * far, never from what comes: the clearest tenth of all boxes is nearly always right, what a detector barely reports seldom.
 *
 *     const scale = createScoreScale();
 *     tracker.step({ ...input, detections: scale.comparable(input.detections) });
 */
export interface ScoreScale {
  /** The same detections with comparable scores, 0..1; scores that are no numbers stay, for the tracker to refuse. */
  comparable(detections: readonly Detection[]): Detection[];
}

/** Scores remembered: the last minute of a busy camera, so that its evening is not judged by its noon. */
const remembered = 600;
/** The scale is learned anew whenever a tenth more is known, at the end for each quarter of what is remembered. */
const growth = 1.1;
/** Share of all boxes below which lie those a detector barely reports, and what these are worth: one in five is right. */
const doubtful = { share: 0.05, worth: 0.2 };
/** The same of the clearest tenth. */
const clear = { share: 0.9, worth: 0.93 };
/** What boxes are worth whose scores do not differ, once there are enough to say so. */
const alike = 0.85;
const enoughAlike = 10;
/** Boxes after which the learned scale of scores between 0 and 1 counts as much as the scores themselves. */
const trust = 100;
/** A detector whose clearest boxes score less than this means something else by its scores than a probability. */
const leastClear = 0.6;

export function createScoreScale(): ScoreScale {
  const recent: number[] = [];
  let seen = 0;
  let due = 0;
  let probabilities = true;
  let from = 0;
  let to = 1;

  function learn(detections: readonly Detection[]): void {
    for (const { score } of detections) {
      if (!Number.isFinite(score)) continue;
      probabilities &&= score >= 0 && score <= 1;
      recent[seen % remembered] = score;
      seen += 1;
    }
    if (seen < due) return;
    due = Math.min(seen * growth, seen + remembered / 4);
    const sorted = [...recent].sort((a, b) => a - b);
    from = sorted[Math.round(doubtful.share * (sorted.length - 1))] ?? 0;
    to = sorted[Math.round(clear.share * (sorted.length - 1))] ?? 1;
  }

  function comparable(score: number): number {
    if (!probabilities || (from === to && seen >= enoughAlike)) return worth(score, from, to);
    const learned = worth(logit(score), logit(from), logit(to));
    // Scores that may be probabilities are never trusted more than they say of themselves, unless they are all low.
    const target = to < leastClear ? learned : Math.min(score, learned);
    return score + (seen / (seen + trust)) * (target - score);
  }

  return {
    comparable(detections) {
      learn(detections);
      return detections.map((detection) => (Number.isFinite(detection.score) ? { ...detection, score: comparable(detection.score) } : detection));
    },
  };
}

/** Logistic through both ends of the scale (Platt 1999, with two points known instead of labels). */
function worth(score: number, from: number, to: number): number {
  if (to - from < 1e-6) return alike;
  const [low, high] = [logit(doubtful.worth), logit(clear.worth)];
  return 1 / (1 + Math.exp(-low - ((high - low) * (score - from)) / (to - from)));
}

function logit(probability: number): number {
  const within = Math.min(0.9995, Math.max(0.0005, probability));
  return Math.log(within / (1 - within));
}
