import type { Point, QueueZone } from '@sightline/schemas';
import type { Footage, SeenFrame } from '../events-footage.js';
import { simulateDetector, usualNoise, type Thing } from './detector.js';
import { seeded } from './random.js';

/**
 * A queue in front of counters: people arrive at random (rate may change with time), stand in line, move up, are served
 * for a random time by one of several servers, or give up; others walk past. What a camera's detector would see of it,
 * and what is true.
 */
export interface QueueScenario {
  readonly seed: number;
  readonly minutes: number;
  readonly fps: number;
  readonly servers: number;
  /** Arrivals a minute at a given minute. */
  readonly arrivals: (minute: number) => number;
  readonly serviceSeconds: number;
  /** Mean seconds after which someone in line gives up. */
  readonly patienceSeconds: number;
}

export interface QueueTruth {
  /** True length at each whole second. */
  readonly length: readonly number[];
  readonly customers: readonly Customer[];
}

export interface Customer {
  /** Seconds: came to stand at the end of the line, or at the counter if nobody waited. */
  readonly joined: number;
  readonly ahead: number;
  readonly ended: number;
  readonly served: boolean;
}

interface Person {
  readonly id: number;
  at: Point;
  goal: Point;
  speed: number;
  state: 'coming' | 'waiting' | 'stepping up' | 'served' | 'leaving' | 'passing';
  joined: number;
  ahead: number;
  patience: number;
  /** Until when it stands still before it moves up. */
  reacts: number;
  server: number;
  done: number;
}

/** A picture of 16:9 in square units (fractions of its height); people are .16 high and stand .08 apart in rows. */
const aspect = 16 / 9;
const height = 0.16;
const width = 0.4 * height;
const spacing = 0.08;
const rowLength = 11;
const rowGap = 0.13;
const walk = 0.8 * height;
const shuffle = 0.55 * height;
const entrance: Point = [1.62, 0.93];
const exit: Point = [0.1, 0.97];

const rectangle = (left: number, top: number, right: number, bottom: number): [number, number][] => [[left / aspect, top], [right / aspect, top], [right / aspect, bottom], [left / aspect, bottom]];
const polygon = rectangle(0.42, 0.36, 1.5, 0.88);
const service = rectangle(0.1, 0.3, 0.41, 0.9);
export const queueZone: QueueZone = { kind: 'queue', name: 'queue', polygon, service, servers: 1, anchor: 'bottom-centre' };

/** Where the n-th in line stands: rows that wind to and fro, the first at the left. */
function slot(n: number): Point {
  const row = Math.floor(n / rowLength);
  const place = row % 2 === 0 ? n % rowLength : rowLength - 1 - (n % rowLength);
  return [0.52 + spacing * place, 0.5 + rowGap * row];
}

function counter(server: number, servers: number): Point {
  return [0.27, 0.4 + (0.4 * (server + 0.5)) / servers];
}

export function simulateQueue(scenario: QueueScenario): { readonly footage: Footage; readonly truth: QueueTruth } {
  const { seed, minutes, fps, servers, serviceSeconds, patienceSeconds } = scenario;
  const random = seeded(seed);
  const detect = simulateDetector(seeded(seed + 1), usualNoise);
  const people: Person[] = [];
  const busy = new Array<number>(servers).fill(0);
  const customers: Customer[] = [];
  const length: number[] = [];
  const frames: SeenFrame[] = [];
  const step = 1 / fps;
  let next = 1;
  let arrives = random.exponential(60 / scenario.arrivals(0));
  let passes = random.exponential(20);

  const line = (): Person[] => people.filter(({ state }) => state === 'waiting').sort((a, b) => a.joined - b.joined);
  const add = (at: Point, goal: Point, state: Person['state'], speed = walk): void => {
    people.push({ id: next++, at, goal, speed, state, joined: 0, ahead: 0, patience: random.exponential(patienceSeconds), reacts: 0, server: -1, done: 0 });
  };

  for (let frame = 0; frame < minutes * 60 * fps; frame++) {
    const now = frame * step;
    if (now >= arrives) {
      add(entrance, slot(0), 'coming');
      arrives = now + random.exponential(60 / scenario.arrivals(now / 60));
    }
    if (now >= passes) {
      const y = random.between(0.6, 0.85);
      add([1.7, y], [0.05, y], 'passing', walk * random.between(0.8, 1.2));
      passes = now + random.exponential(20);
    }
    for (const person of people) advance(person, now);
    for (let k = people.length - 1; k >= 0; k--) if (people[k]!.state === 'leaving' || people[k]!.state === 'passing') if (arrived(people[k]!)) people.splice(k, 1);
    if (frame % fps === 0) length.push(line().length);
    const things = people.map(({ id, at: [x, y] }): Thing => ({ id, cls: 'person', box: { x: (x - width / 2) / aspect, y: y - height, w: width / aspect, h: height } }));
    frames.push({ at: now, detections: detect(things, now, step) });
  }
  return { footage: { clip: 'simulated queue', model: 'simulated', aspect, frames }, truth: { length, customers } };

  function advance(person: Person, now: number): void {
    const waiting = line();
    if (person.state === 'coming') {
      person.goal = slot(waiting.length);
      const free = busy.indexOf(0);
      if (waiting.length === 0 && free >= 0 && distance(person.at, slot(0)) < 0.3) stepUp(person, free, true);
      else if (arrived(person)) Object.assign(person, { state: 'waiting', joined: now, ahead: waiting.length });
    } else if (person.state === 'waiting') {
      const place = waiting.indexOf(person);
      const free = busy.indexOf(0);
      if (place === 0 && free >= 0 && arrived(person)) stepUp(person, free, false);
      else if (now - person.joined > person.patience) {
        customers.push({ joined: person.joined, ahead: person.ahead, ended: now, served: false });
        Object.assign(person, { state: 'leaving', goal: [person.at[0], 1.15], speed: walk });
      } else if (distance(person.goal, slot(place)) > 1e-6) {
        person.goal = slot(place);
        person.speed = shuffle;
        person.reacts = now + random.between(0.3, 1.2);
      }
    } else if (person.state === 'stepping up' && arrived(person)) {
      person.state = 'served';
      person.done = now + random.exponential(serviceSeconds);
      customers.push({ joined: person.joined < 0 ? now : person.joined, ahead: person.ahead, ended: now, served: true });
    } else if (person.state === 'served' && now >= person.done) {
      busy[person.server] = 0;
      Object.assign(person, { state: 'leaving', goal: exit, speed: walk });
    }
    move(person, now);
  }

  function stepUp(person: Person, server: number, direct: boolean): void {
    busy[server] = person.id;
    Object.assign(person, { state: 'stepping up', goal: counter(server, servers), speed: walk, server, ...(direct && { joined: -1, ahead: 0 }) });
  }

  function move(person: Person, now: number): void {
    if (now < person.reacts) return;
    const left = distance(person.at, person.goal);
    const part = left === 0 ? 1 : Math.min(1, (person.speed * step) / left);
    person.at = [person.at[0] + part * (person.goal[0] - person.at[0]), person.at[1] + part * (person.goal[1] - person.at[1])];
  }
}

function arrived({ at, goal }: Person): boolean {
  return distance(at, goal) < 1e-6;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
