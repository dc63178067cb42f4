import type { Box, Detection, StallsZone } from '@sightline/schemas';
import { isVehicle } from '../classes.js';
import type { SeeingZone } from '../sight.js';
import type { ZoneEventDraft } from '../zone.js';
import { area, boundsOf, footprint, sharedArea, touch } from './footprint.js';
import { emptyStall, look, type StallState } from './stall.js';

/**
 * Which stalls hold a parked vehicle, and since when. Looks at detections rather than tracks, weak ones too: a visit goes on
 * whatever happens to a track's id. Measures: occupied, free, overstays.
 */
export interface StallsState {
  readonly stalls: readonly StallState[];
  /** µs of the last look. */
  readonly looked: number | null;
}

/** A footprint lies on a stall when it covers this share of the stall, or the stall this share of it. */
const covers = 0.4;
/** Of those that stand and are usually detected, a share that is missed at once: dark, glare, rain; and how many it takes to tell. */
const blindedShare = 0.5;
const blindedLeast = 3;
/** Looks closer together than this (s) say nothing new. */
const glance = 0.2;
/** A look stands for at most so many seconds, or one frame: what lies further back was not watched. */
const longestLook = 5;
const second = 1_000_000;

export function createStalls(config: StallsZone, restored?: StallsState): SeeingZone {
  const shapes = config.stalls.map(({ polygon }) => ({ polygon, area: area(polygon), bounds: boundsOf(polygon) }));
  let stalls: StallState[] = config.stalls.map((_, index) => restored?.stalls[index] ?? emptyStall);
  let looked = restored?.looked ?? null;

  /** Gives each vehicle the stall that it covers best, the best fits first. */
  function park(vehicles: readonly Detection[]): (Detection | null)[] {
    const fits: { readonly vehicle: Detection; readonly stall: number; readonly share: number }[] = [];
    for (const vehicle of vehicles) {
      const foot = footprint(vehicle);
      for (let stall = 0; stall < shapes.length; stall++) {
        const shape = shapes[stall]!;
        if (!touch(shape.bounds, foot)) continue;
        const shared = sharedArea(shape.polygon, foot);
        if (shared >= covers * Math.min(shape.area, foot.w * foot.h)) fits.push({ vehicle, stall, share: shared / shape.area });
      }
    }
    const held: (Detection | null)[] = shapes.map(() => null);
    const placed = new Set<Detection>();
    for (const { vehicle, stall } of fits.sort((a, b) => b.share - a.share)) {
      if (held[stall] || placed.has(vehicle)) continue;
      held[stall] = vehicle;
      placed.add(vehicle);
    }
    return held;
  }

  function visible(stall: number, held: readonly (Box | null)[], vehicles: readonly Box[]): number {
    const { polygon, area: whole, bounds } = shapes[stall]!;
    let hidden = 0;
    for (const vehicle of vehicles) if (vehicle !== held[stall] && touch(bounds, vehicle)) hidden = Math.max(hidden, sharedArea(polygon, vehicle) / whole);
    return Math.max(0, 1 - hidden);
  }

  function measures(at: number): Record<string, number> {
    const parked = stalls.flatMap((stall) => (stall.parked ? [stall.parked] : []));
    const { overstayAfter } = config;
    return {
      occupied: parked.length,
      free: stalls.length - parked.length,
      overstays: overstayAfter === undefined ? 0 : parked.filter(({ since }) => (at - since) / second >= overstayAfter).length,
    };
  }

  return {
    measureNames: ['occupied', 'free', 'overstays'],
    step({ input, seconds }) {
      const { capturedAt: at } = input;
      // A picture held back is the last one again: nothing has changed, and nothing new was seen.
      if (input.state !== 'inferred' || (looked !== null && (at - looked) / second < glance)) return { events: overstays(at), measures: measures(at) };
      const since = looked === null ? seconds : Math.min((at - looked) / second, Math.max(seconds, longestLook));
      looked = at;
      const vehicles = input.detections.filter(({ cls }) => config.classes?.includes(cls) ?? isVehicle(cls));
      const held = park(vehicles);
      const usual = stalls.map((stall) => (stall.parked && stall.hitTaken > 0.5 ? stall.hitTaken : 0));
      const expected = usual.reduce((sum, rate) => sum + rate, 0);
      const met = usual.reduce((sum, rate, index) => sum + (rate > 0 && held[index] ? 1 : 0), 0);
      const blinded = expected >= blindedLeast && met < blindedShare * expected;
      const events: ZoneEventDraft[] = [];
      stalls = stalls.map((before, index) => {
        const { name: part } = config.stalls[index]!;
        const hit = held[index] ?? null;
        const { stall, change } = look(before, { at, seconds: since, hit, visible: hit ? 1 : visible(index, held, vehicles), blinded });
        if (change?.kind === 'parked') events.push({ kind: 'parked', at: change.at, part, ...(hit && { cls: hit.cls }) });
        if (change?.kind === 'departed') events.push({ kind: 'departed', at: change.at, part, seconds: (change.at - change.since) / second });
        return stall;
      });
      events.push(...overstays(at));
      return { events, measures: measures(at) };
    },
    resume(_seconds, moved) {
      if (moved) stalls = stalls.map(() => emptyStall);
      looked = null;
    },
    snapshot: (): StallsState => ({ stalls: [...stalls], looked }),
  };

  function overstays(at: number): ZoneEventDraft[] {
    const { overstayAfter } = config;
    if (overstayAfter === undefined) return [];
    const events: ZoneEventDraft[] = [];
    stalls = stalls.map((stall, index) => {
      if (!stall.parked || stall.parked.overstayed || (at - stall.parked.since) / second < overstayAfter) return stall;
      events.push({ kind: 'overstayed', at: stall.parked.since + Math.round(overstayAfter * second), part: config.stalls[index]!.name, seconds: overstayAfter });
      return { ...stall, parked: { ...stall.parked, overstayed: true } };
    });
    return events;
  }
}
