import type { Box, Point, Zone } from '@sightline/schemas';
import type { Judgement } from './judge.js';
import { clipTime } from './summary.js';

/** One thing that went wrong, and where to look at it. */
export interface Failure {
  readonly what: 'missed' | 'false' | 'double' | 'wrong way' | 'switch';
  /** Seconds from the first frame; for pictures without time, 0. */
  readonly at: number;
  /** One line for a person. */
  readonly caption: string;
  /** Drawn over the picture, in fractions of the frame. */
  readonly marks: readonly Mark[];
  /** A picture of its own instead of a frame of the clip. */
  readonly picture?: string;
}

export type Mark =
  | { readonly shape: 'polygon' | 'line'; readonly points: readonly Point[]; readonly tone: Tone }
  | { readonly shape: 'point'; readonly point: Point; readonly tone: Tone }
  | { readonly shape: 'box'; readonly box: Box; readonly tone: Tone; readonly text?: string };

/** What a mark stands for: the place, the truth, or what was said. */
export type Tone = 'place' | 'truth' | 'said';

export function failuresOf({ zone: name, kind, missed, double, wrongWay, invented }: Judgement, zones: readonly Zone[]): Failure[] {
  const zone = zones.find((candidate) => candidate.name === name);
  const marks = (part: string | undefined, point?: Point): Mark[] => [...(zone ? geometryOf(zone, part) : []), ...(point ? [{ shape: 'point', point, tone: 'said' } as const] : [])];
  const told = (what: Failure['what'], word: string) => (one: { at: number; until?: number | undefined; direction?: 'in' | 'out' | undefined; part?: string | undefined; note?: string | undefined; point?: Point }): Failure => ({
    what,
    at: one.at,
    caption: [`${clipTime(one.at)}${one.until === undefined ? '' : `–${clipTime(one.until)}`} ${name}${one.part === undefined ? '' : ` ${one.part}`}: ${word} ${kind}${one.direction ? ` ${one.direction}` : ''}`, one.note].filter(Boolean).join(' – '),
    marks: marks(one.part, one.point),
  });
  return [
    ...missed.map(told('missed', 'missed:')),
    ...invented.map(told('false', 'invented:')),
    ...double.map(told('double', 'said twice:')),
    ...wrongWay.map(told('wrong way', 'the wrong way:')),
  ].sort((a, b) => a.at - b.at);
}

function geometryOf(zone: Zone, part: string | undefined): Mark[] {
  if (zone.kind === 'line') return [{ shape: 'line', points: zone.line, tone: 'place' }];
  const parts = zone.kind === 'stalls' ? zone.stalls : zone.kind === 'shelf' ? zone.facings : [{ name: zone.name, polygon: zone.polygon }];
  return parts.filter((one) => part === undefined || one.name === part).map(({ polygon }) => ({ shape: 'polygon', points: polygon, tone: 'place' }));
}
