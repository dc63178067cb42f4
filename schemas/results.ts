import type { Detection } from './detection.js';
import type { DropReason, FrameHeader, FrameQuality } from './frame.js';
import type { Box, Point } from './geometry.js';
import type { ZoneKind } from './site.js';

/** One `results` record per frame: everything the frame led to, and what it started from (architecture rules 1 and 3). */
export const resultsVersion = 1;

/**
 * What a frame gave to tracker, zones and drift: the input of the fold. The state after this frame is a pure function
 * of the state before it and this.
 */
export interface FrameInput {
  readonly camera: string;
  readonly epoch: number;
  readonly seq: number;
  /** µs since the Unix epoch. */
  readonly capturedAt: number;
  readonly recording: boolean;
  /** inferred: the model saw it. quiet: the gate held it back, tracks are carried on. failed: pixels or model failed. */
  readonly state: 'inferred' | 'quiet' | 'failed';
  readonly reason?: string;
  readonly quality: FrameQuality;
  readonly motion: readonly [dx: number, dy: number];
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Version (hash) of the site configuration in force; the configuration itself is in the topic `site`. */
  readonly site: string;
  /** Model version that made the detections. */
  readonly model: string;
  /** width / height of the source picture: turns fractions into square units. */
  readonly aspect: number;
  readonly detections: readonly Detection[];
  readonly facings?: Readonly<Record<string, string>>;
  readonly embedding?: string;
}

/** One object as the tracker sees it after this frame. */
export interface Track extends Box {
  /** Unique per camera for ever: `${epoch in base 36}-${number}`. */
  readonly id: string;
  readonly cls: string;
  readonly score: number;
  /** µs: first seen. */
  readonly since: number;
  /** Seconds since a detection supported it; 0 when this frame did. */
  readonly coasting: number;
  /** Its box at `since`, only in the frame that first reports it, when it was seen before it was confirmed. */
  readonly first?: Box;
}

