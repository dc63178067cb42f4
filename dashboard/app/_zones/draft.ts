import { selfCrossing, signedArea, type Point } from '@sightline/schemas/shapes';
import type { LiveZoneKind } from '@sightline/schemas/live';

/** A zone while it is drawn, and every step of drawing it, so that each can be undone. */
export interface DraftShape {
  /** Stall or facing; absent for what has one shape only. */
  readonly name?: string;
  readonly points: readonly Point[];
}

export interface Draft {
  /** Name under which it is saved already; null while it is new. */
  readonly saved: string | null;
  readonly name: string;
  readonly kind: LiveZoneKind;
  readonly shapes: readonly DraftShape[];
  /** Where a queue is served. */
  readonly head: Point | null;
  readonly classes: readonly string[];
  /** Stalls and facings that were laid out as one grid move as one until they are saved. */
  readonly grid: { readonly columns: number; readonly rows: number } | null;
  /** Whether its outline is finished: a click then moves, before it adds. */
  readonly whole: boolean;
  /** What else the saved zone says; kept as it is. */
  readonly rest: Readonly<Record<string, unknown>>;
}

export interface History {
  readonly past: readonly Draft[];
  readonly now: Draft;
  readonly future: readonly Draft[];
  /** What the last step was part of: moves of one drag are one step. */
  readonly gesture: string | null;
}

/** Steps that can be undone. */
const stepsKept = 200;

export function begin(draft: Draft): History {
  return { past: [], now: draft, future: [], gesture: null };
}

export function step(history: History, next: Draft, gesture: string | null = null): History {
  if (gesture !== null && gesture === history.gesture) return { ...history, now: next, future: [] };
  return { past: [...history.past, history.now].slice(-stepsKept), now: next, future: [], gesture };
}

export function undo(history: History): History {
  const before = history.past.at(-1);
  return before ? { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future], gesture: null } : history;
}

export function redo(history: History): History {
  const [next, ...future] = history.future;
  return next ? { past: [...history.past, history.now], now: next, future, gesture: null } : history;
}

export function emptyDraft(kind: LiveZoneKind, name: string): Draft {
  return { saved: null, name, kind, shapes: [], head: null, classes: [], whole: false, grid: kind === 'stalls' ? { columns: 10, rows: 1 } : kind === 'shelf' ? { columns: 4, rows: 2 } : null, rest: {} };
}

/** The zone of the site file as a draft. */
export function draftOf(zone: Readonly<Record<string, unknown>> & { readonly name: string; readonly kind: LiveZoneKind }): Draft {
  const { name, kind, camera, line, polygon, stalls, facings, head, classes, ...rest } = zone as Record<string, unknown> & { name: string; kind: LiveZoneKind };
  void camera;
  const parts = (stalls ?? facings) as readonly { name: string; polygon: readonly Point[] }[] | undefined;
  const shapes = parts ? parts.map((part) => ({ name: part.name, points: part.polygon })) : [{ points: (line ?? polygon) as readonly Point[] }];
  return { saved: name, name, kind, shapes, head: (head as Point | undefined) ?? null, classes: (classes as readonly string[] | undefined) ?? [], grid: null, whole: true, rest };
}

/** As it goes into the site file. */
export function zoneOf(draft: Draft, camera: string): Record<string, unknown> & { name: string } {
  const shapes = partsOf(draft);
  const geometry =
    draft.kind === 'line' ? { line: shapes[0]?.points ?? [] } : draft.kind === 'stalls' ? { stalls: shapes.map(({ name, points }) => ({ name, polygon: points })) } : draft.kind === 'shelf' ? { facings: shapes.map(({ name, points }) => ({ name, polygon: points })) } : { polygon: shapes[0]?.points ?? [] };
  return { name: draft.name, kind: draft.kind, camera, ...geometry, ...(draft.kind === 'queue' && { head: draft.head ?? undefined }), ...(draft.classes.length > 0 && { classes: draft.classes }), ...draft.rest };
}

/** Only what differs from the zone as it was: what the file does not say stays unsaid, what was taken away is null. */
export function changeOf(before: Draft | null, draft: Draft, camera: string): Record<string, unknown> & { name: string } {
  const now = asJson(zoneOf(draft, camera));
  if (!before?.saved) return now;
  const was = asJson(zoneOf(before, camera));
  const keys = [...new Set([...Object.keys(was), ...Object.keys(now)])].filter((key) => JSON.stringify(was[key]) !== JSON.stringify(now[key]));
  return { name: draft.name, ...Object.fromEntries(keys.map((key) => [key, now[key] ?? null])) };
}

function asJson(zone: Record<string, unknown> & { name: string }): Record<string, unknown> & { name: string } {
  return JSON.parse(JSON.stringify(zone)) as Record<string, unknown> & { name: string };
}

/** Stalls and facings: several shapes under one name, each with its own. */
export function hasParts(draft: Draft): boolean {
  return (draft.kind === 'stalls' || draft.kind === 'shelf') && !draft.grid;
}

