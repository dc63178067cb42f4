import type { FramePosition } from '@sightline/schemas';
import type { StoredRecord } from '@sightline/runtime/log/log';

/**
 * Rows on their way into the store: encoded once, as lines of JSONCompactEachRow, in the order of each table's columns.
 * What cannot be a row throws a RangeError, which makes the record that it came from unreadable.
 */
export const columns = {
  events: ['at', 'camera', 'zone', 'zone_kind', 'kind', 'class', 'direction', 'track', 'part', 'seconds', 'value', 'x', 'y', 'along', 'id', 'epoch', 'seq'],
  samples: ['at', 'camera', 'zone', 'zone_kind', 'measure', 'class', 'value', 'coverage', 'skipped', 'quality'],
  tracks: ['began', 'ended', 'camera', 'class', 'id', 'seconds', 'path_ms', 'path_x', 'path_y', 'height', 'max_score'],
  drift: ['minute', 'camera', 'version', 'n', 'sums', 'brightness', 'contrast', 'sharpness', 'bad'],
  journeys: ['began', 'ended', 'camera', 'track', 'classes', 'zones', 'entered', 'left', 'directions', 'abandoned', 'trust'],
  presence_1m: ['minute', 'camera', 'class', 'cell', 'ms', 'dx', 'dy'],
  frames_1m: ['minute', 'camera', 'model', 'site', 'inferred', 'quiet', 'failed', 'dropped', 'detections'],
  camera_status: ['at', 'camera', 'state', 'since', 'epoch', 'fps_wanted', 'fps_got', 'last_frame', 'width', 'height', 'frames', 'quiet', 'dropped', 'reconnects', 'quality', 'problem'],
  alerts: ['at', 'rule', 'state', 'severity', 'camera', 'subject', 'measure', 'condition', 'value', 'since', 'id'],
  site_versions: ['version', 'site', 'stored', 'configuration'],
} as const satisfies Record<string, readonly string[]>;

export type SinkTable = keyof typeof columns;

export type Rows = Partial<Record<SinkTable, string[]>>;

/** Turns the records of one batch into rows. `seen` holds the last frame of each camera written so far, and is moved on. */
export type CreateEncoder = (seen: Map<string, FramePosition>) => Encoder;

export interface Encoder {
  /** Takes a record by its headers alone, if they say enough. */
  skim?(record: StoredRecord): boolean;
  /** The record's rows; null when they were written before. A record that throws a RangeError or TypeError left no trace. */
  add(value: unknown, record: StoredRecord): Rows | null;
  /** Rows that sum the whole batch up. */
  finish(): Rows;
}

/** Beyond these the table's types would wrap around: 1970 to 2106. */
const lastSecond = 2 ** 32 - 1;

/** µs of event time, whole. */
export function micros(value: unknown): number {
  return whole(value, lastSecond * 1e6, 'a time in µs');
}

/** Whole seconds from µs of event time. */
export function seconds(value: unknown): number {
  return Math.floor(micros(value) / 1e6);
}

/** ms of wall time, whole. */
export function millis(value: unknown): number {
  return whole(value, lastSecond * 1e3, 'a time in ms');
}

export function count(value: unknown): number {
  return whole(value, Number.MAX_SAFE_INTEGER, 'a count');
}

export function text(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '') throw new RangeError(`${what} is ${JSON.stringify(value)}, not a name`);
  return value;
}

/** A number, or null where it is unknown or not finite. */
export function real(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function whole(value: unknown, most: number, what: string): number {
  if (typeof value !== 'number' || !(value >= 0) || value > most) throw new RangeError(`${JSON.stringify(value)} is not ${what}`);
  return Math.round(value);
}
