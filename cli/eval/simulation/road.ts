import type { Box, LineZone, Point } from '@sightline/schemas';
import type { SeenFrame } from '../events-footage.js';
import { simulateDetector, type DetectorNoise, type Thing } from './detector.js';
import { seeded, type Random } from './random.js';

/**
 * A road of two lanes each way with a traffic light, seen by a camera on a pole that looks along it, across it or askew:
 * drivers keep their distance (the intelligent driver model, Treiber, Hennecke & Helbing 2000), queue at red, and some turn
 * back where the line is. Nearer vehicles hide farther ones. Boxes only, as of a camera without colours.
 */
export interface RoadScenario {
  readonly seed: number;
  readonly seconds: number;
  /** Angle between the camera's view and the road, degrees: 0 looks along it, 90 across. */
  readonly askew: number;
  /** Metres: height of the pole, and how far to the side of the road it stands. */
  readonly pole: number;
  readonly aside: number;
  /** Vehicles a minute and lane. */
  readonly perMinute: number;
  /** Seconds of green and of red; no red: the traffic flows. */
  readonly red: number;
  /** Share of the vehicles of the inner lanes that turn back. */
  readonly turning: number;
}

interface TrueCrossing {
  readonly at: number;
  readonly along: number;
  readonly direction: 'in' | 'out';
}

export interface Road {
  readonly frames: readonly SeenFrame[];
  readonly crossings: readonly TrueCrossing[];
  readonly zone: LineZone;
}

export const roadAspect = 16 / 9;
/** As fast as the fastest rate that is judged. */
export const roadFps = 30;
const noise: DetectorNoise = { tremble: 0.05, missed: 0.04, hiddenPerSecond: 0, hiddenSeconds: 0, score: 0.7, falseBoxes: 0.03 };

const laneWidth = 3.4;
/** Metres of road before and behind the line of sight that are simulated. */
const reach = 120;
const green = 12;
/** Part of a vehicle that must be visible to be detected at all. */
const leastVisible = 0.35;
/** Share of the picture's height below which nothing is detected. */
const leastHeight = 0.025;
const focal = 0.9;

interface Vehicle {
  readonly id: number;
  /** Lanes 0 and 1 go up the road, 2 and 3 down it. */
  lane: number;
  /** Metres along its own direction. */
  s: number;
  v: number;
  readonly wish: number;
  readonly size: readonly [length: number, width: number, height: number];
  readonly cls: string;
  readonly turns: boolean;
  /** Radians turned so far; null while it drives straight. */
  turn: number | null;
  /** Signed distance from the line, and where on it its foot stands, at the last step. */
  side: number | null;
}

export function simulateRoad(scenario: RoadScenario): Road {
  const random = seeded(scenario.seed);
  const detect = simulateDetector(seeded(scenario.seed + 1), noise);
  const view = cameraOf(scenario);
  const [from, to] = lineOf(view);
  const line: LineZone = { kind: 'line', name: 'road', line: [from, to], anchor: 'bottom-centre', classes: ['car', 'truck', 'bus'] };
  const frames: SeenFrame[] = [];
  const crossings: TrueCrossing[] = [];
  const vehicles: Vehicle[] = [];
  const nextArrival = Array.from({ length: 4 }, () => random.exponential(60 / scenario.perMinute));
  let next = 1;
  const dt = 1 / roadFps;
  const warm = 40;
  for (let step = 0; step < (scenario.seconds + warm) * roadFps; step++) {
    const at = step * dt - warm;
    for (let lane = 0; lane < 4; lane++) {
      if (step * dt < nextArrival[lane]!) continue;
      const last = vehicles.filter((one) => one.lane === lane && one.turn === null).sort((a, b) => a.s - b.s)[0];
      if (last && last.s < -reach + 12) continue;
      vehicles.push(arrive(next++, lane, random, scenario));
      nextArrival[lane] = step * dt + random.exponential(60 / scenario.perMinute);
    }
    drive(vehicles, dt, scenario.red > 0 && step * dt % (green + scenario.red) > green);
    for (let k = vehicles.length - 1; k >= 0; k--) if (vehicles[k]!.s > reach) vehicles.splice(k, 1);
    if (at < 0) continue;
    const boxes = vehicles.flatMap((vehicle) => {
      const seen = boxOf(vehicle, view);
      if (seen) watch(vehicle, seen.box, at, from, to, crossings);
      return seen && inFrame(seen.box) ? [{ vehicle, ...seen }] : [];
    });
    boxes.sort((a, b) => a.depth - b.depth);
    const things: Thing[] = [];
    boxes.forEach(({ vehicle: { id, cls }, box }, index) => {
      const cut = clipped(box);
      if (cut.h < leastHeight || visible(box, boxes.slice(0, index).map((other) => other.box)) < leastVisible) return;
      things.push({ id, cls, box: cut });
    });
    frames.push({ at: Math.round(at * 1e6) / 1e6, detections: detect(things, at, dt) });
  }
  return { frames, crossings, zone: line };
}

