import type { Box, Detection, StallsZone } from '@sightline/schemas';
import type { SeenFrame } from '../events-footage.js';
import { simulateDetector, type DetectorNoise, type Thing } from './detector.js';
import { seeded } from './random.js';

/**
 * A car park of 100 stalls in five rows, seen from a pole, through a day and a night: cars come and go with the hours, the
 * row in front hides the wheels of the row behind, others drive through the aisles, people and trolleys pass; at night, in
 * rain and against headlights the detector sees less.
 */
export interface CarParkScenario {
  readonly seed: number;
  readonly hours: number;
  /** Hour of the day at which it begins. */
  readonly from: number;
  readonly secondsPerFrame: number;
}

export interface Stay {
  readonly stall: number;
  /** Seconds since the beginning; `to` lies beyond the end for who is still there. */
  readonly from: number;
  readonly to: number;
}

const rows = 5;
const perRow = 20;
const width = 0.045;
const depth = 0.08;
const boxOf = (stall: number): Box => ({ x: 0.05 + width * (stall % perRow), y: 0.2 + 0.16 * Math.floor(stall / perRow), w: width, h: depth });
/** A car's box reaches half a stall's depth above the stall: its body and roof. */
const carOn = ({ x, y, w, h }: Box): Box => ({ x: x + 0.08 * w, y: y - 0.4 * h, w: 0.84 * w, h: 1.3 * h });

export const carPark: StallsZone = {
  kind: 'stalls',
  name: 'park',
  anchor: 'bottom-centre',
  stalls: Array.from({ length: rows * perRow }, (_, stall) => {
    const { x, y, w, h } = boxOf(stall);
    return { name: `${String.fromCharCode(65 + Math.floor(stall / perRow))}${(stall % perRow) + 1}`, polygon: [[x, y], [x + w, y], [x + w, y + h], [x, y + h]] as [number, number][] };
  }),
};

const day: DetectorNoise = { tremble: 0.04, missed: 0.03, hiddenPerSecond: 1 / 1200, hiddenSeconds: 30, score: 0.7, falseBoxes: 0.05 };
const rain: DetectorNoise = { tremble: 0.06, missed: 0.2, hiddenPerSecond: 1 / 600, hiddenSeconds: 45, score: 0.5, falseBoxes: 0.1 };
const night: DetectorNoise = { tremble: 0.07, missed: 0.4, hiddenPerSecond: 1 / 400, hiddenSeconds: 60, score: 0.4, falseBoxes: 0.15 };

/** Arrivals a minute, and how long cars stay, by the hour: shoppers by day, a few that stay all night. */
function traffic(hour: number): { readonly arrivals: number; readonly stay: number } {
  if (hour < 6 || hour >= 22) return { arrivals: 0.05, stay: 5 * 3600 };
  return { arrivals: hour < 9 || hour >= 19 ? 0.8 : 1.6, stay: 50 * 60 };
}

export function* simulateCarPark({ seed, hours, from, secondsPerFrame }: CarParkScenario, stays: Stay[]): Generator<SeenFrame> {
  const random = seeded(seed);
  const detectors = { day: simulateDetector(seeded(seed + 1), day), rain: simulateDetector(seeded(seed + 1), rain), night: simulateDetector(seeded(seed + 1), night) };
  const until = new Array<number>(rows * perRow).fill(0);
  const since = new Array<number>(rows * perRow).fill(0);
  let drives: { readonly row: number; readonly from: number; readonly seconds: number }[] = [];
  let rainUntil = 0;
  let dazzledUntil = 0;
  const drive = (stall: number, at: number): void => {
    drives.push({ row: Math.floor(stall / perRow), from: at, seconds: random.between(6, 14) });
  };
  for (let stall = 0; stall < until.length; stall++) if (random.chance(0.3)) until[stall] = random.exponential(3600);
  for (let at = 0; at < hours * 3600; at += secondsPerFrame) {
    const hour = (from + at / 3600) % 24;
    const { arrivals, stay } = traffic(hour);
    if (random.chance((arrivals * secondsPerFrame) / 60)) {
      const free = until.flatMap((end, stall) => (end <= at - 60 ? [stall] : []));
      const stall = free[Math.floor(random.unit() * free.length)];
      if (stall !== undefined) {
        const begin = at + 15;
        since[stall] = begin;
        until[stall] = begin + Math.max(90, random.exponential(stay));
        drive(stall, at);
      }
    }
    if (random.chance(secondsPerFrame / 60)) drive(Math.floor(random.unit() * until.length), at);
    if (random.chance(secondsPerFrame / 14_400)) rainUntil = at + random.between(600, 3600);
    const dark = hour < 6.5 || hour >= 20;
    if (dark && random.chance(secondsPerFrame / 600)) dazzledUntil = at + random.between(10, 60);
    const things: Thing[] = [];
    until.forEach((end, stall) => {
      if (end === 0 || at < since[stall]!) return;
      if (at < end) things.push({ id: stall, cls: 'car', box: hiddenBehind(stall, until, since, at) });
      else {
        stays.push({ stall, from: since[stall]!, to: end });
        until[stall] = 0;
        drive(stall, at);
      }
    });
    drives = drives.filter((one) => at < one.from + one.seconds);
    for (const { row, from: began, seconds } of drives) {
      const lane = boxOf(row * perRow);
      things.push({ id: 1000 + row, cls: 'car', box: { x: ((at - began) / seconds) * 0.9, y: lane.y + depth * 0.9, w: 1.5 * width, h: 0.9 * depth } });
    }
    const people: Thing[] = random.chance(0.5) ? [{ id: 2000, cls: 'person', box: { x: random.unit() * 0.95, y: random.between(0.2, 0.9), w: 0.012, h: 0.06 } }] : [];
    const detect = dark ? detectors.night : at < rainUntil ? detectors.rain : detectors.day;
    let detections: Detection[] = detect([...things, ...people], at, secondsPerFrame);
    if (at < dazzledUntil) detections = detections.filter(({ x }) => x > 0.5 && random.chance(0.3));
    yield { at, detections };
  }
  until.forEach((end, stall) => {
    if (end > 0) stays.push({ stall, from: since[stall]!, to: end });
  });
}

/** A car whose row in front is taken shows less of its lower side. */
function hiddenBehind(stall: number, until: readonly number[], since: readonly number[], at: number): Box {
  const box = carOn(boxOf(stall));
  const front = stall + perRow;
  const taken = front < until.length && until[front]! > at && since[front]! <= at;
  if (!taken) return box;
  const cut = Math.max(0, box.y + box.h - carOn(boxOf(front)).y);
  return { ...box, h: box.h - cut };
}
