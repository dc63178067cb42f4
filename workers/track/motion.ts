import type { TrackerOptions } from './options.js';

/**
 * Constant-velocity Kalman filter of a box: centre and sides, each with its speed, all in frame heights (x times the
 * aspect) and seconds. Noise is white acceleration scaled by the object's size, so near and far objects, 2 and 30 frames a
 * second, behave alike (Bar-Shalom, Li & Kirubarajan 2001, ch. 6.2). x and y share one covariance, so do width and height.
 */
export interface Motion {
  x: number;
  y: number;
  vx: number;
  vy: number;
  w: number;
  h: number;
  vw: number;
  vh: number;
  /** Covariance of a coordinate of the centre: position, position–speed, speed. */
  pp: number;
  pv: number;
  vv: number;
  /** The same of a side. */
  sp: number;
  sv: number;
  ss: number;
}

/** A motion as numbers, in the order of its fields: a third of the memory where many are kept. */
export type MotionNumbers = readonly number[];

export function numbersOf(m: Motion): MotionNumbers {
  return [m.x, m.y, m.vx, m.vy, m.w, m.h, m.vw, m.vh, m.pp, m.pv, m.vv, m.sp, m.sv, m.ss];
}

/** Centre and sides of a box in frame heights. */
export type CentredBox = readonly [x: number, y: number, w: number, h: number];

type Noise = Pick<TrackerOptions, 'positionNoise' | 'sizeNoise' | 'acceleration' | 'sizeAcceleration' | 'sizeDecaySeconds'>;

/** The unit in which an object moves: the longer side of its box. */
export function sizeOf(box: { readonly w: number; readonly h: number }): number {
  return Math.max(box.w, box.h);
}

export function beginMotion([x, y, w, h]: CentredBox, initialSpeed: number, noise: Noise): Motion {
  const size = Math.max(w, h);
  const place = (noise.positionNoise * size) ** 2;
  const side = (noise.sizeNoise * size) ** 2;
  return { x, y, vx: 0, vy: 0, w, h, vw: 0, vh: 0, pp: place, pv: 0, vv: (initialSpeed * size) ** 2, sp: side, sv: 0, ss: (0.1 * initialSpeed * size) ** 2 };
}

/** Moves the state `seconds` on. `restless` scales the acceleration: vehicles change their speed in sizes faster than people. */
export function predict(m: Motion, seconds: number, noise: Noise, restless = 1): void {
  if (seconds <= 0) return;
  const size = sizeOf(m);
  const t = seconds;
  m.x += m.vx * t;
  m.y += m.vy * t;
  const q = (noise.acceleration * restless * size) ** 2;
  m.pp += 2 * t * m.pv + t * t * m.vv + (q * t * t * t) / 3;
  m.pv += t * m.vv + (q * t * t) / 2;
  m.vv += q * t;

  const decay = Math.exp(-t / noise.sizeDecaySeconds);
  const reach = noise.sizeDecaySeconds * (1 - decay);
  m.w = Math.max(m.w + m.vw * reach, 0.2 * m.w);
  m.h = Math.max(m.h + m.vh * reach, 0.2 * m.h);
  m.vw *= decay;
  m.vh *= decay;
  const s = (noise.sizeAcceleration * size) ** 2;
  m.sp += 2 * reach * m.sv + reach * reach * m.ss + (s * t * t * t) / 3;
  m.sv = decay * (m.sv + reach * m.ss) + (s * t * t) / 2;
  m.ss = decay * decay * m.ss + s * t;
}

/** Takes a measured box into account, whose noise is `blur` times the usual. */
export function correct(m: Motion, [x, y, w, h]: CentredBox, noise: Noise, blur = 1): void {
  const size = sizeOf(m) * blur;
  const r = (noise.positionNoise * size) ** 2;
  const gain = m.pp / (m.pp + r);
  const speedGain = m.pv / (m.pp + r);
  const dx = x - m.x;
  const dy = y - m.y;
  m.x += gain * dx;
  m.y += gain * dy;
  m.vx += speedGain * dx;
  m.vy += speedGain * dy;
  m.vv -= speedGain * m.pv;
  m.pv *= 1 - gain;
  m.pp *= 1 - gain;

  const rs = (noise.sizeNoise * size) ** 2;
  const sizeGain = m.sp / (m.sp + rs);
  const growGain = m.sv / (m.sp + rs);
  const dw = w - m.w;
  const dh = h - m.h;
  m.w += sizeGain * dw;
  m.h += sizeGain * dh;
  m.vw += growGain * dw;
  m.vh += growGain * dh;
  m.ss -= growGain * m.sv;
  m.sv *= 1 - sizeGain;
  m.sp *= 1 - sizeGain;
}

/** Squared Mahalanobis distance of a measured centre from the predicted one. */
export function distanceSquared(m: Motion, [x, y]: CentredBox, noise: Noise): number {
  const r = (noise.positionNoise * sizeOf(m)) ** 2;
  return ((x - m.x) ** 2 + (y - m.y) ** 2) / (m.pp + r);
}

/** Overlap of two boxes, each widened on every side by `buffer` times its own side (C-BIoU, Yang et al. 2023). */
export function bufferedIou(a: CentredBox, b: CentredBox, buffer: number): number {
  const grow = 1 + 2 * buffer;
  const aw = a[2] * grow;
  const ah = a[3] * grow;
  const bw = b[2] * grow;
  const bh = b[3] * grow;
  const across = Math.min(a[0] + aw / 2, b[0] + bw / 2) - Math.max(a[0] - aw / 2, b[0] - bw / 2);
  const down = Math.min(a[1] + ah / 2, b[1] + bh / 2) - Math.max(a[1] - ah / 2, b[1] - bh / 2);
  if (across <= 0 || down <= 0) return 0;
  const shared = across * down;
  return shared / (aw * ah + bw * bh - shared);
}
