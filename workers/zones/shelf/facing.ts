import type { Bands } from '@sightline/schemas';
import { difference, packReference, towards, unpackReference, type ReferenceState } from './reference.js';
import { createThreshold, type ThresholdState } from './threshold.js';

/**
 * One facing: full, empty or hidden, judged by how far its features are from its own look when full. It is taken to be
 * full when first seen; where detected things say the contrary, the two looks change places.
 */
export type Filling = 'full' | 'empty';

export interface FacingState {
  readonly filling: Filling | null;
  readonly full: ReferenceState | null;
  /** The look it was given when it was referenced last: the full look may follow the light, but not away from this. */
  readonly anchor: ReferenceState | null;
  readonly empty: ReferenceState | null;
  /** Its look averaged over the last moment: what holds still looks like it. */
  readonly recent: ReferenceState | null;
  readonly lastAt: number | null;
  readonly steadySeconds: number;
  /** How far its look moved in the last step. */
  readonly moved?: number;
  readonly turning: Turning | null;
  readonly blocked: boolean;
  /** What the other facings ask at the next look: without it the first step after a takeover would learn otherwise. */
  readonly drift?: number | null;
  readonly threshold: ThresholdState;
  readonly things: Things;
}

/** A change that has begun and is not believed yet. */
interface Turning {
  /** µs: left the state it was in. */
  readonly since: number;
  /** µs: has held still since then, null while something moves. */
  readonly stillSince: number | null;
  /** µs: when it came to rest, in the first step that was still or much slower than the one before. */
  readonly restedAt: number | null;
}

/** Seconds in each state, and how many of them with a thing detected inside. */
interface Things {
  readonly full: readonly [seconds: number, seen: number];
  readonly empty: readonly [seconds: number, seen: number];
}

export interface FacingLook {
  readonly at: number;
  readonly features: Bands;
  /** Somebody stands in front of it. */
  readonly covered: boolean;
  /** A thing was detected in it. */
  readonly thing: boolean;
  /** How far the other facings have drifted from their looks, median: what the light does to all. */
  readonly common: number;
}

export interface Turned {
  readonly filling: Filling;
  readonly at: number;
}

/** Features that change by less than this in a second do not move. */
const still = 0.4;
/** Seconds over which that is measured: a hand moves on within them. */
const moment = 0.3;
/** A step with less than this part of the movement of the one before is the end of that movement: a hand slows down within .3 s. */
const slowing = 0.5;
/** Seconds of stillness that make a change, or a first look, believed: hands move, gaps do not. */
const believedAfter = 0.3;
const firstLookAfter = 1;
/** A look unlike full and unlike empty is something in the way, unless it stays this many seconds: nobody stands so long. */
const strangeAfter = 60;
/** How unlike the known empty look an empty facing may be. */
const emptyWithin = 0.6;
/** Part of the threshold below which an empty facing is full again. */
const release = 0.85;
/** Seconds in which the full look follows the light, and how far from its anchor it may get: less than half of what emptying does. */
const followSeconds = 600;
const followMost = 0.25;
/** The light changes all facings: a facing that drifted more than this many times the others is being emptied slowly. */
const alone = 2;
/** Drift below this is noise and may be followed by a facing alone. */
const noise = 0.05;
/** Seconds of both states needed, and by how much things must be seen more often when "empty", to see that the looks were taken for each other. */
const enoughSeconds = 10;
const contrary = 0.5;
const second = 1_000_000;
/** A step longer than this (s) was no step: nothing was watched in between. */
const longestStep = 2;

export class Facing {
  filling: Filling | null;
  blocked: boolean;
  /** Distance from full at the last look, null before there is a full look. */
  drift: number | null;
  #full: Bands | null;
  #anchor: Bands | null;
  #empty: Bands | null;
  #recent: Bands | null;
  #lastAt: number | null;
  #steadySeconds: number;
  #moved: number;
  #turning: Turning | null;
  readonly #threshold;
  #things: Things;

  constructor(restored?: FacingState) {
    this.filling = restored?.filling ?? null;
    this.blocked = restored?.blocked ?? false;
    this.drift = restored?.drift ?? null;
    this.#full = unpackReference(restored?.full ?? null);
    this.#anchor = unpackReference(restored?.anchor ?? null);
    this.#empty = unpackReference(restored?.empty ?? null);
    this.#recent = unpackReference(restored?.recent ?? null);
    this.#lastAt = restored?.lastAt ?? null;
    this.#steadySeconds = restored?.steadySeconds ?? 0;
    this.#moved = restored?.moved ?? 0;
    this.#turning = restored?.turning ?? null;
    this.#threshold = createThreshold(restored?.threshold);
    this.#things = restored?.things ?? { full: [0, 0], empty: [0, 0] };
  }

  /** How far a look is from full; null before there is a full look. */
  distance(features: Bands): number | null {
    return this.#full && difference(this.#full, features);
  }

