import type { MotBox } from './metrics/mot.js';
import type { TrackedSequence, TrackingCase } from './tracking-cases.js';

/**
 * Sequences made from nothing, a second opinion beside the recorded ones: walkers who hide each
 * other, and vehicles at speed, seen by a camera on a pole, with a detector's misses, noise and false boxes.
 */
interface Scene {
  readonly name: string;
  readonly seed: number;
  readonly seconds: number;
  readonly fps: number;
  /** Objects that begin per minute. */
  readonly perMinute: number;
  /** Metres a second. */
  readonly speed: readonly [least: number, most: number];
  /** Metres: width and height of an object. */
  readonly body: readonly [width: number, height: number];
  /** Part of the walkers who go with the one before. */
  readonly company: number;
  /** Standard deviation of a box's place and sides, object sizes. */
  readonly noise: number;
  /** Chance that a wholly visible object is missed, and false boxes a second. */
  readonly missed: number;
  readonly false: number;
  /** Maps how well an object is seen, 0..1, to a score: detectors differ most in this. */
  readonly score: (seen: number) => number;
  readonly cls: string;
}

/** Width and height of the picture, the camera's height in metres, its horizon (part of the height) and metres to the middle of the floor. */
const camera = { width: 1280, height: 720, pole: 5, horizon: 0.08, focal: 0.9 };

const scenes: readonly Scene[] = [
  { name: 'walkers', seed: 11, seconds: 60, fps: 30, perMinute: 40, speed: [0.8, 1.8], body: [0.6, 1.7], company: 0.3, noise: 0.05, missed: 0.08, false: 1, score: (seen) => 0.1 + 0.8 * seen, cls: 'person' },
  { name: 'crowd', seed: 12, seconds: 40, fps: 30, perMinute: 110, speed: [0.5, 1.6], body: [0.6, 1.7], company: 0.5, noise: 0.05, missed: 0.1, false: 1, score: (seen) => 0.1 + 0.8 * seen, cls: 'person' },
  { name: 'sure scores', seed: 13, seconds: 60, fps: 30, perMinute: 50, speed: [0.8, 1.8], body: [0.6, 1.7], company: 0.3, noise: 0.07, missed: 0.15, false: 2, score: (seen) => Math.min(0.999, 0.8 + 0.25 * seen), cls: 'person' },
  { name: 'vehicles', seed: 14, seconds: 60, fps: 30, perMinute: 50, speed: [4, 14], body: [1.9, 1.6], company: 0.2, noise: 0.04, missed: 0.06, false: 0.5, score: (seen) => 0.15 + 0.75 * seen, cls: 'car' },
];

export function syntheticCases(): TrackingCase[] {
  return scenes.flatMap((scene) => {
    const sequence = makeSequence(scene);
    return [3, 6, 15].map((every) => ({ label: `${scene.name} ${scene.fps / every} fps`, sequence, every, targets: {} }));
  });
}

interface Walker {
  readonly id: number;
  readonly begins: number;
  /** Metres: across the floor and away from the camera. */
  x: number;
  z: number;
  vx: number;
  vz: number;
  readonly tallness: number;
  /** Seconds until it turns or stands. */
  mind: number;
  standing: boolean;
}

