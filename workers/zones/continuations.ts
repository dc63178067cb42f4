import type { Track } from '@sightline/schemas';
import { sameKind } from './classes.js';

/**
 * Which lost object a new track continues, for journeys: the tracker gave up, somebody appears within a walk of that place a few
 * seconds later, and nobody else fits either of the two. Where two could be meant nothing is said: half a journey is true, a
 * wrong one is not.
 *
 *     continuations.step(at, tracks, ended, aspect);
 *     continuations.of('b');   // { track: 'a', trust: 0.7 } or null
 */
export interface Continuations {
  /** `at` in µs; `ended` are tracks that the tracker does not wait for any more. */
  step(at: number, tracks: readonly Track[], ended: readonly string[], aspect: number): void;
  /** The track that this one continues; asked once, when something is first said of it. */
  of(track: string): { readonly track: string; readonly trust: number } | null;
  /** Tracks that another may still turn out to continue. */
  awaited(track: string): boolean;
  snapshot(): ContinuationsState;
}

interface Seen {
  readonly track: string;
  readonly cls: string;
  /** µs, foot and height in frame heights. */
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  /** It touched the frame's rim: who is lost there has left, who begins there has come in. */
  readonly rim: boolean;
  /** New tracks that could be it. */
  readonly fits: number;
  readonly ended: boolean;
}

interface Begun {
  readonly track: string;
  readonly at: number;
  readonly candidates: readonly (readonly [track: string, trust: number])[];
}

export interface ContinuationsState {
  readonly seen: readonly Seen[];
  readonly begun: readonly Begun[];
}

/** Seconds out of sight: behind a pillar or a rack; after more anybody may have come. */
const longest = 6;
/** A brisk walk, in body heights a second (2 m/s at 1.7 m). */
const walk = 1.2;
/** How far a box may be off, in body heights. */
const slack = 0.3;
/** Most ratio of heights: a few steps towards the camera, or a half-hidden box. */
const ratio = 1.4;
/** This near the frame's edge a box is cut by it, fractions. */
const rim = 0.01;
/** Objects and new tracks remembered; the oldest go first. */
const most = 2000;
const second = 1_000_000;

export function createContinuations(restored?: ContinuationsState): Continuations {
  const seen = new Map((restored?.seen ?? []).map((one) => [one.track, one]));
  const begun = new Map((restored?.begun ?? []).map((one) => [one.track, one]));

  /** How well a new track fits who was lost, 1 at the same place and moment; 0: not at all. */
  function fit(lost: Seen, fresh: Seen): number {
    const seconds = (fresh.at - lost.at) / second;
    if (lost.rim || seconds <= 0 || seconds > longest || !sameKind(lost.cls, fresh.cls)) return 0;
    if (Math.max(lost.height / fresh.height, fresh.height / lost.height) > ratio) return 0;
    const reach = (slack + walk * seconds) * Math.max(lost.height, fresh.height);
    const way = Math.hypot(fresh.x - lost.x, fresh.y - lost.y);
    return way >= reach ? 0 : (1 - way / reach) * (1 - seconds / (2 * longest));
  }

  function begin(fresh: Seen, present: ReadonlySet<string>): void {
    if (fresh.rim) return;
    const candidates: [string, number][] = [];
    for (const lost of seen.values()) {
      const trust = present.has(lost.track) ? 0 : fit(lost, fresh);
      if (trust === 0) continue;
      candidates.push([lost.track, trust]);
      seen.set(lost.track, { ...lost, fits: lost.fits + 1 });
    }
    if (candidates.length > 0) begun.set(fresh.track, { track: fresh.track, at: fresh.at, candidates });
  }

  function awaited(track: string): boolean {
    for (const { candidates } of begun.values()) if (candidates.some(([name]) => name === track)) return true;
    return false;
  }

  return {
    step(at, tracks, ended, aspect) {
      const visible = tracks.filter(({ coasting }) => coasting === 0);
      const present = new Set(visible.map(({ id }) => id));
      const fresh = visible.filter(({ id }) => !seen.has(id));
      for (const track of fresh) begin(track.first ? placed({ ...track, ...track.first }, track.since, aspect) : placed(track, at, aspect), present);
      for (const track of visible) seen.set(track.id, { ...placed(track, at, aspect), fits: seen.get(track.id)?.fits ?? 0 });
      for (const track of ended) {
        begun.delete(track);
        const last = seen.get(track);
        if (last) seen.set(track, { ...last, ended: true });
      }
      for (const one of seen.values()) if (one.ended && at - one.at > longest * second && !awaited(one.track)) seen.delete(one.track);
      for (const all of [seen, begun]) while (all.size > most) all.delete(all.keys().next().value!);
    },
    of(track) {
      const one = begun.get(track);
      begun.delete(track);
      if (!one) return null;
      // Who was seen again since was somebody else.
      const still = one.candidates.filter(([name]) => (seen.get(name)?.at ?? Infinity) < one.at);
      const [only] = still;
      if (!only || still.length > 1) return null;
      const lost = seen.get(only[0])!;
      return lost.ended && lost.fits === 1 ? { track: lost.track, trust: Math.round(only[1] * 100) / 100 } : null;
    },
    awaited,
    snapshot: () => ({ seen: [...seen.values()], begun: [...begun.values()] }),
  };
}

function placed({ id, cls, x, y, w, h }: Track, at: number, aspect: number): Seen {
  const cut = x < rim || y < rim || x + w > 1 - rim || y + h > 1 - rim;
  return { track: id, cls, at, x: (x + w / 2) * aspect, y: y + h, height: h, rim: cut, fits: 0, ended: false };
}
