/**
 * The live protocol: JSON text messages over one WebSocket at `/api/v1/live/socket`, pictures as binary messages.
 *
 *     client → {"type":"subscribe","topics":["zones","picture:door"]}
 *     server → {"type":"hello", …}, {"type":"snapshot","topic":"zones","seq":7,"data":[…]}, {"type":"change","topic":"zones","seq":8,"data":[…]}
 *
 * Every topic counts its own `seq`. A change applies to the snapshot or change with the seq before it; a client that finds a gap
 * asks again with `after`. The server coalesces: a change holds the latest value only. This file has no imports, so
 * that the page can share it without weight.
 */
export const liveProtocol = 1;
export const liveSocketPath = '/api/v1/live/socket';

/**
 * zones, cameras: last values by key. events, alerts: newest first. site: the public part of the configuration. parts: what the
 * gateway stands on.
 */
export type LiveTopic = 'site' | 'zones' | 'cameras' | 'events' | 'alerts' | 'parts' | `picture:${string}`;

export type LiveZoneKind = 'line' | 'area' | 'queue' | 'stalls' | 'shelf';
export type LivePoint = readonly [x: number, y: number];

/** Last value of one zone. */
export interface LiveZone {
  readonly camera: string;
  readonly zone: string;
  readonly kind: LiveZoneKind;
  /** µs event time of the sample. */
  readonly at: number;
  /** ms: since when the value is as old as it looks. Of a live camera the frame's own time, of a recording when its record reached the gateway. */
  readonly seenAt: number;
  /** null: unknown. */
  readonly measures: Readonly<Record<string, number | null>>;
  readonly perClass?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Share of that second's frames that were seen, 0..1. */
  readonly coverage: number;
}

/** Last report of one camera, and of the frames that reached the gateway. Times are ms wall clock. */
export interface LiveCamera {
  readonly camera: string;
  readonly state: 'starting' | 'online' | 'stalled' | 'offline' | 'ended';
  readonly since: number;
  readonly at: number;
  readonly fpsWanted: number;
  readonly fpsGot: number;
  readonly lastFrameAt: number | null;
  /** Of the newest frame that was looked at: its own time; of a recording, when its record reached the gateway. */
  readonly lastResultAt: number | null;
  readonly size: readonly [width: number, height: number] | null;
  readonly dropped: Readonly<Record<string, number>>;
  readonly quiet: number;
  readonly frames: number;
  readonly reconnects: number;
  readonly quality: 'ok' | 'dark' | 'blurred' | 'frozen' | 'moved';
  readonly problem?: string;
}

export interface LiveEvent {
  readonly id: string;
  readonly camera: string;
  readonly zone: string;
  readonly zoneKind: LiveZoneKind;
  readonly kind: string;
  /** µs event time. */
  readonly at: number;
  readonly track?: string;
  readonly cls?: string;
  readonly direction?: 'in' | 'out';
  readonly seconds?: number;
  readonly part?: string;
  readonly point?: LivePoint;
  readonly value?: number;
}

export interface LiveAlert {
  readonly id: string;
  readonly rule: string;
  readonly state: 'pending' | 'firing' | 'resolved';
  readonly severity: 'info' | 'warning' | 'critical';
  readonly camera: string;
  readonly subject: string;
  readonly measure: string;
  readonly condition: string;
  readonly value: number | null;
  /** µs event time. */
  readonly since: number;
  readonly at: number;
}

/** Whether a part that the gateway stands on answers it. Without the log live values stand still, without the store nothing of the past can be read. */
export interface LivePart {
  readonly state: 'ok' | 'lost';
  /** ms wall clock: since when. */
  readonly since: number;
}
export interface LiveParts {
  readonly log: LivePart;
  readonly store: LivePart;
}