  see(look: FacingLook): Turned | null {
    const { at, features, covered } = look;
    const seconds = this.#lastAt === null ? 0 : Math.min(longestStep, (at - this.#lastAt) / second);
    const moved = this.#recent === null ? Infinity : difference(this.#recent, features);
    const steady = moved < still * Math.max(moment, seconds);
    const movedBefore = this.#moved;
    this.#moved = Number.isFinite(moved) ? moved : 0;
    const before = this.#lastAt ?? at;
    const between = Math.round((before + at) / 2);
    this.#recent = this.#recent && seconds > 0 ? towards(this.#recent, features, Math.min(1, seconds / moment)) : features;
    this.#lastAt = at;
    this.#steadySeconds = steady ? this.#steadySeconds + seconds : 0;
    if (!this.#full || this.filling === null) {
      this.blocked = covered;
      if (!covered && this.#steadySeconds >= firstLookAfter) this.reference(features);
      return null;
    }
    const distance = difference(this.#full, features);
    this.drift = distance;
    const limit = this.#threshold.value();
    const now: Filling = distance > (this.filling === 'full' ? limit : release * limit) ? 'empty' : 'full';
    const strange = now === 'empty' && this.#empty !== null && difference(this.#empty, features) > emptyWithin;
    this.blocked = covered || (strange && this.#steadySeconds < strangeAfter);
    if (now === this.filling) {
      this.#turning = null;
      if (steady && !this.blocked) this.#learn(look, distance, seconds);
      return null;
    }
    const since = this.#turning?.since ?? between;
    // What still moved in this step took at most moved / still seconds, half of that in the middle, and was as likely the hand
    // that lets go as one that moves on later.
    const inStep = Math.min(at, before + Math.round((moved / still / 4) * second));
    // What looks full is not hidden; what looks otherwise may be.
    const holds = steady && !(now === 'empty' && this.blocked);
    // A step that holds the end of a movement: slowing down evenly, it took twice as long as the same way at the speed before.
    const ends = !steady && this.#turning !== null && moved < slowing * movedBefore;
    const rested = ends ? before + Math.round((2 * (at - before) * moved) / (moved + movedBefore)) : inStep;
    const stillSince = holds ? (this.#turning?.stillSince ?? Math.max(since, before)) : null;
    const restedAt = holds || ends ? (this.#turning?.restedAt ?? Math.max(since, rested)) : null;
    this.#turning = { since, stillSince, restedAt };
    if (stillSince === null || (at - stillSince) / second < believedAfter) return null;
    this.filling = now;
    this.#turning = null;
    // It is gone from the moment it was taken; it is back when the hand has let go of it.
    return { filling: now, at: now === 'empty' ? since : (restedAt ?? stillSince) };
  }

  /** Takes what is seen now as the look of the state it is in: at the beginning, and when the light was switched. */
  reference(features: Bands): void {
    this.filling ??= 'full';
    if (this.filling === 'full' || !this.#full) this.#full = this.#anchor = features;
    else this.#empty = features;
    this.#turning = null;
  }

  forgetMotion(): void {
    this.#recent = null;
    this.#lastAt = null;
    this.#steadySeconds = 0;
    this.#moved = 0;
    this.#turning = null;
  }

  #learn({ features, common, thing }: FacingLook, distance: number, seconds: number): void {
    this.#threshold.learn(distance, seconds);
    const part = 1 - Math.exp(-seconds / followSeconds);
    if (this.filling === 'full') {
      const shared = distance < noise || distance < alone * common;
      const next = towards(this.#full!, features, part);
      if (shared && difference(this.#anchor!, next) < followMost) this.#full = next;
    } else {
      this.#empty = this.#empty ? towards(this.#empty, features, part) : features;
    }
    const [total, seen] = this.#things[this.filling!];
    this.#things = { ...this.#things, [this.filling!]: [total + seconds, seen + (thing ? seconds : 0)] };
    if (this.#mistaken()) this.#exchange();
  }

  #mistaken(): boolean {
    const { full, empty } = this.#things;
    return full[0] > enoughSeconds && empty[0] > enoughSeconds && empty[1] / empty[0] - full[1] / full[0] > contrary;
  }

  #exchange(): void {
    [this.#full, this.#empty] = [this.#empty, this.#full];
    this.#anchor = this.#full;
    this.#things = { full: this.#things.empty, empty: this.#things.full };
    this.filling = this.filling === 'full' ? 'empty' : 'full';
  }

  snapshot(): FacingState {
    return {
      filling: this.filling,
      full: packReference(this.#full),
      anchor: packReference(this.#anchor),
      empty: packReference(this.#empty),
      recent: packReference(this.#recent),
      lastAt: this.#lastAt,
      steadySeconds: this.#steadySeconds,
      moved: this.#moved,
      turning: this.#turning,
      blocked: this.blocked,
      drift: this.drift,
      threshold: this.#threshold.snapshot(),
      things: this.#things,
    };
  }
}
