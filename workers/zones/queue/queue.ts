import { insidePolygon, type Box, type Point, type QueueZone } from '@sightline/schemas';
import { countsIn } from '../classes.js';
import { distance, toPlane } from '../plane.js';
import type { SeeingZone } from '../sight.js';
import { createTrails, type Sighting, type TrailsState } from '../trails.js';
import { createVisits, nearPolygon, visitPatience, type Visit } from '../visits.js';
import type { ZoneEventDraft } from '../zone.js';
import { noPace, paced, slowSince, type Pace } from './pace.js';
import { createService, type ServiceState } from './service.js';

/**
 * Who waits in line: how many, how long, how fast it goes. Measures: length; wait, meanWait (s: the longest and the mean of those who wait
 * now); waitForecast (s, for who joins now); serviceRate (services an hour while people wait); served, abandoned (sums).
 */
export interface QueueState {
  readonly trails: TrailsState;
  readonly visits: readonly Visit[];
  readonly people: readonly Person[];
  readonly service: ServiceState;
  readonly served: number;
  readonly abandoned: number;
}

interface Person {
  object: number;
  track: string;
  cls: string;
  pace: Pace;
  /** µs at which it came to stand in line, null while it may be passing. */
  joined: number | null;
  /** How many waited then. */
  ahead: number;
  /** µs at which it stepped up to be served. */
  atService: number | null;
  /** It has been told as served: what it does until it leaves is no waiting. */
  done: boolean;
  /** µs at which it went out of the queue. */
  left: number | null;
  /** µs at which it was lost sight of in the middle of the queue. */
  lost: number | null;
  point: Point;
  size: number;
}

/** Seconds at the place of service after which someone from the line is being served; who never stood in line has to stand there. */
const serviceAfter = 1;
/** Distance from the head, in object sizes, from which leaving means being served: an arm's length and a step. */
const atHead = 2;
/** Neighbours in a line stand within this many object sizes of each other. */
const neighbourReach = 1.5;
/** Sightings within which a trail counts as just begun. */
const justBegun = 2;
/** A walking pace in object sizes a second: 0.8 body heights. */
const walking = 1.2;
/** Seconds someone who vanished inside the queue still counts as standing there, hidden by others. */
const hidden = 7;
/** Who appears in the middle of the queue this near (object sizes) to one who vanished is the same person. */
const hiddenReach = 1.5;
const second = 1_000_000;

