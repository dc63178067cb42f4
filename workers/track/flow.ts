import { sizeOf, type CentredBox } from './motion.js';

/**
 * How vehicles move where: for each cell of a coarse grid the mean and spread of their velocity in their own sizes a second,
 * learned from vehicles that were followed without doubt. A new vehicle is then expected where such a one would be next, so
 * that at two frames a second it is not taken for the one behind it. Where both directions meet, the spread says so.
 */
export interface Flow {
  readonly cells: Record<string, FlowCell>;
  /** Sizes a second of the fastest that was followed without doubt, slowly forgotten, and how many were followed. */
  fastest: number;
  courses: number;
}

/** Sums over passages: number, velocity, squared velocity. */
interface FlowCell {
  n: number;
  u: number;
  v: number;
  uu: number;
  vv: number;
}

/** Where a vehicle stood last (middle of its foot, frame heights), at least `stride` apart in time, and the cells it taught last. */
export interface Course {
  readonly places: Place[];
  readonly taught: string[];
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** µs. */
  readonly at: number;
}

/** Mean velocity and its spread, sizes a second. */
export interface ExpectedMotion {
  readonly u: number;
  readonly v: number;
  readonly spread: number;
}

/** Seconds between the places of a course: long enough that a box's tremble is no motion. */
const stride = 0.3;
/** Places in a course: three steps that agree are no chance. */
const courseLength = 4;
/** Steps agree when none differs from their mean by more than this part of it … */
const agreement = 0.5;
/** … or when all are slower than this, sizes a second: it stands. */
const standing = 0.15;
/** Cells across and down a picture as wide as high: a lane is wider than high. */
const cellsAcross = 12;
const cellsDown = 24;
/** Spread of velocities, as a part of their mean, from which they have none in common. */
const mixed = 1;
/** How much shorter than wide the ground looks. */
const foreshortened = 0.4;
/** What drove within this many sizes of a vehicle tells how it will. */
const nearby = 0.35;
/** Passages from which a cell is believed. */
const believed = 2;
/** Passages in effect: a road that is diverted is learned anew. */
const memory = 40;
/** Part of the fastest speed that is forgotten with each step of a vehicle. */
const forgetting = 1e-4;
/** Vehicles from which the camera's speeds are known, and how much faster than all of them another may be. */
const knownFrom = 5;
const mayExceed = 1.5;
const mayExceedBy = 1.5;
/** Cells in all; a picture has fewer. */
const mostCells = 1000;

export function freshCourse(): Course {
  return { places: [], taught: [] };
}

/** The course as it stands after the picture moved. */
export function shifted(course: Course, dx: number, dy: number): Course {
  return { ...course, places: course.places.map((place) => ({ ...place, x: place.x + dx, y: place.y + dy })) };
}

/** Follows a vehicle, and learns from it once three steps agree. */
export function learnFlow(flow: Flow, course: Course, box: CentredBox, at: number): void {
  const { places } = course;
  const last = places.at(-1);
  if (last && at - last.at < stride * 1e6) return;
  places.push({ x: box[0], y: box[1] + box[3] / 2, size: sizeOf({ w: box[2], h: box[3] }), at });
  if (places.length > courseLength) places.shift();
  if (places.length < courseLength) return;
  const motion = agreed(places);
  if (!motion) return;
  if (course.taught.length === 0 && Math.hypot(motion.u, motion.v) > standing) flow.courses += 1;
  flow.fastest = Math.max(flow.fastest * (1 - forgetting), Math.hypot(motion.u, motion.v));
  const passed = places.flatMap((to, k) => {
    const from = places[k - 1];
    return from ? [{ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }, to] : [to];
  });
  for (const place of passed) {
    const name = cellOf(place.x, place.y);
    if (course.taught.includes(name)) continue;
    course.taught.push(name);
    if (course.taught.length > 2 * courseLength) course.taught.shift();
    teach(flow, name, motion);
  }
}

function teach(flow: Flow, name: string, { u, v }: { readonly u: number; readonly v: number }): void {
  const cell = flow.cells[name] ?? { n: 0, u: 0, v: 0, uu: 0, vv: 0 };
  if (cell.n === 0 && Object.keys(flow.cells).length >= mostCells) return;
  if (cell.n >= memory) for (const key of ['n', 'u', 'v', 'uu', 'vv'] as const) cell[key] /= 2;
  cell.n += 1;
  cell.u += u;
  cell.v += v;
  cell.uu += u * u;
  cell.vv += v * v;
  flow.cells[name] = cell;
}

export function freshFlow(): Flow {
  return { cells: {}, fastest: 0, courses: 0 };
}

/** Sizes a second that no vehicle of this camera goes beyond; Infinity until some were followed. */
export function topSpeed({ fastest, courses }: Flow): number {
  return courses < knownFrom ? Infinity : mayExceed * fastest + mayExceedBy;
}

/** How a vehicle of this size moves that begins here; null where nobody knows. */
export function expectedMotion(flow: Flow, [x, y, w, h]: CentredBox): ExpectedMotion | null {
  const sum: FlowCell = { n: 0, u: 0, v: 0, uu: 0, vv: 0 };
  const foot = y + h / 2;
  const across = Math.max(nearby * sizeOf({ w, h }), 0.5 / cellsAcross);
  const down = Math.max(nearby * foreshortened * sizeOf({ w, h }), 0.5 / cellsDown);
  const [fromX, fromY] = cellAt(x - 2 * across, foot - 2 * down);
  const [toX, toY] = cellAt(x + 2 * across, foot + 2 * down);
  for (let cx = fromX; cx <= toX; cx++) {
    for (let cy = fromY; cy <= toY; cy++) {
      const cell = flow.cells[`${cx},${cy}`];
      if (!cell) continue;
      const weight = Math.exp(-0.5 * (((x - (cx + 0.5) / cellsAcross) / across) ** 2 + ((foot - (cy + 0.5) / cellsDown) / down) ** 2));
      sum.n += weight * cell.n;
      sum.u += weight * cell.u;
      sum.v += weight * cell.v;
      sum.uu += weight * cell.uu;
      sum.vv += weight * cell.vv;
    }
  }
  if (sum.n < believed) return null;
  const u = sum.u / sum.n;
  const v = sum.v / sum.n;
  const variance = (sum.uu / sum.n - u * u + (sum.vv / sum.n - v * v)) / 2;
  const spread = Math.sqrt(Math.max(0, variance));
  // Where they go this way and that, the mean is nobody's.
  return spread > mixed * Math.hypot(u, v) && spread > standing ? null : { u, v, spread };
}

/** The mean of the steps of a course, sizes a second, if they agree. */
function agreed(places: readonly Place[]): { readonly u: number; readonly v: number } | null {
  const steps = places.slice(1).map((to, k) => {
    const from = places[k]!;
    const unit = (Math.sqrt(from.size * to.size) * (to.at - from.at)) / 1e6;
    return { u: (to.x - from.x) / unit, v: (to.y - from.y) / unit };
  });
  const u = steps.reduce((sum, step) => sum + step.u, 0) / steps.length;
  const v = steps.reduce((sum, step) => sum + step.v, 0) / steps.length;
  const limit = Math.max(standing, agreement * Math.hypot(u, v));
  return steps.every((step) => Math.hypot(step.u - u, step.v - v) <= limit) ? { u, v } : null;
}

function cellAt(x: number, y: number): [number, number] {
  return [Math.floor(x * cellsAcross), Math.floor(y * cellsDown)];
}

function cellOf(x: number, y: number): string {
  return cellAt(x, y).join(',');
}
