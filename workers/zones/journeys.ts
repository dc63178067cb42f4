import type { Journey, JourneyStop, Track, ZoneEvent } from '@sightline/schemas';
import { createContinuations, type ContinuationsState } from './continuations.js';

/**
 * Which zones an object passes, in which order: a fold over what the zones of one camera say. A stop begins with `entered`,
 * `joined` or `crossed`. An object that has another name when it leaves than when it came is one object, as the visit is one; one
 * that was lost between two zones goes on where nobody else can be meant (continuations.ts).
 *
 *     const { events, finished } = journeys.step(at, zoneEvents, endedTracks);
 *     finished[0].stops.map(({ zone }) => zone); // ['entrance', 'aisle-3', 'till', 'exit']
 */
export interface Journeys {
  /** The events, each that begins a stop with the zones its object passed before; and the journeys that are over. `at` in µs. */
  step(at: number, events: readonly ZoneEvent[], ended: readonly string[], tracks?: readonly Track[], aspect?: number): { readonly events: readonly ZoneEvent[]; readonly finished: readonly Journey[] };
  snapshot(): JourneysState;
}

interface Open {
  /** The first of its tracks names it. */
  readonly track: string;
  readonly tracks: string[];
  readonly ended: string[];
  readonly classes: string[];
  readonly stops: OpenStop[];
  /** µs: something was last said of it. */
  heard: number;
}

interface OpenStop extends Omit<JourneyStop, 'left'> {
  left: number | null;
}

export interface JourneysState {
  readonly open: readonly Open[];
  readonly continuations?: ContinuationsState;
}

/** Seconds after the end of its last track in which a zone may still say something of an object, or another track continue it. */
const settles = 5;
/** Seconds without a word after which a journey is over even if nobody saw the object leave a zone. */
const longest = 86_400;
/** Objects followed at once, and stops of one; beyond them the oldest is told as it stands. */
const mostOpen = 2000;
const mostStops = 200;
const second = 1_000_000;

export function createJourneys(restored?: JourneysState): Journeys {
  let open: Open[] = (restored?.open ?? []).map((one) => structuredClone(one));
  const continuations = createContinuations(restored?.continuations);
  const byTrack = new Map(open.flatMap((one) => one.tracks.map((track) => [track, one] as const)));

  /** The journey that a stop of this track belongs to; `trust` where it is another track's that it continues. */
  const journeyOf = (track: string, at: number): { readonly journey: Open; readonly trust?: number } => {
    const continued = continuations.of(track);
    let one = byTrack.get(track);
    const before = !one && continued ? byTrack.get(continued.track) : undefined;
    if (before && continued) {
      before.tracks.push(track);
      byTrack.set(track, before);
      return { journey: before, trust: continued.trust };
    }
    if (!one) {
      one = { track, tracks: [track], ended: [], classes: [], stops: [], heard: at };
      open.push(one);
      byTrack.set(track, one);
    }
    return { journey: one };
  };

  /** The journey in which this stop began, under whatever name; the object of `track` is that one from now on. */
  function ofStop(event: ZoneEvent, track: string): { journey: Open; stop: OpenStop } | null {
    const since = event.at - Math.round((event.seconds ?? 0) * second);
    const fits = ({ zone, left, entered }: OpenStop): boolean => zone === event.zone && left === null && Math.abs(entered - since) <= second / 1000;
    const own = byTrack.get(track);
    const found = own?.stops.some(fits) ? own : (open.find((one) => one.stops.some(fits)) ?? own);
    const stop = found?.stops.find(fits) ?? found?.stops.find(({ zone, left }) => zone === event.zone && left === null);
    if (!found || !stop) return null;
    if (own && own !== found) merge(found, own);
    else if (!own) {
      found.tracks.push(track);
      byTrack.set(track, found);
    }
    return { journey: found, stop };
  }

  function merge(into: Open, from: Open): void {
    open = open.filter((one) => one !== from);
    for (const track of from.tracks) byTrack.set(track, into);
    into.tracks.push(...from.tracks);
    into.ended.push(...from.ended);
    for (const cls of from.classes) if (!into.classes.includes(cls)) into.classes.push(cls);
    into.stops.push(...from.stops);
    into.stops.sort((a, b) => a.entered - b.entered);
  }

  function take(event: ZoneEvent): ZoneEvent {
    const { track, kind, zone, at, cls, direction } = event;
    if (track === undefined) return event;
    if (kind === 'left' || kind === 'served' || kind === 'abandoned') {
      const settled = ofStop(event, track);
      if (!settled) return event;
      settled.stop.left = at;
      settled.journey.heard = at;
      // Who gave up waiting was in the queue, but did not pass it.
      if (kind === 'abandoned') settled.journey.stops.splice(settled.journey.stops.indexOf(settled.stop), 1, { ...settled.stop, abandoned: true });
      return event;
    }
    if (kind !== 'entered' && kind !== 'joined' && kind !== 'crossed') return event;
    const { journey, trust } = journeyOf(track, at);
    const passed = passedZones(journey);
    journey.heard = at;
    if (cls !== undefined && !journey.classes.includes(cls)) journey.classes.push(cls);
    journey.stops.push({ zone, entered: at, left: kind === 'crossed' ? at : null, ...(direction && { direction }), ...(trust !== undefined && { joined: trust }) });
    journey.stops.sort((a, b) => a.entered - b.entered);
    return passed.length > 0 ? { ...event, passed } : event;
  }

  function close(one: Open): Journey {
    for (const track of one.tracks) byTrack.delete(track);
    return { track: one.track, classes: one.classes, stops: one.stops.map((stop) => ({ ...stop, left: stop.left ?? Math.max(stop.entered, one.heard) })) };
  }

  return {
    step(at, events, ended, tracks = [], aspect = 1) {
      continuations.step(at, tracks, ended, aspect);
      const said = events.map(take);
      for (const track of ended) {
        const one = byTrack.get(track);
        if (!one || one.ended.includes(track)) continue;
        one.ended.push(track);
        one.heard = Math.max(one.heard, at);
      }
      const finished: Journey[] = [];
      open = open.filter((one, index) => {
        const quiet = (at - one.heard) / second;
        const gone = one.tracks.every((track) => one.ended.includes(track) && !continuations.awaited(track)) && quiet > settles;
        if (!gone && quiet <= longest && one.stops.length <= mostStops && open.length - index <= mostOpen) return true;
        finished.push(close(one));
        return false;
      });
      return { events: said, finished };
    },
    snapshot: () => ({ open: structuredClone(open), continuations: continuations.snapshot() }),
  };
}

/** The zones of the stops so far, in order, each repetition in a row once. */
function passedZones({ stops }: Open): string[] {
  const zones: string[] = [];
  for (const { zone, abandoned } of stops) if (!abandoned && zones.at(-1) !== zone) zones.push(zone);
  return zones;
}