export function createQueue(config: QueueZone, restored?: QueueState): SeeingZone {
  const classes = config.classes ?? ['person'];
  const places = [config.polygon, ...(config.service ? [config.service] : [])].map((polygon) => nearPolygon(polygon, config.anchor));
  const near = (box: Box, aspect: number): boolean => places.some((place) => place(box, aspect));
  const trails = createTrails({ anchor: config.anchor, patience: visitPatience, least: 0, near }, restored?.trails);
  const visits = createVisits(config.polygon, restored?.visits);
  const people = new Map<number, Person>((restored?.people ?? []).map((person) => [person.object, { ...person }]));
  const service = createService(restored?.service);
  let served = restored?.served ?? 0;
  let abandoned = restored?.abandoned ?? 0;

  const waits = ({ joined, done, left }: Person): boolean => joined !== null && !done && left === null;
  const waiting = (): Person[] => [...people.values()].filter(waits);

  /** The person of a visit: known, or one that was hidden and is seen again, or new. */
  function personOf(visit: Visit): Person {
    const known = people.get(visit.object);
    if (known) return known;
    const again = visit.appeared ? hiddenNear(visit, [...people.values()]) : undefined;
    if (again) people.delete(again.object);
    const person: Person = again
      ? { ...again, object: visit.object, lost: null }
      : { object: visit.object, track: visit.track, cls: visit.cls, pace: noPace, joined: null, ahead: 0, atService: null, done: false, left: null, lost: null, point: visit.point, size: visit.size };
    people.set(person.object, person);
    return person;
  }

  function stand(visit: Visit, at: number): void {
    if (visit.away) {
      const unseen = people.get(visit.object);
      if (unseen && !visit.out) unseen.lost ??= visit.until;
      return;
    }
    const { track, cls, point, size } = visit;
    const person = personOf(visit);
    Object.assign(person, { track, cls, point, size, pace: paced(person.pace, at, point), lost: null, left: null });
  }

  function* join(present: readonly Visit[], at: number, aspect: number): Generator<ZoneEventDraft> {
    for (const { object, away, appeared } of present) {
      const person = people.get(object);
      if (!person || away || person.joined !== null) continue;
      const since = slowSince(person.pace, at, person.point, person.size);
      if (since === null) continue;
      const line = waiting();
      person.ahead = line.length;
      // Who turns up in the midst of a line was hidden in it, and has waited as long as its neighbour.
      const neighbour = appeared ? nearestTo(person, line) : undefined;
      person.joined = Math.min(since, neighbour?.joined ?? since);
      yield { kind: 'joined', at: person.joined, ...who(person, aspect) };
    }
  }

  function* serve(person: Person, at: number, aspect: number): Generator<ZoneEventDraft> {
    if (person.joined === null) {
      person.ahead = waiting().length;
      person.joined = at;
      yield { kind: 'joined', at, ...who(person, aspect) };
    }
    person.done = true;
    served += 1;
    const seconds = Math.max(0, (at - person.joined) / second);
    service.served(at, seconds, person.ahead, waiting().length);
    yield { kind: 'served', at, seconds, ...who(person, aspect) };
  }

  /** Who turns up where people are served, out of nowhere, is the nearest of those hidden in the queue who can have walked there. */
  function steppedUpUnseen({ object, track, at, point, size, count }: Sighting): Person | undefined {
    if (count > justBegun) return undefined;
    const walked = (person: Person): number => distance(person.point, point) / size - (walking * (at - person.lost!)) / second;
    const [person] = [...people.values()].filter((one) => waits(one) && one.lost !== null && walked(one) < 1).sort((a, b) => distance(a.point, point) - distance(b.point, point));
    if (!person) return undefined;
    people.delete(person.object);
    Object.assign(person, { object, track: track.id, cls: track.cls, lost: null, left: at });
    people.set(object, person);
    return person;
  }

  /** Who stands where people are served is served, though whoever only walks past there is not. */
  function* stepUp(seen: readonly Sighting[], at: number, aspect: number): Generator<ZoneEventDraft> {
    if (!config.service) return;
    const place = config.service.map((point) => toPlane(point, aspect));
    for (const sighting of seen) {
      const { object, point, size } = sighting;
      const inside = insidePolygon(point, place);
      const person = people.get(object) ?? (inside ? steppedUpUnseen(sighting) : undefined);
      if (!person || person.done) continue;
      if (!inside) {
        person.atService = null;
        continue;
      }
      person.atService ??= at;
      Object.assign(person, { point, size, pace: paced(person.pace, at, point) });
      const stays = person.joined === null ? slowSince(person.pace, at, point, size) !== null : (at - person.atService) / second >= serviceAfter;
      if (stays) yield* serve(person, person.atService, aspect);
    }
  }

  function leave(left: readonly Visit[]): void {
    for (const { object, out, until } of left) {
      const person = people.get(object);
      if (!person) continue;
      if (out) person.left = until;
      else person.lost = until;
    }
  }

  /** Ends those who are out of the queue, or hidden for too long to be believed in. */
  function* end(at: number, gone: ReadonlySet<number>, aspect: number): Generator<ZoneEventDraft> {
    for (const person of people.values()) {
      const ended = person.left ?? (person.lost !== null && (at - person.lost) / second >= hidden ? person.lost : null);
      if (ended === null) continue;
      // Stepping up: what becomes of it is seen in the next seconds.
      if (person.atService !== null && !person.done && !gone.has(person.object)) continue;
      people.delete(person.object);
      if (person.done || person.joined === null) continue;
      if (person.atService !== null) yield* serve(person, person.atService, aspect);
      else if (config.head ? distance(person.point, toPlane(config.head, aspect)) <= atHead * person.size : !config.service && person.left !== null) yield* serve(person, ended, aspect);
      else if (person.left !== null) {
        abandoned += 1;
        yield { kind: 'abandoned', at: ended, seconds: (ended - person.joined) / second, ...who(person, aspect) };
      }
    }
  }

  return {
    measureNames: ['length', 'wait', 'meanWait', 'waitForecast', 'serviceRate', 'served', 'abandoned'],
    step(frame) {
      const { capturedAt: at, aspect } = frame.input;
      const followed = trails.step(frame, (track) => countsIn(classes, track));
      const { present, left } = visits.step(frame.input, followed);
      for (const visit of present) stand(visit, at);
      leave(left);
      const gone = new Set(followed.gone.map(({ object }) => object));
      const events = [...join(present, at, aspect), ...stepUp(followed.seen, at, aspect), ...end(at, gone, aspect)];
      const line = waiting();
      if (line.length === 0) service.idle();
      const seconds = line.map(({ joined }) => (at - joined!) / second);
      return {
        events,
        measures: {
          length: line.length,
          wait: Math.max(0, ...seconds),
          meanWait: line.length === 0 ? 0 : seconds.reduce((sum, wait) => sum + wait, 0) / line.length,
          waitForecast: service.forecast(line.length),
          serviceRate: service.rate(),
          served,
          abandoned,
        },
      };
    },
    resume(seconds, moved) {
      service.idle();
      if (moved) {
        trails.clear();
        visits.clear();
        people.clear();
        return;
      }
      trails.skip(seconds);
      visits.skip(seconds);
      for (const person of people.values()) if (person.lost !== null) person.lost += Math.round(seconds * second);
    },
    snapshot: (): QueueState => ({ trails: trails.snapshot(), visits: visits.snapshot(), people: [...people.values()].map((person) => ({ ...person })), service: service.snapshot(), served, abandoned }),
  };
}

function who({ track, cls, point }: Person, aspect: number): Pick<ZoneEventDraft, 'track' | 'cls' | 'point'> {
  return { track, cls, point: [point[0] / aspect, point[1]] };
}

/** The nearest of those who vanished in the queue without leaving it. */
function hiddenNear({ point, size }: Visit, people: readonly Person[]): Person | undefined {
  const hiddenOnes = people.filter(({ lost, left }) => lost !== null && left === null);
  return nearest(point, hiddenOnes, hiddenReach * size);
}

function nearestTo({ point, size }: Person, line: readonly Person[]): Person | undefined {
  return nearest(point, line, neighbourReach * size);
}

function nearest(point: Point, people: readonly Person[], reach: number): Person | undefined {
  let found: Person | undefined;
  let least = reach;
  for (const person of people) {
    const away = distance(person.point, point);
    if (away > least) continue;
    least = away;
    found = person;
  }
  return found;
}
