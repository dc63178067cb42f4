import type { Detection, FrameInput, FrameQuality, Point, Track, Zone, ZoneEvent } from '@sightline/schemas';
import { zoneSchema } from '@sightline/schemas';
import { createZone } from './create.js';
import type { ZoneEventDraft, ZoneOutput, ZoneUnit } from './zone.js';

/**
 * Scenes for the tests of zones: objects that walk, stand, hide and change their ids, seen by a perfect tracker.
 *
 *     const anna = someone('anna').at(0.5, 0.3).walksTo(0.5, 0.7, 2).hides(1).stands(3);
 *     const { said } = play(line, [anna], { fps: 10 });   // ['crossed in anna 1.0']
 */
interface Leg {
  readonly seconds: number;
  readonly to: Point;
  readonly seen: boolean;
  readonly id: string;
}

export class Actor {
  readonly #legs: Leg[] = [];
  #place: Point = [0.5, 0.5];
  #id: string;
  #enters = 0;
  #size: readonly [w: number, h: number] = [0.05, 0.2];

  constructor(
    id: string,
    readonly cls: string,
  ) {
    this.#id = id;
    if (cls !== 'person') this.#size = [0.14, 0.16];
  }

  /** Where it is seen first, and after how many seconds. */
  at(x: number, y: number, enters = 0): this {
    this.#place = [x, y];
    this.#enters = enters;
    return this;
  }

  walksTo(x: number, y: number, seconds: number): this {
    return this.#leg([x, y], seconds, true);
  }

  stands(seconds: number): this {
    return this.#leg(this.#end(), seconds, true);
  }

  /** Trembles across its place by this much of its height, `times` a second. */
  trembles(seconds: number, by: number, times = 5): this {
    const [x, y] = this.#end();
    for (let i = 0; i < seconds * times; i++) this.#leg([x, y + (i % 2 === 0 ? by : -by) * this.#size[1]], 1 / times, true);
    return this;
  }

  /** Goes on unseen. */
  hides(seconds: number, to: Point = this.#end()): this {
    return this.#leg(to, seconds, false);
  }

  /** From here on the tracker calls it by another name. */
  becomes(id: string): this {
    this.#id = id;
    return this;
  }

  #end(): Point {
    return this.#legs.at(-1)?.to ?? this.#place;
  }

  #leg(to: Point, seconds: number, seen: boolean): this {
    this.#legs.push({ to, seconds, seen, id: this.#id });
    return this;
  }

  get seconds(): number {
    return this.#legs.reduce((sum, leg) => sum + leg.seconds, this.#enters);
  }

  trackAt(seconds: number): { readonly id: string; readonly cls: string; readonly x: number; readonly y: number; readonly w: number; readonly h: number } | null {
    let left = seconds - this.#enters;
    let from = this.#place;
    for (const { seconds: length, to, seen, id } of this.#legs) {
      if (left >= 0 && left < length) {
        const part = left / length;
        const [w, h] = this.#size;
        return seen ? { id, cls: this.cls, x: from[0] + part * (to[0] - from[0]) - w / 2, y: from[1] + part * (to[1] - from[1]) - h, w, h } : null;
      }
      left -= length;
      from = to;
    }
    return null;
  }
}

export const someone = (id: string): Actor => new Actor(id, 'person');
export const car = (id: string): Actor => new Actor(id, 'car');

export interface PlayOptions {
  readonly fps?: number;
  /** Seconds to play; default: until 12 s after the last actor has gone. */
  readonly seconds?: number;
  /** What the camera can be trusted with at a given second. */
  readonly quality?: (seconds: number) => FrameQuality['state'];
  readonly state?: (seconds: number) => FrameInput['state'];
  readonly facings?: (seconds: number) => Readonly<Record<string, string>>;
  readonly detections?: (seconds: number) => readonly Detection[];
  /** Called before each frame; a test may put another zone in its place. */
  readonly swap?: (zone: ZoneUnit, frame: number) => ZoneUnit;
}

export interface Played {
  readonly events: readonly ZoneEventDraft[];
  /** Kind, direction, part, object, second: `crossed in anna 1.0`. */
  readonly said: readonly string[];
  readonly measures: readonly ZoneOutput['measures'][];
  readonly last: ZoneOutput['measures'];
}

export const sceneBegins = 1_767_225_600_000_000;
const second = 1_000_000;
const epilogue = 12;

export function zoneOf(config: unknown): Zone {
  return zoneSchema.parse(config);
}

export function play(config: unknown, actors: readonly Actor[], options: PlayOptions = {}): Played {
  const { fps = 10, seconds = Math.max(0, ...actors.map((actor) => actor.seconds)) + epilogue, swap = (zone) => zone } = options;
  let zone = createZone(zoneOf(config));
  const events: ZoneEventDraft[] = [];
  const measures: ZoneOutput['measures'][] = [];
  const since = new Map<string, number>();
  for (let frame = 0; frame < seconds * fps; frame++) {
    zone = swap(zone, frame);
    const now = frame / fps;
    const capturedAt = sceneBegins + Math.round(now * second);
    const tracks = actors.flatMap((actor): Track[] => {
      const track = actor.trackAt(now);
      if (!track) return [];
      if (!since.has(track.id)) since.set(track.id, capturedAt);
      return [{ ...track, score: 0.9, since: since.get(track.id)!, coasting: 0 }];
    });
    const detections = options.detections?.(now) ?? tracks.map(({ x, y, w, h, cls, score }) => ({ x, y, w, h, cls, score }));
    const output = zone.step({ input: inputAt(frame, capturedAt, now, detections, options), tracks, ended: [], seconds: frame === 0 ? 0 : 1 / fps });
    events.push(...output.events);
    measures.push(output.measures);
  }
  return { events, said: events.map(told), measures, last: measures.at(-1) ?? {} };
}

function told({ kind, direction, part, track, at }: Pick<ZoneEvent, 'kind' | 'at'> & Partial<ZoneEvent>): string {
  return [kind, direction, part, track, ((at - sceneBegins) / second).toFixed(1)].filter((word) => word !== undefined).join(' ');
}

export function inputAt(seq: number, capturedAt: number, now: number, detections: readonly Detection[], { quality, state, facings }: PlayOptions): FrameInput {
  return {
    camera: 'test',
    epoch: 1,
    seq,
    capturedAt,
    recording: true,
    state: state?.(now) ?? 'inferred',
    quality: { brightness: 120, contrast: 40, sharpness: 10, state: quality?.(now) ?? 'ok' },
    motion: [0, 0],
    dropped: {},
    site: 'test',
    model: 'test',
    aspect: 16 / 9,
    detections,
    ...(facings && { facings: facings(now) }),
  };
}