function arrive(id: number, lane: number, random: Random, { turning }: RoadScenario): Vehicle {
  const truck = random.chance(0.12);
  const wish = random.between(9, 15) * (truck ? 0.85 : 1);
  const size: Vehicle['size'] = truck ? [random.between(6, 9), 2.4, random.between(2.6, 3.4)] : [random.between(3.8, 4.8), 1.8, random.between(1.4, 1.7)];
  return { id, lane, s: -reach, v: wish, wish, size, cls: truck ? 'truck' : 'car', turns: (lane === 1 || lane === 2) && random.chance(turning), turn: null, side: null };
}

/** Intelligent driver model, with the red light as one who stands. */
function drive(vehicles: Vehicle[], dt: number, red: boolean): void {
  const stop = 25;
  for (let lane = 0; lane < 4; lane++) {
    const queue = vehicles.filter((one) => one.lane === lane && one.turn === null).sort((a, b) => b.s - a.s);
    queue.forEach((one, index) => {
      const ahead = queue[index - 1];
      let gap = ahead ? ahead.s - ahead.size[0] - one.s : Infinity;
      let closing = ahead ? one.v - ahead.v : 0;
      if (red && one.s < stop && stop - one.s < gap) [gap, closing] = [stop - one.s, one.v];
      const slow = one.turns && one.s > turnAt - 20 ? Math.min(one.wish, 4) : one.wish;
      const wanted = 2 + Math.max(0, one.v * 1.3 + (one.v * closing) / (2 * Math.sqrt(1.5 * 2)));
      const acceleration = 1.5 * (1 - (one.v / slow) ** 4 - (wanted / Math.max(0.5, gap)) ** 2);
      one.v = Math.max(0, one.v + Math.max(-8, acceleration) * dt);
      one.s += one.v * dt;
      if (one.turns && one.s >= turnAt) one.turn = 0;
    });
  }
  for (const one of vehicles) {
    if (one.turn === null) continue;
    one.turn += (4 / turnRadius) * dt;
    if (one.turn < Math.PI) continue;
    Object.assign(one, { turn: null, turns: false, lane: 3 - one.lane, s: -one.s, v: 4 });
  }
}

/** Metres along the own direction at which some turn back, in the gap between the inner lanes. */
const turnAt = 8;
const turnRadius = laneWidth;

/** Where on the road a vehicle is: metres along and across, and where it heads. */
function place({ lane, s, turn }: Vehicle): { readonly u: number; readonly w: number; readonly heading: number } {
  const up = lane < 2;
  const sign = up ? 1 : -1;
  // The inner lanes lie one turn apart.
  const across = (one: number): number => (one === 0 ? 2 : one === 1 ? 1 : one === 2 ? -1 : -2) * laneWidth;
  if (turn === null) return { u: sign * s, w: across(lane), heading: up ? 0 : Math.PI };
  return { u: sign * (s + turnRadius * Math.sin(turn)), w: sign * turnRadius * Math.cos(turn), heading: (up ? 0 : Math.PI) + turn };
}

interface View {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly yaw: number;
  readonly pitch: number;
}

