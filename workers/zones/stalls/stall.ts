import type { Box } from '@sightline/schemas';
import { overlap } from '../plane.js';

/**
 * One stall: evidence for and against a vehicle standing in it is weighed up until it is beyond doubt (a sequential
 * likelihood ratio test, Wald 1945). How often a vehicle that stands here is detected, and how often something is detected
 * here that is none, is learned, so a stall in a dark corner simply takes longer.
 */
export interface StallState {
  /** ln of the odds that it is taken. */
  readonly odds: number;
  readonly parked: Parked | null;
  /** A vehicle that may be parking: since when, when it was seen last, and where its box was. */
  readonly coming: { readonly since: number; readonly seen: number; readonly box: Box } | null;
  /** Share of looks with a hit: while taken, and while free. */
  readonly hitTaken: number;
  readonly hitFree: number;
}

export interface Parked {
  readonly since: number;
  /** µs of the last hit. */
  readonly seen: number;
  readonly box: Box;
  readonly overstayed: boolean;
}

export type StallChange = { readonly kind: 'parked'; readonly at: number } | { readonly kind: 'departed'; readonly at: number; readonly since: number };

export interface StallLook {
  readonly at: number;
  /** Event time since the last look. */
  readonly seconds: number;
  /** The vehicle whose footprint lies on it. */
  readonly hit: Box | null;
  /** Share of it that can be seen, 0..1: vehicles in front hide it. */
  readonly visible: number;
  /** A miss says nothing now: most vehicles that stand about are missed as well. */
  readonly blinded: boolean;
}

export const emptyStall: StallState = { odds: -6, parked: null, coming: null, hitTaken: 0.7, hitFree: 0.03 };

/** Looks within this many seconds say the same: who stands in front, glare or a wiper is still there. A change is believed in half a minute. */
const correlation = 10;
/** ln odds at which a change is believed (50 : 1), and beyond which certainty does not grow. */
const believed = 4;
const certain = 6;
/** Seconds a vehicle that may be parking is waited for when it is missed. */
const comingPatience = 30;
const second = 1_000_000;
/** Seconds over which the rates are learned, and their limits: never so sure that one look decides. */
const learnSeconds = 600;
const hitTakenLimits = [0.1, 0.97] as const;
const hitFreeLimits = [0.01, 0.05] as const;
/** Boxes of one standing vehicle share this much. */
const standing = 0.5;
/** A detected box of the standing vehicle moves its remembered box by this much. */
const settle = 0.2;

export function look(stall: StallState, { at, seconds, hit, visible, blinded }: StallLook): { readonly stall: StallState; readonly change: StallChange | null } {
  const weight = Math.min(1, seconds / correlation);
  const { parked, coming } = stall;
  // Something that moves through is no sign of something that stands.
  const known = parked?.box ?? coming?.box;
  const steady = hit !== null && known !== undefined && overlap(hit, known) >= standing;
  const next = hit && !parked ? (steady ? { since: coming!.since, seen: at, box: blend(coming!.box, hit) } : { since: at, seen: at, box: hit }) : waitedFor(coming, at);
  const { hitTaken, hitFree } = stall;
  const says = hit ? (parked || steady ? Math.log(hitTaken / hitFree) : 0) : blinded ? 0 : visible * Math.log((1 - hitTaken) / (1 - hitFree));
  const odds = Math.max(-certain, Math.min(certain, stall.odds + weight * says));
  const learned = learn(stall, hit !== null, seconds * (hit ? 1 : blinded ? 0 : visible));

  if (parked) {
    const seen = hit ? { ...parked, seen: at, box: steady ? blend(parked.box, hit) : parked.box } : parked;
    if (odds > -believed) return { stall: { ...learned, odds, parked: seen, coming: null }, change: null };
    return { stall: { ...learned, odds: -certain, parked: null, coming: null }, change: { kind: 'departed', at: parked.seen, since: parked.since } };
  }
  if (odds < believed || !next) return { stall: { ...learned, odds, parked: null, coming: next }, change: null };
  return { stall: { ...learned, odds, parked: { since: next.since, seen: at, box: next.box, overstayed: false }, coming: null }, change: { kind: 'parked', at: next.since } };
}

function waitedFor(coming: StallState['coming'], at: number): StallState['coming'] {
  return coming && (at - coming.seen) / second <= comingPatience ? coming : null;
}

/** Learns only from what is beyond doubt. */
function learn(stall: StallState, hit: boolean, seconds: number): StallState {
  const part = 1 - Math.exp(-seconds / learnSeconds);
  const moved = (rate: number, [least, most]: readonly [number, number]): number => Math.min(most, Math.max(least, rate + part * ((hit ? 1 : 0) - rate)));
  if (stall.parked) return { ...stall, hitTaken: moved(stall.hitTaken, hitTakenLimits) };
  return stall.odds <= -believed ? { ...stall, hitFree: moved(stall.hitFree, hitFreeLimits) } : stall;
}

function blend(a: Box, b: Box): Box {
  const mix = (from: number, to: number): number => from + settle * (to - from);
  return { x: mix(a.x, b.x), y: mix(a.y, b.y), w: mix(a.w, b.w), h: mix(a.h, b.h) };
}