function makeSequence(scene: Scene): TrackedSequence {
  const random = generator(scene.seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const vehicle = scene.cls === 'car';
  const walkers: Walker[] = [];
  const truth: MotBox[] = [];
  const detections: MotBox[] = [];
  const frames = scene.seconds * scene.fps;
  const haunted = Array.from({ length: 2 }, () => [0.1 + 0.8 * random(), 0.2 + 0.6 * random()] as const);
  let next = 1;
  for (let frame = 1; frame <= frames; frame++) {
    if (frame === 1 || random() < scene.perMinute / 60 / scene.fps) {
      for (let k = 0; k < (frame === 1 ? scene.perMinute / 8 : 1); k++) walkers.push(arrive(next++, frame, frame === 1));
    }
    const boxes = walkers.map((walker) => ({ walker, box: project(walker) })).sort((a, b) => a.walker.z - b.walker.z);
    const visible = boxes.map(({ walker, box }, index) => ({ walker, box, seen: visibility(box, boxes.slice(0, index).map((other) => other.box)) }));
    for (const { walker, box, seen } of visible) {
      if (seen <= 0) continue;
      truth.push({ frame, id: walker.id, ...box, confidence: 1, cls: -1 });
      const clarity = Math.min(1, Math.max(0, seen + 0.12 * normal()));
      if (random() < scene.missed || clarity < 0.3) continue;
      const size = Math.max(box.w, box.h);
      const off = (): number => scene.noise * size * normal() * (1 + (1 - seen));
      detections.push({ frame, id: -1, x: box.x + off(), y: box.y + off(), w: box.w * Math.exp(scene.noise * normal()), h: box.h * Math.exp(scene.noise * normal()), confidence: scene.score(clarity), cls: -1 });
    }
    for (const [fx, fy] of haunted) {
      if (random() < 0.3) detections.push({ frame, id: -1, x: fx * camera.width + 2 * normal(), y: fy * camera.height + 2 * normal(), w: 40, h: 90, confidence: scene.score(0.25 + 0.2 * random()), cls: -1 });
    }
    if (random() < scene.false / scene.fps) detections.push({ frame, id: -1, x: camera.width * random(), y: camera.height * (0.2 + 0.6 * random()), w: 50, h: 100, confidence: scene.score(0.2 + 0.6 * random()), cls: -1 });
    for (const walker of walkers) move(walker);
    for (let k = walkers.length - 1; k >= 0; k--) if (gone(walkers[k]!)) walkers.splice(k, 1);
  }
  return { name: scene.name, detections, truth, fps: scene.fps, frames, width: camera.width, height: camera.height, cls: scene.cls };

  function arrive(id: number, frame: number, anywhere: boolean): Walker {
    const mate = walkers.at(-1);
    const tallness = 1 + 0.06 * normal();
    const speed = scene.speed[0] + (scene.speed[1] - scene.speed[0]) * random();
    if (mate && mate.begins >= frame - scene.fps && random() < scene.company) {
      return { ...mate, id, begins: frame, tallness, x: mate.x + (vehicle ? 0 : 0.5), z: mate.z + (vehicle ? 9 : 0.5) };
    }
    if (vehicle) {
      const towards = random() < 0.5;
      return { id, begins: frame, x: (towards ? -1 : 1) * (2 + 3.5 * Math.floor(2 * random())), z: towards ? 60 : 7, vx: 0, vz: towards ? -speed : speed, tallness, mind: 1e9, standing: false };
    }
    const z = 9 + 14 * random();
    const side = random() < 0.5 ? -1 : 1;
    const heading = (random() - 0.5) * 1.4;
    return { id, begins: frame, x: anywhere ? (random() - 0.5) * z : -side * 0.62 * z, z, vx: side * speed * Math.cos(heading), vz: speed * Math.sin(heading), tallness, mind: 2 + 8 * random(), standing: false };
  }

  function move(walker: Walker): void {
    const dt = 1 / scene.fps;
    walker.mind -= dt;
    if (walker.mind < 0) {
      walker.standing = !walker.standing && random() < 0.3;
      const turn = normal() * 0.5;
      const { vx, vz } = walker;
      walker.vx = vx * Math.cos(turn) - vz * Math.sin(turn);
      walker.vz = vx * Math.sin(turn) + vz * Math.cos(turn);
      walker.mind = 1 + 6 * random();
    }
    if (walker.standing) return;
    walker.x += walker.vx * dt + 0.02 * normal() * Math.sqrt(dt);
    walker.z += walker.vz * dt;
    if (!vehicle && (walker.z < 8 || walker.z > 24)) walker.vz *= -1;
  }

  function project({ x, z, tallness }: Walker): { x: number; y: number; w: number; h: number } {
    const scale = (camera.focal * camera.width) / z;
    const foot = camera.horizon * camera.height + camera.pole * scale;
    const [width, height] = scene.body;
    return { x: camera.width / 2 + x * scale - (width * scale) / 2, y: foot - height * tallness * scale, w: width * scale, h: height * tallness * scale };
  }
}

function gone({ x, z }: Walker): boolean {
  return Math.abs(x) > 0.65 * z || z < 5 || z > 70;
}

type Rectangle = { readonly x: number; readonly y: number; readonly w: number; readonly h: number };

/** Part of a box that lies in the frame and behind none of those in front. */
function visibility(box: Rectangle, front: readonly Rectangle[]): number {
  const steps = 6;
  let free = 0;
  for (let i = 0; i < steps; i++) {
    for (let j = 0; j < steps; j++) {
      const x = box.x + (box.w * (i + 0.5)) / steps;
      const y = box.y + (box.h * (j + 0.5)) / steps;
      if (x < 0 || y < 0 || x > camera.width || y > camera.height) continue;
      if (!front.some((other) => x > other.x && x < other.x + other.w && y > other.y && y < other.y + other.h)) free += 1;
    }
  }
  return free / steps ** 2;
}

function generator(seed: number): () => number {
  let state = seed;
  for (let warm = 0; warm < 10; warm++) state = (state * 48271) % 2147483647;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