/** The camera looks at the middle of the crossing, from far enough to see all lanes. */
function cameraOf({ askew, pole, aside }: RoadScenario): View {
  const angle = (askew * Math.PI) / 180;
  const back = 14 + 10 * Math.sin(angle);
  const x = -back * Math.cos(angle);
  const y = -back * Math.sin(angle) - aside * Math.cos(angle);
  return { x, y, z: pole, yaw: Math.atan2(-y, 6 - x), pitch: Math.atan2(pole, Math.hypot(6 - x, y)) * 0.75 };
}

function project({ x, y, z, yaw, pitch }: View, point: readonly [number, number, number]): { readonly at: Point; readonly depth: number } | null {
  const [dx, dy, dz] = [point[0] - x, point[1] - y, point[2] - z];
  const forward = dx * Math.cos(yaw) + dy * Math.sin(yaw);
  const right = dx * Math.sin(yaw) - dy * Math.cos(yaw);
  const depth = forward * Math.cos(pitch) - dz * Math.sin(pitch);
  if (depth < 1) return null;
  const down = -(dz * Math.cos(pitch) + forward * Math.sin(pitch));
  return { at: [0.5 + (focal * right) / depth, 0.5 + (focal * roadAspect * down) / depth], depth };
}

function boxOf(vehicle: Vehicle, view: View): { readonly box: Box; readonly depth: number } | null {
  const { u, w, heading } = place(vehicle);
  const [length, width, height] = vehicle.size;
  const points: Point[] = [];
  let nearest = Infinity;
  for (const a of [0, -1]) {
    for (const b of [-0.5, 0.5]) {
      for (const c of [0.15, 1]) {
        const seen = project(view, [u + a * length * Math.cos(heading) - b * width * Math.sin(heading), w + a * length * Math.sin(heading) + b * width * Math.cos(heading), c * height]);
        if (!seen) return null;
        points.push(seen.at);
        nearest = Math.min(nearest, seen.depth);
      }
    }
  }
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { box: { x, y, w: Math.max(...xs) - x, h: Math.max(...ys) - y }, depth: nearest };
}

/** Across all lanes, in the middle of the picture. */
function lineOf(view: View): [from: [number, number], to: [number, number]] {
  const ends = [3.1, -3.1].map((lanes) => project(view, [6, lanes * laneWidth, 0])!.at);
  return ends.map(([x, y]): [number, number] => [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))]) as [[number, number], [number, number]];
}

/** Notes when the foot of its true box passes the line. */
function watch(vehicle: Vehicle, box: Box, at: number, from: Point, to: Point, crossings: TrueCrossing[]): void {
  const whole = clipped(box);
  const foot: Point = [(whole.x + whole.w / 2) * roadAspect, whole.y + whole.h];
  const [ax, ay] = [from[0] * roadAspect, from[1]];
  const [dx, dy] = [to[0] * roadAspect - ax, to[1] - ay];
  const side = dx * (foot[1] - ay) - dy * (foot[0] - ax);
  const along = ((foot[0] - ax) * dx + (foot[1] - ay) * dy) / (dx * dx + dy * dy);
  if (vehicle.side !== null && vehicle.side > 0 !== side > 0 && along >= 0 && along <= 1) crossings.push({ at, along, direction: side > 0 ? 'in' : 'out' });
  vehicle.side = side;
}

function inFrame({ x, y, w, h }: Box): boolean {
  return x < 0.98 && y < 0.98 && x + w > 0.02 && y + h > 0.02;
}

function clipped({ x, y, w, h }: Box): Box {
  const left = Math.max(0, x);
  const top = Math.max(0, y);
  return { x: left, y: top, w: Math.min(1, x + w) - left, h: Math.min(1, y + h) - top };
}

/** Part of a box that lies in the frame and behind none of those in front. */
function visible(box: Box, front: readonly Box[]): number {
  const steps = 6;
  let free = 0;
  for (let i = 0; i < steps; i++) {
    for (let j = 0; j < steps; j++) {
      const x = box.x + (box.w * (i + 0.5)) / steps;
      const y = box.y + (box.h * (j + 0.5)) / steps;
      if (x < 0 || y < 0 || x > 1 || y > 1) continue;
      if (!front.some((other) => x > other.x && x < other.x + other.w && y > other.y && y < other.y + other.h)) free += 1;
    }
  }
  return free / steps ** 2;
}
