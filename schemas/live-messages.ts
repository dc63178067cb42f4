import { z } from 'zod';
import type { LiveAlert, LiveCamera, LiveEvent, LiveMessage, LiveParts, LivePictureHeader, LiveSite, LiveZone } from './live.js';

/**
 * The gateway's messages of the live protocol as schemas, apart from live.ts, which the page loads without zod: documentation is made
 * from them (docs/live-protocol.md), and tests hold what a gateway really sends against them.
 */
const name = z.string().describe('name in the site file');
const micros = z.int().describe('µs since the Unix epoch, event time');
const millis = z.number().describe('ms since the Unix epoch, wall clock');
const point = z.tuple([z.number(), z.number()]).readonly().describe('x, y in fractions of the frame, origin top left');
const kind = z.enum(['line', 'area', 'queue', 'stalls', 'shelf']);
const list = <T extends z.ZodType>(of: T) => z.array(of).readonly();

export const liveZoneSchema = z
  .strictObject({
    camera: name,
    zone: name,
    kind,
    at: micros.describe('µs since the Unix epoch: event time of the sample'),
    seenAt: millis.describe('ms since the Unix epoch: when the sample reached the gateway; for a value read back from the store, its event time'),
    measures: z.record(z.string(), z.number().nullable()).describe('null: unknown'),
    perClass: z.exactOptional(z.record(z.string(), z.record(z.string(), z.number()))).describe('measure → class → value'),
    coverage: z.number().describe('share of that second’s frames that were seen, 0..1'),
  })
  .describe('last value of one zone');

export const liveCameraSchema = z
  .strictObject({
    camera: name,
    state: z.enum(['starting', 'online', 'stalled', 'offline', 'ended']),
    since: millis.describe('in this state since'),
    at: millis.describe('when it was reported'),
    fpsWanted: z.number(),
    fpsGot: z.number(),
    lastFrameAt: millis.nullable(),
    lastResultAt: millis.nullable().describe('when its last results record reached the gateway'),
    size: z.tuple([z.number(), z.number()]).readonly().nullable().describe('width, height of the source in pixels'),
    dropped: z.record(z.string(), z.number()).describe('frames lost since the start, by reason'),
    quiet: z.number().describe('frames that the gate held back'),
    frames: z.number(),
    reconnects: z.number(),
    quality: z.enum(['ok', 'dark', 'blurred', 'frozen', 'moved']),
    problem: z.exactOptional(z.string()).describe('what went wrong last, without secrets'),
  })
  .describe('last report of one camera');

export const liveEventSchema = z
  .strictObject({
    id: z.string().describe('camera/zone/epoch-seq-n, the same on every replay'),
    camera: name,
    zone: name,
    zoneKind: kind,
    kind: z.string().describe('crossed, entered, left, joined, served, parked …'),
    at: micros,
    track: z.exactOptional(z.string()),
    cls: z.exactOptional(z.string()).describe('class of the object'),
    direction: z.exactOptional(z.enum(['in', 'out'])),
    seconds: z.exactOptional(z.number()).describe('dwell, wait or parking time'),
    part: z.exactOptional(z.string()).describe('stall or facing'),
    point: z.exactOptional(point),
    value: z.exactOptional(z.number()),
  })
  .describe('something began, ended or crossed');

export const liveAlertSchema = z
  .strictObject({
    id: z.string(),
    rule: name,
    state: z.enum(['pending', 'firing', 'resolved']),
    severity: z.enum(['info', 'warning', 'critical']),
    camera: name,
    subject: z.string().describe('zone, or the camera itself'),
    measure: z.string(),
    condition: z.string(),
    value: z.number().nullable(),
    since: micros,
    at: micros,
  })
  .describe('a rule that waits, fires or has ended');

