import type { Candidate } from './associate.js';
import { bufferedIou, type CentredBox } from './motion.js';
import type { TrackerOptions } from './options.js';
import type { TrackState } from './state.js';

/**
 * Places where a detector sees something for ever that is hardly like an object: a sign, a bin, a statue. Boxes that have
 * stood at one place long enough and almost never had a clear score are ignored there, so that none begins a track and who
 * passes does not leave his name on it. Who was seen arriving, or is clearly seen now and then, is never ignored.
 */
export interface StillPlace {
  readonly group: string;
  box: CentredBox;
  /** Boxes in the mean of `box`. */
  n: number;
  /** Seconds for which something weak stood here, less a tenth of those for which nothing did. */
  stood: number;
  /** Of these, seconds with a clear score. */
  clear: number;
}

/** Places of one camera; the shortest known go first. */
const mostPlaces = 100;
/** Overlap from which a box is the one that stood there. */
const samePlace = 0.5;
/** Boxes whose mean is the place: it does not follow what moves slowly. */
const settledAfter = 10;
/** Share of the time with clear scores from which it is an object. */
const clearShare = 0.05;
/** What is gone is forgotten in ten times as long as it stood, and an hour's standing at the most counts. */
const forgetting = 0.1;
const longest = 3600;
/** A step between frames counts for no more than this many seconds: one sighting proves little. */
export const longestStep = 1;

/** The candidates without what always stands there. Vehicles are never judged: parked ones stand for days, at any score. */
export function withoutStill(candidates: readonly Candidate[], places: readonly StillPlace[], options: TrackerOptions): readonly Candidate[] {
  const known = places.filter(({ stood, clear }) => stood >= options.stillSeconds && clear < clearShare * stood);
  if (known.length === 0) return candidates;
  return candidates.filter((candidate) => candidate.score >= options.stillBelow || !knownPlace(candidate, known));
}

/** Whether something has stood where the candidate is, long or not. */
export function knownPlace({ group, box }: Candidate, places: readonly StillPlace[]): boolean {
  return places.some((place) => place.group === group && overlaps(place.box, box));
}

/** Learns from a frame; `owners` are the tracks that took a candidate. */
export function learnStill(places: readonly StillPlace[], candidates: readonly Candidate[], owners: ReadonlyMap<Candidate, TrackState>, seconds: number, options: TrackerOptions): StillPlace[] {
  const step = Math.min(seconds, longestStep);
  const seen = new Set<StillPlace>();
  const fresh: StillPlace[] = [];
  for (const candidate of candidates) {
    const { group, box, score } = candidate;
    if (group === 'vehicle') continue;
    const owner = owners.get(candidate);
    if (owner?.confirmed && owner.arrived) continue;
    const place = places.find((one) => one.group === group && !seen.has(one) && overlaps(one.box, box));
    if (place) {
      seen.add(place);
      stand(place, box, step, score >= options.stillBelow);
    } else if (score < options.stillBelow && fresh.length < mostPlaces) {
      fresh.push({ group, box, n: 1, stood: step, clear: 0 });
    }
  }
  for (const place of places) if (!seen.has(place)) place.stood -= forgetting * seconds;
  const kept = [...places, ...fresh].filter(({ stood }) => stood > 0);
  return kept.length > mostPlaces ? kept.sort((a, b) => b.stood - a.stood).slice(0, mostPlaces) : kept;
}

function stand(place: StillPlace, [x, y, w, h]: CentredBox, step: number, clear: boolean): void {
  if (place.n < settledAfter) {
    place.n += 1;
    const [px, py, pw, ph] = place.box;
    place.box = [px + (x - px) / place.n, py + (y - py) / place.n, pw + (w - pw) / place.n, ph + (h - ph) / place.n];
  }
  place.stood += step;
  if (clear) place.clear += step;
  if (place.stood <= longest) return;
  place.clear *= longest / place.stood;
  place.stood = longest;
}

/** Most pairs are far apart, which is said before their overlap is computed. */
function overlaps(a: CentredBox, b: CentredBox): boolean {
  return 2 * Math.abs(a[0] - b[0]) < a[2] + b[2] && 2 * Math.abs(a[1] - b[1]) < a[3] + b[3] && bufferedIou(a, b, 0) >= samePlace;
}
