import type { Box } from '@sightline/schemas';
import { assign } from '@sightline/workers/track/assign';
import { intersectionOverUnion, type EvaluatedFrame, type MarkedBox } from '../metrics/sequence.js';
import type { Failure, Mark } from './failure.js';
import { clipTime } from './summary.js';

/**
 * What went wrong in tracking, as things a person can look at: objects that were missed for a while, things followed that
 * are none, and changes of identity. Boxes are in pixels of the frame.
 *
 *     const { summary, failures } = trackingFailures(frames, { fps: 10, width: 768, height: 576 });
 */
export interface TrackingFailures {
  /** `followed 18 of 19, 2 of them under more than one name, and 1 thing that is none.` */
  readonly summary: string;
  readonly failures: readonly Failure[];
}

export interface FrameGeometry {
  readonly fps: number;
  readonly width: number;
  readonly height: number;
}

/** Shorter stretches are flicker: hundreds of pictures that nobody would look at. */
const leastSeconds = 1;
const leastOverlap = 0.5;
/** Pairs of the frame before go before any other: larger than any overlap. */
const keepPair = 2;

interface Stretch {
  first: number;
  last: number;
}

export function trackingFailures(frames: readonly EvaluatedFrame[], geometry: FrameGeometry): TrackingFailures {
  const missing = new Map<MarkedBox['id'], Stretch>();
  const inventing = new Map<MarkedBox['id'], Stretch>();
  const foundAs = new Map<MarkedBox['id'], MarkedBox['id']>();
  const names = new Map<MarkedBox['id'], Set<MarkedBox['id']>>();
  const real = new Set<MarkedBox['id']>();
  const truths = new Set<MarkedBox['id']>();
  const failures: Failure[] = [];
  const draw = new Drawing(frames, geometry);
  const close = (id: MarkedBox['id'], open: Map<MarkedBox['id'], Stretch>, what: 'missed' | 'false'): void => {
    const stretch = open.get(id);
    open.delete(id);
    if (stretch && (stretch.last - stretch.first + 1) / geometry.fps >= leastSeconds) failures.push(draw.stretch(id, stretch, what));
  };

  frames.forEach(({ truth, found }, n) => {
    const pairs = pairsOf(truth, found, foundAs);
    const used = new Set(pairs.values());
    for (const { id } of truth) {
      truths.add(id);
      const name = pairs.get(id);
      if (name === undefined) extend(missing, id, n, () => close(id, missing, 'missed'));
      else {
        const before = foundAs.get(id);
        if (before !== undefined && before !== name) failures.push(draw.change(id, before, name, n));
        foundAs.set(id, name);
        real.add(name);
        names.set(id, (names.get(id) ?? new Set()).add(name));
      }
    }
    for (const { id } of found) if (!used.has(id)) extend(inventing, id, n, () => close(id, inventing, 'false'));
  });
  for (const id of [...missing.keys()]) close(id, missing, 'missed');
  for (const id of [...inventing.keys()]) close(id, inventing, 'false');

  const split = [...names.values()].filter((all) => all.size > 1).length;
  const none = failures.filter(({ what }) => what === 'false').length;
  const beside = [split > 0 && `${split} of them under more than one name`, none > 0 && `${none} time${none === 1 ? '' : 's'} something that is none`].filter((part) => part !== false);
  return { summary: `${[`followed ${foundAs.size} of ${truths.size}`, ...beside].join(', ')}.`, failures: failures.sort((a, b) => a.at - b.at) };
}

/** A stretch goes on while frames follow one another; `closed` ends the one before. */
function extend(open: Map<MarkedBox['id'], Stretch>, id: MarkedBox['id'], frame: number, closed: () => void): void {
  const stretch = open.get(id);
  if (stretch?.last === frame - 1) stretch.last = frame;
  else {
    closed();
    open.set(id, { first: frame, last: frame });
  }
}

/** True id → found id in one frame. */
function pairsOf(truth: readonly MarkedBox[], found: readonly MarkedBox[], before: ReadonlyMap<MarkedBox['id'], MarkedBox['id']>): Map<MarkedBox['id'], MarkedBox['id']> {
  const edges = truth.flatMap((a, row) =>
    found.flatMap((b, column) => {
      const overlap = intersectionOverUnion(a, b);
      return overlap < leastOverlap ? [] : [{ row, column, cost: -overlap - (before.get(a.id) === b.id ? keepPair : 0) }];
    }),
  );
  const pairs = new Map<MarkedBox['id'], MarkedBox['id']>();
  assign(truth.length, found.length, edges, 0).forEach((column, row) => {
    if (column >= 0) pairs.set(truth[row]!.id, found[column]!.id);
  });
  return pairs;
}

/** Turns what happened into marks over a frame. */
class Drawing {
  readonly #frames: readonly EvaluatedFrame[];
  readonly #geometry: FrameGeometry;

  constructor(frames: readonly EvaluatedFrame[], geometry: FrameGeometry) {
    this.#frames = frames;
    this.#geometry = geometry;
  }

  /** Shown in the middle of the stretch, where it is plainest. */
  stretch(id: MarkedBox['id'], { first, last }: Stretch, what: 'missed' | 'false'): Failure {
    const middle = Math.round((first + last) / 2);
    const seconds = (last - first + 1) / this.#geometry.fps;
    const subject = what === 'missed' ? `object ${id} not followed` : `track ${id} follows nothing true`;
    return { what, at: middle / this.#geometry.fps, caption: `${clipTime(middle / this.#geometry.fps)} ${subject} for ${seconds.toFixed(1)} s`, marks: this.#marks(id, middle, what === 'missed' ? 'truth' : 'said') };
  }

  change(id: MarkedBox['id'], before: MarkedBox['id'], now: MarkedBox['id'], frame: number): Failure {
    const at = frame / this.#geometry.fps;
    return { what: 'switch', at, caption: `${clipTime(at)} object ${id}: was track ${before}, now ${now}`, marks: [...this.#marks(id, frame, 'truth'), ...this.#marks(now, frame, 'said')] };
  }

  #marks(id: MarkedBox['id'], frame: number, tone: 'truth' | 'said'): Mark[] {
    const { width, height } = this.#geometry;
    const boxes = this.#frames[frame]![tone === 'truth' ? 'truth' : 'found'];
    return boxes.filter((box) => box.id === id).map(({ x, y, w, h }) => ({ shape: 'box', box: { x: x / width, y: y / height, w: w / width, h: h / height } satisfies Box, tone, text: String(id) }));
  }
}