export const liveSiteSchema = z
  .strictObject({
    name,
    timezone: z.string(),
    version: z.string(),
    cameras: list(
      z.strictObject({ name, kind: z.string().describe('kind of source only, such as rtsp or file'), fps: z.number(), model: z.string(), blurHeads: z.boolean(), masks: list(list(point)) }),
    ),
    zones: list(
      z.strictObject({
        name,
        camera: name,
        kind,
        shapes: list(z.strictObject({ name: z.exactOptional(z.string()), points: list(point) })),
        capacity: z.exactOptional(z.number()),
        evidence: z.exactOptional(z.enum(['none', 'picture', 'clip'])),
      }),
    ),
    rules: list(z.strictObject({ name, when: z.string(), for: z.number().describe('seconds'), severity: z.enum(['info', 'warning', 'critical']), clip: z.exactOptional(z.boolean()) })),
    silences: list(z.strictObject({ rules: z.exactOptional(list(z.string())), cameras: z.exactOptional(list(z.string())), from: millis, until: millis, reason: z.string() })).describe('times in which alerts are written but nobody is told'),
    evidence: z.strictObject({ days: z.number(), megabytes: z.number() }),
  })
  .describe('what of the configuration a browser may know: no addresses, no secrets');

const part = z.strictObject({ state: z.enum(['ok', 'lost']), since: millis });
export const livePartsSchema = z.strictObject({ log: part, store: part }).describe('whether what the gateway stands on answers');

const seq = z.int().nonnegative().describe('counts per topic within one run');
const type = z.enum(['snapshot', 'change']).describe('a change follows the seq before it; after a gap subscribe again');
const topic = <T extends string, D extends z.ZodType>(topicName: T, data: D) => z.strictObject({ type, topic: z.literal(topicName), seq, data });

export const liveTopicSchemas = {
  site: topic('site', liveSiteSchema.nullable()),
  zones: topic('zones', list(liveZoneSchema)),
  cameras: topic('cameras', list(liveCameraSchema)),
  events: topic('events', list(liveEventSchema)),
  alerts: topic('alerts', list(liveAlertSchema)),
  parts: topic('parts', livePartsSchema),
} as const;

export const liveHelloSchema = z
  .strictObject({
    type: z.literal('hello'),
    protocol: z.number(),
    run: z.string().describe('sequence numbers count within one run of the gateway'),
    now: millis,
    pages: z.string().describe('version of the pages that are served'),
    heartbeatSeconds: z.number(),
  })
  .describe('the first message on every connection');
export const liveHeartbeatSchema = z.strictObject({ type: z.literal('heartbeat'), now: millis }).describe('every five seconds');
export const liveErrorSchema = z.strictObject({ type: z.literal('error'), message: z.string() }).describe('a topic that does not exist for this viewer');

export const liveMessageSchema = z.union([liveHelloSchema, ...Object.values(liveTopicSchemas), liveHeartbeatSchema, liveErrorSchema]);

export const livePictureHeaderSchema = z
  .strictObject({
    camera: name,
    capturedAt: micros,
    width: z.number(),
    height: z.number(),
    tracks: list(z.strictObject({ id: z.string(), cls: z.string(), score: z.number(), x: z.number(), y: z.number(), w: z.number(), h: z.number() })).describe('what was seen in this very picture'),
  })
  .describe('binary message: 4 bytes little endian length of this header as JSON, the header, a JPEG');

/** Does not compile when a schema and its type in live.ts come apart. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
export const schemasMatchTypes: readonly [
  Same<z.infer<typeof liveZoneSchema>, LiveZone>,
  Same<z.infer<typeof liveCameraSchema>, LiveCamera>,
  Same<z.infer<typeof liveEventSchema>, LiveEvent>,
  Same<z.infer<typeof liveAlertSchema>, LiveAlert>,
  Same<z.infer<typeof liveSiteSchema>, LiveSite>,
  Same<z.infer<typeof livePartsSchema>, LiveParts>,
  Same<z.infer<typeof livePictureHeaderSchema>, LivePictureHeader>,
  Same<z.infer<typeof liveMessageSchema>, LiveMessage>,
] = [true, true, true, true, true, true, true, true];