export const eventKinds = [
  'crossed',
  'entered',
  'left',
  'loitering',
  'crowded',
  'uncrowded',
  'joined',
  'served',
  'abandoned',
  'parked',
  'departed',
  'overstayed',
  'facing-emptied',
  'facing-restocked',
  'journey',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** Something began, ended or crossed. */
export interface ZoneEvent {
  /** Unique and the same on every replay: camera/zone/epoch-seq-n. */
  readonly id: string;
  readonly kind: EventKind;
  readonly zone: string;
  readonly zoneKind: ZoneKind;
  /** µs: event time, which may lie before the frame that settled it. */
  readonly at: number;
  /** Track of the object, if it is about one. */
  readonly track?: string;
  readonly cls?: string;
  readonly direction?: 'in' | 'out';
  /** Seconds: dwell of `left`, wait of `served` / `abandoned`, parking time of `departed`. */
  readonly seconds?: number;
  /** Stall or facing, if the zone has parts. */
  readonly part?: string;
  /** Where the object stood, fractions of the frame. */
  readonly point?: Point;
  /** Where on the line it crossed: 0 at its first point, 1 at its second. */
  readonly along?: number;
  /** How many: people of `crowded`. */
  readonly value?: number;
  /** Zones of this camera that the object passed before, in order; absent when none. An abandoned queue was not passed. */
  readonly passed?: readonly string[];
}

/** An object's way through the zones of a camera, told once it is over: one row of the table `journeys`. */
export interface Journey {
  /** The first track of the object; a visit joins tracks under which one object was seen. */
  readonly track: string;
  /** What it was taken for, in order. */
  readonly classes: readonly string[];
  /** In order of entering. */
  readonly stops: readonly JourneyStop[];
}

export interface JourneyStop {
  readonly zone: string;
  /** µs; a line is entered and left at once. */
  readonly entered: number;
  readonly left: number;
  /** Of a line. */
  readonly direction?: 'in' | 'out';
  /** Of a queue: it was left without being served. */
  readonly abandoned?: boolean;
  /** The object was lost before this stop and is taken to be the same: trust, 0..1. */
  readonly joined?: number;
}

/** Cells of the presence grid across and down the frame. */
export const presenceColumns = 64;
export const presenceRows = 36;

/** Where objects stood and went within a minute, as sums that add up exactly; a minute may come in several parts. */
export interface PresenceGrid {
  /** µs: start of the minute. */
  readonly minute: number;
  readonly cells: readonly PresenceCell[];
}

/** `cell` = row × columns + column; milliseconds in it, and displacement of the foot in 65535ths of the frame's width and height. */
export type PresenceCell = readonly [cls: string, cell: number, ms: number, dx: number, dy: number];

/** A zone's measures at one second of event time. null: unknown (dark, moved, offline). */
export interface ZoneSample {
  readonly zone: string;
  readonly zoneKind: ZoneKind;
  /** µs, a whole second. */
  readonly at: number;
  /** Named as in architecture.md: in, out, count, density, length, wait, served, occupied, free, fill, empty … */
  readonly measures: Readonly<Record<string, number | null>>;
  /** `count`-like measures by class, where there are several. */
  readonly perClass?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How far to trust it: share of this second's frames that were analysed or carried on, 0..1; lost frames count. */
  readonly coverage: number;
  /** Share of this second's frames that were not analysed because nothing moved, 0..1; absent when 0. */
  readonly skipped?: number;
  /** State of the camera's picture at that moment; absent when ok. */
  readonly quality?: FrameQuality['state'];
}

/** A track that has ended, corrected (gaps filled, smoothed): one row of the table `tracks`. */
export interface FinishedTrack {
  readonly id: string;
  readonly cls: string;
  /** µs. */
  readonly from: number;
  readonly to: number;
  /** Path of the anchor point (bottom centre), simplified: [µs since from, x, y]. */
  readonly path: readonly (readonly [t: number, x: number, y: number])[];
  /** Median height of its box, fraction of the frame. */
  readonly height: number;
  readonly maxScore: number;
}

/** Embedding sketch of one camera and minute (architecture, Drift). */
export interface DriftRow {
  /** µs: start of the minute. */
  readonly minute: number;
  /** Frames in the sums. */
  readonly n: number;
  /** Σ round(32767·z), D numbers. */
  readonly sums: readonly number[];
  /** Which features and seed: rows of another version do not compare. */
  readonly version: string;
  readonly brightness: number;
  readonly contrast: number;
  readonly sharpness: number;
  /** Share of frames whose quality was not ok; such a minute never enters a reference. */
  readonly bad: number;
}

export interface ResultsRecord {
  readonly v: typeof resultsVersion;
  readonly input: FrameInput;
  /** Where the frame stood in the topic `frames`. */
  readonly partition: number;
  readonly offset: number;
  readonly tracks: readonly Track[];
  readonly events: readonly ZoneEvent[];
  readonly samples: readonly ZoneSample[];
  readonly finished: readonly FinishedTrack[];
  readonly drift: readonly DriftRow[];
  /** Journeys that are over; absent when none. */
  readonly journeys?: readonly Journey[];
  /** Presence of a minute that is over; absent when none. */
  readonly presence?: readonly PresenceGrid[];
  /** Milliseconds of wall time per stage, for latency figures only; never read by the fold. */
  readonly timing?: Readonly<Record<string, number>>;
}

/** The part of a record that the pipeline computes from the state and the input. */
export type StepOutput = Pick<ResultsRecord, 'tracks' | 'events' | 'samples' | 'finished' | 'drift' | 'journeys' | 'presence'>;

export function inputOf(header: FrameHeader): Pick<FrameInput, 'camera' | 'epoch' | 'seq' | 'capturedAt' | 'recording' | 'quality' | 'motion' | 'dropped'> {
  const { camera, epoch, seq, capturedAt, recording, quality, motion, dropped } = header;
  return { camera, epoch, seq, capturedAt, recording, quality, motion, dropped };
}