/** One more stall or facing, as large as `like` and beside it. */
export function anotherPart(draft: Draft, like: number): Draft {
  const { points } = draft.shapes[like]!;
  const xs = points.map(([x]) => x);
  const width = Math.max(...xs) - Math.min(...xs);
  const dx = Math.max(...xs) + width <= 1 ? width : -Math.min(width, Math.min(...xs));
  const taken = new Set(draft.shapes.map(({ name }) => name));
  const prefix = partPrefix(draft.kind);
  let n = draft.shapes.length + 1;
  while (taken.has(`${prefix}${n}`)) n += 1;
  return { ...draft, shapes: [...draft.shapes, { name: `${prefix}${n}`, points: points.map(([x, y]): Point => [round(x + dx), y]) }] };
}

function partPrefix(kind: LiveZoneKind): string {
  return kind === 'shelf' ? 'F' : 'P';
}

/** The shapes, a grid cut into its cells. */
export function partsOf(draft: Draft): readonly DraftShape[] {
  const outline = draft.shapes[0]?.points;
  if (!draft.grid || outline?.length !== 4) return draft.shapes;
  const [a, b, c, d] = outline as [Point, Point, Point, Point];
  const { columns, rows } = draft.grid;
  const at = (u: number, v: number): Point => [
    round((1 - v) * ((1 - u) * a[0] + u * b[0]) + v * ((1 - u) * d[0] + u * c[0])),
    round((1 - v) * ((1 - u) * a[1] + u * b[1]) + v * ((1 - u) * d[1] + u * c[1])),
  ];
  const prefix = partPrefix(draft.kind);
  const cells: DraftShape[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [u0, u1, v0, v1] = [column / columns, (column + 1) / columns, row / rows, (row + 1) / rows];
      cells.push({ name: `${prefix}${row * columns + column + 1}`, points: [at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)] });
    }
  }
  return cells;
}

/** A ten-thousandth of the frame: finer than a pixel of 4K is long. */
export function round(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
}

/** How many points the shape that is drawn now takes; null: as many as wanted. */
export function pointsWanted(draft: Draft): number | null {
  return draft.kind === 'line' ? 2 : draft.grid ? 4 : null;
}

export type Mistake = 'name' | 'taken' | 'part' | 'points' | 'crosses' | 'small' | 'short';

/** Smaller than this (square fractions of the frame) no object that a detector sees fits in. */
const leastArea = 0.0006;
const leastLength = 0.02;
const namePattern = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]{0,63}$/u;

export function mistakesOf(draft: Draft, others: readonly string[]): Mistake[] {
  const found: Mistake[] = [];
  if (!namePattern.test(draft.name)) found.push('name');
  else if (others.includes(draft.name) && draft.name !== draft.saved) found.push('taken');
  if (hasParts(draft) && (new Set(draft.shapes.map(({ name }) => name)).size < draft.shapes.length || draft.shapes.some(({ name }) => !namePattern.test(name ?? '')))) found.push('part');
  const wanted = pointsWanted(draft) ?? 3;
  if (draft.shapes.length === 0 || draft.shapes.some(({ points }) => points.length < wanted)) found.push('points');
  else if (draft.kind === 'line') {
    const [a, b] = draft.shapes[0]!.points as [Point, Point];
    if (Math.hypot(b[0] - a[0], b[1] - a[1]) < leastLength) found.push('short');
  } else {
    if (draft.shapes.some(({ points }) => selfCrossing(points))) found.push('crosses');
    if (partsOf(draft).some(({ points }) => Math.abs(signedArea(points)) < leastArea / (draft.kind === 'stalls' || draft.kind === 'shelf' ? 4 : 1))) found.push('small');
  }
  return found;
}

/** How small the smaller of the objects are that were seen at each height of the picture: `bands` from its top to its bottom, null where none were. */
export interface SeenSizes {
  /** Heights in fractions of the frame. */
  readonly heights: readonly (number | null)[];
}

/** Feet and wheels of one object are about a quarter of its height apart. */
const footShare = 0.25;

/** The height (fractions of the frame) of an object seen there that a shape of this draft is too small for, or null. */
export function tooSmallFor(draft: Draft, seen: SeenSizes | undefined, aspect: number): number | null {
  if (!seen || draft.kind === 'shelf') return null;
  for (const { points } of partsOf(draft)) {
    if (points.length < (draft.kind === 'line' ? 2 : 3)) continue;
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const extent = Math.max((Math.max(...xs) - Math.min(...xs)) * aspect, Math.max(...ys) - Math.min(...ys));
    const bands = seen.heights.slice(bandOf(Math.min(...ys), seen), bandOf(Math.max(...ys), seen) + 1).filter((height) => height !== null);
    const least = bands.length === 0 ? null : Math.min(...bands);
    if (least !== null && extent < least * footShare) return least;
  }
  return null;
}

function bandOf(y: number, { heights }: SeenSizes): number {
  return Math.min(heights.length - 1, Math.floor(y * heights.length));
}
