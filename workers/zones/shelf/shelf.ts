import { insidePolygon, type Bands, type Box, type Detection, type Polygon, type ShelfZone } from '@sightline/schemas';
import type { SeeingZone } from '../sight.js';
import type { ZoneEventDraft, ZoneFrame } from '../zone.js';
import { Facing, type FacingState } from './facing.js';
import { featuresOf } from './reference.js';

/** Which facings of a shelf are empty. Measures: fill (share of the known ones that is full), empty, full, blocked. */
export interface ShelfState {
  readonly facings: readonly FacingState[];
  /** µs of the frame before, and since when most facings look changed at once. */
  readonly switchedAt: number | null;
}

/** Score from which a detection says that a person, or a thing, is there. */
const seenScore = 0.4;
/** Share of a facing that a person's box covers when the person stands in front of it. */
const coveredShare = 0.2;
/** No hand changes this share of at least so many facings within a moment: that is the light. */
const switchedShare = 0.8;
const switchedLeast = 4;
/** A facing looks changed at this distance. */
const changed = 0.4;
/** Seconds after which a new light counts as the light. */
const switchedAfter = 2;
const second = 1_000_000;

export function createShelf(config: ShelfZone, restored?: ShelfState): SeeingZone {
  const facings = config.facings.map(({ name, polygon }, index) => ({ name, polygon, frame: boundsOf(polygon), key: `${config.name}/${name}`, facing: new Facing(restored?.facings[index]) }));
  let switchedAt = restored?.switchedAt ?? null;

  /** Whether the light is being switched; when it has settled every facing takes its look anew. */
  function switching(looks: readonly (Bands | null)[], at: number): boolean {
    const full = facings.flatMap(({ facing }, index) => (facing.filling === 'full' && looks[index] ? [facing.distance(looks[index]) ?? 0] : []));
    if (full.length < switchedLeast || full.filter((distance) => distance > changed).length < switchedShare * full.length) {
      switchedAt = null;
      return false;
    }
    switchedAt ??= at;
    if ((at - switchedAt) / second < switchedAfter) return true;
    facings.forEach(({ facing }, index) => looks[index] && facing.reference(looks[index]));
    switchedAt = null;
    return false;
  }

  function measures(): Record<string, number | null> {
    const known = facings.filter(({ facing }) => facing.filling !== null);
    const full = known.filter(({ facing }) => facing.filling === 'full').length;
    return { fill: known.length === 0 ? null : full / known.length, empty: known.length - full, full, blocked: facings.filter(({ facing }) => facing.blocked).length };
  }

  return {
    measureNames: ['fill', 'empty', 'full', 'blocked'],
    step({ input }: ZoneFrame) {
      const { capturedAt: at, detections } = input;
      if (!input.facings) return { events: [], measures: measures() };
      const looks = facings.map(({ key }) => featuresOf(input.facings![key]));
      if (switching(looks, at)) return { events: [], measures: measures() };
      const common = median(facings.flatMap(({ facing }) => (facing.filling === 'full' && facing.drift !== null ? [facing.drift] : [])));
      const people = detections.filter(({ cls, score }) => cls === 'person' && score >= seenScore);
      const events: ZoneEventDraft[] = [];
      facings.forEach(({ name, polygon, frame, facing }, index) => {
        const features = looks[index];
        if (!features) return;
        const covered = people.some((person) => coverage(frame, person) > coveredShare);
        const turned = facing.see({ at, features, covered, thing: detections.some((one) => isThingIn(one, polygon)), common });
        if (turned) events.push({ kind: turned.filling === 'empty' ? 'facing-emptied' : 'facing-restocked', at: turned.at, part: name });
      });
      return { events, measures: measures() };
    },
    resume(_seconds, moved) {
      // A moved camera shows other places: what they look like is learned anew.
      for (const entry of facings) {
        if (moved) entry.facing = new Facing();
        else entry.facing.forgetMotion();
      }
      switchedAt = null;
    },
    snapshot: (): ShelfState => ({ facings: facings.map(({ facing }) => facing.snapshot()), switchedAt }),
  };
}

function isThingIn({ cls, score, x, y, w, h }: Detection, polygon: Polygon): boolean {
  return cls !== 'person' && score >= seenScore && insidePolygon([x + w / 2, y + h / 2], polygon);
}

function boundsOf(polygon: Polygon): Box {
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  const x = Math.min(...xs);
  const y = Math.min(...ys);
  return { x, y, w: Math.max(...xs) - x, h: Math.max(...ys) - y };
}

/** Share of a box that another one covers. */
function coverage(box: Box, by: Box): number {
  const w = Math.min(box.x + box.w, by.x + by.w) - Math.max(box.x, by.x);
  const h = Math.min(box.y + box.h, by.y + by.h) - Math.max(box.y, by.y);
  return w <= 0 || h <= 0 ? 0 : (w * h) / (box.w * box.h);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