/** What of the site's configuration a browser may know: no source addresses, no webhooks. */
export interface LiveSite {
  readonly name: string;
  readonly timezone: string;
  readonly version: string;
  readonly cameras: readonly LiveSiteCamera[];
  readonly zones: readonly LiveSiteZone[];
  readonly rules: readonly LiveSiteRule[];
  /** Times in which alerts are written but nobody is told. */
  readonly silences: readonly LiveSiteSilence[];
  /** How long pictures and clips of events are kept, and in how much room. */
  readonly evidence: { readonly days: number; readonly megabytes: number };
}

export interface LiveSiteRule {
  readonly name: string;
  readonly when: string;
  /** Seconds. */
  readonly for: number;
  readonly severity: 'info' | 'warning' | 'critical';
  /** Some seconds of the camera are kept around each firing. */
  readonly clip?: boolean;
}

export interface LiveSiteSilence {
  /** Absent: all. */
  readonly rules?: readonly string[];
  readonly cameras?: readonly string[];
  /** ms since the Unix epoch, [from, until). */
  readonly from: number;
  readonly until: number;
  readonly reason: string;
}

export interface LiveSiteCamera {
  readonly name: string;
  /** Kind of source only, such as rtsp or file. */
  readonly kind: string;
  readonly fps: number;
  readonly model: string;
  readonly blurHeads: boolean;
  readonly masks: readonly (readonly LivePoint[])[];
}

export interface LiveSiteZone {
  readonly name: string;
  readonly camera: string;
  readonly kind: LiveZoneKind;
  /** Closed shapes in fractions of the frame; for a line its two points. Stalls and facings have one shape each, with their names. */
  readonly shapes: readonly { readonly name?: string; readonly points: readonly LivePoint[] }[];
  readonly capacity?: number;
  /** What is kept of each event to look at; absent: a picture. */
  readonly evidence?: 'none' | 'picture' | 'clip';
}

export interface LiveTrack {
  readonly id: string;
  readonly cls: string;
  readonly score: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/**
 * A picture, as a binary message: 4 bytes little endian length of the header, the header as JSON, a JPEG. Sent only to
 * clients that subscribe to `picture:CAMERA` and have acknowledged (`shown`) all but two before it.
 */
export interface LivePictureHeader {
  readonly camera: string;
  /** µs event time. */
  readonly capturedAt: number;
  readonly width: number;
  readonly height: number;
  /** What was seen in this very picture. */
  readonly tracks: readonly LiveTrack[];
}

export type LiveRequest =
  | { readonly type: 'subscribe'; readonly topics: readonly string[]; /** Last seq seen, by topic. */ readonly after?: Readonly<Record<string, number>>; /** `run` of the hello that `after` belongs to. */ readonly run?: string }
  | { readonly type: 'unsubscribe'; readonly topics: readonly string[] }
  | { readonly type: 'shown'; readonly camera: string };

export interface LiveData {
  readonly site: LiveSite | null;
  readonly zones: readonly LiveZone[];
  readonly cameras: readonly LiveCamera[];
  readonly events: readonly LiveEvent[];
  readonly alerts: readonly LiveAlert[];
  readonly parts: LiveParts;
}
type DataTopic = keyof LiveData;

export type LiveMessage =
  | { readonly type: 'hello'; readonly protocol: number; /** Sequence numbers count within one run of the gateway. */ readonly run: string; /** ms wall clock. */ readonly now: number; /** Version of the pages that are served. */ readonly pages: string; readonly heartbeatSeconds: number }
  | { readonly [T in DataTopic]: { readonly type: 'snapshot' | 'change'; readonly topic: T; readonly seq: number; readonly data: LiveData[T] } }[DataTopic]
  | { readonly type: 'heartbeat'; readonly now: number }
  | { readonly type: 'error'; readonly message: string };

/** Freshness of a value by its age: fresh ≤ 2 s, then its age is shown, then it is grey. */
export type Freshness = 'fresh' | 'ageing' | 'stale';
export const freshSeconds = 2;
export const staleSeconds = 10;

export function freshness(ageSeconds: number): Freshness {
  return ageSeconds <= freshSeconds ? 'fresh' : ageSeconds <= staleSeconds ? 'ageing' : 'stale';
}
