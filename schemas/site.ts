import { z } from 'zod';
import { anchorSchema, pointSchema, polygonSchema } from './geometry.js';

/**
 * The site file: cameras, zones, rules. One schema gives the types, the validation, the defaults and the JSON Schema.
 * Every object is strict: an unknown key is an error.
 */

/** Names are keys in the log and in tables: letters of any script, digits, and . _ - inside; at most 64 characters. */
export const nameSchema = z
  .string()
  .min(1, 'a name may not be empty')
  .max(64, 'a name has at most 64 characters')
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*$/u, 'a name is letters and digits, with . _ or - inside (no spaces or slashes)');

/** A duration such as `500ms`, `60s`, `5m`, `2h`, `7d`; parsed to seconds. */
export const durationSchema = z
  .union([z.number().nonnegative(), z.string()])
  .transform((value, context) => {
    if (typeof value === 'number') return value;
    const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)$/.exec(value.trim());
    if (!match) {
      context.addIssue({ code: 'custom', message: 'a duration is a number with ms, s, m, h or d, such as 60s or 5m' });
      return z.NEVER;
    }
    const unit = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86_400 }[match[2] as 'ms' | 's' | 'm' | 'min' | 'h' | 'd'];
    return Number(match[1]) * unit;
  })
  .describe('a duration: 500ms, 60s, 5m, 2h, 7d (a bare number is seconds)');

export const cameraSchema = z.strictObject({
  name: nameSchema,
  source: z
    .string()
    .min(1)
    .refine((source) => !/:\/\/[^/@:]*:(?!\$\{)[^/@]*@/.test(source), 'a password may not stand in the site file; write ${CAM_PASSWORD} and set it in the environment, or CAM_PASSWORD_FILE to a file that holds it')
    .describe('file, folder or glob of images, rtsp://, rtmp://, http(s):// (MJPEG, HLS, a still picture), /dev/videoN, or demo:vtest; ${NAME} is taken from the environment or from the file named by NAME_FILE'),
  kind: z
    .enum(['auto', 'file', 'images', 'rtsp', 'rtmp', 'mjpeg', 'still', 'hls', 'usb'])
    .default('auto')
    .describe('how to read the source; auto tells from the address'),
  transport: z.enum(['tcp', 'udp']).default('tcp').describe('RTSP transport'),
  loop: z.boolean().default(false).describe('start a recording again at its end'),
  pace: z.enum(['live', 'fast']).default('live').describe('live plays a recording at its own speed, fast as fast as the machine goes'),
  fps: z.number().positive().max(120).default(10).describe('frames a second wanted for analysis; a slower source gives what it has'),
  model: nameSchema.default('default').describe('name of an installed model (sightline models)'),
  analysisWidth: z.int().min(64).max(1920).optional().describe('width of the analysed picture in pixels; default: what the model recommends'),
  confidence: z.number().min(0).max(1).optional().describe('least score of a reported detection; default: what the model recommends'),
  gate: z.boolean().default(true).describe('skip inference on pictures that do not differ from the last one analysed'),
  privacy: z
    .strictObject({
      masks: z.array(polygonSchema).default([]).describe('polygons that are blacked out before anything else sees them'),
      blurHeads: z.boolean().default(true).describe('blur the upper part of each person in every stored or shown picture'),
    })
    .prefault({}),
});
export type Camera = z.infer<typeof cameraSchema>;

const zoneCommon = {
  name: nameSchema,
  camera: nameSchema.optional().describe('which camera the zone lies on; may be left out when the site has one camera'),
  classes: z.array(z.string().min(1)).min(1).optional().describe('classes that count, such as person or car; default: people and vehicles, for stalls vehicles'),
  anchor: anchorSchema.default('bottom-centre'),
  evidence: z.enum(['none', 'picture', 'clip']).optional().describe('what is kept of each event to look at: nothing, the picture it was seen in (default), or also some seconds around it; heads blurred as the camera says'),
};

export const lineZoneSchema = z.strictObject({
  ...zoneCommon,
  kind: z.literal('line'),
  line: z
    .array(pointSchema)
    .min(2)
    .max(2)
    .describe('from and to: who crosses from the left-hand to the right-hand side, looking from the first point to the second, goes in; the other way is out'),
  gate: z.array(pointSchema).min(2).max(2).optional().describe('a second line behind the first; only who crosses both, in order, counts'),
  occupancy: z
    .strictObject({
      resetAt: z.string().regex(/^\d\d:\d\d$/, 'a time of day such as 04:00').optional().describe('time of day at which the space is known to be empty'),
      space: polygonSchema.optional().describe('the part of the picture in which everybody behind the line can be seen; while nobody is seen there for `emptyAfter`, it is verified empty'),
      emptyAfter: durationSchema.optional().describe('how long nobody must be seen in `space`; default 60s'),
    })
    .optional()
    .describe('report in − out as the occupancy of the space behind the line'),
});

export const areaZoneSchema = z.strictObject({
  ...zoneCommon,
  kind: z.literal('area'),
  polygon: polygonSchema,
  capacity: z.number().positive().optional().describe('how many objects fill the area, for density'),
  loiterAfter: durationSchema.optional().describe('dwell after which `loitering` is said'),
  crowd: z.strictObject({ count: z.int().positive(), for: durationSchema.default(5) }).optional().describe('`crowded` is said when count is reached for that long'),
});

export const queueZoneSchema = z.strictObject({
  ...zoneCommon,
  kind: z.literal('queue'),
  polygon: polygonSchema,
  service: polygonSchema.optional().describe('where people are served; leaving the queue through it is `served`. Default: the end of the queue nearest `head`'),
  head: pointSchema.optional().describe('where the queue is served; leaving near it counts as served, elsewhere as abandoned'),
  servers: z.int().positive().default(1).describe('how many serve this queue'),
});

const stallSchema = z.strictObject({ name: nameSchema, polygon: polygonSchema });
export const stallsZoneSchema = z.strictObject({
  ...zoneCommon,
  kind: z.literal('stalls'),
  stalls: z.array(stallSchema).min(1).max(1000),
  overstayAfter: durationSchema.optional().describe('parking time after which `overstayed` is said'),
});

const facingSchema = z.strictObject({ name: nameSchema, polygon: polygonSchema });
export const shelfZoneSchema = z.strictObject({
  ...zoneCommon,
  kind: z.literal('shelf'),
  facings: z.array(facingSchema).min(1).max(500),
});

export const zoneSchema = z.discriminatedUnion('kind', [lineZoneSchema, areaZoneSchema, queueZoneSchema, stallsZoneSchema, shelfZoneSchema]);
export type Zone = z.infer<typeof zoneSchema>;
export type ZoneKind = Zone['kind'];
export type LineZone = z.infer<typeof lineZoneSchema>;
export type AreaZone = z.infer<typeof areaZoneSchema>;
export type QueueZone = z.infer<typeof queueZoneSchema>;
export type StallsZone = z.infer<typeof stallsZoneSchema>;
export type ShelfZone = z.infer<typeof shelfZoneSchema>;

export const webhookSchema = z.strictObject({
  name: nameSchema,
  url: z.string().min(1).describe('https://… ; ${NAME} is taken from the environment'),
  secret: z.string().optional().describe('Standard Webhooks signing secret (whsec_…); use ${NAME}'),
  allowPrivate: z.boolean().default(false).describe('allow a private or loopback address as target'),
  maxPerHour: z.int().positive().default(120).describe('firings told within an hour at most; what comes beyond is kept in dead-letter and told to nobody'),
});
export type Webhook = z.infer<typeof webhookSchema>;

/** `zone.measure op number`, such as `till-3.length > 4` or `plaza.fps < 2` (a camera's own measures). */
export const conditionPattern = /^\s*(?<subject>[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*)\.(?<measure>[a-z][a-zA-Z0-9]*)\s*(?<op>>=|<=|==|!=|>|<)\s*(?<value>-?\d+(?:\.\d+)?)\s*$/u;

/** `zone -> zone`, with as many zones between as wanted, and perhaps `without zone, zone`: an object that took this way. */
export const journeyPattern =
  /^\s*(?<path>[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*(?:\s*(?:->|→)\s*[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*)+)(?:\s+without\s+(?<without>[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*(?:\s*,\s*[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*)*))?\s*$/u;

export interface JourneyCondition {
  /** Zones in order, the last of which settles it. */
  readonly path: readonly string[];
  /** Zones that the object did not pass since it was in the first. */
  readonly without: readonly string[];
}

/** The journey that a rule is about, or null when it is about a measure. */
export function journeyOf(when: string): JourneyCondition | null {
  const parts = journeyPattern.exec(when)?.groups;
  if (!parts) return null;
  return { path: parts['path']!.split(/->|→/u).map((zone) => zone.trim()), without: parts['without']?.split(',').map((zone) => zone.trim()) ?? [] };
}

export const ruleSchema = z.strictObject({
  name: nameSchema,
  when: z
    .string()
    .regex(new RegExp(`(?:${conditionPattern.source})|(?:${journeyPattern.source})`, 'u'), 'a condition reads zone.measure op number, such as till-3.length > 4, or zone -> zone without zone, such as spirits -> exit without till-1, till-2')
    .describe('zone.measure op number, or the way of an object: zone -> zone without zone, zone'),
  for: durationSchema.default(0).describe('how long the condition must hold before the rule fires'),
  clearFor: durationSchema.default(10).describe('how long it must not hold before the rule is resolved'),
  severity: z.enum(['info', 'warning', 'critical']).default('warning'),
  to: z.array(nameSchema).default([]).describe('webhooks that are told'),
  clip: z.boolean().optional().describe('keep some seconds of the camera around each firing'),
});
export type Rule = z.infer<typeof ruleSchema>;

export const silenceSchema = z
  .strictObject({
    rules: z.array(nameSchema).min(1).optional().describe('rules that are silent; default: all'),
    cameras: z.array(nameSchema).min(1).optional().describe('cameras whose rules are silent; default: all'),
    from: z.iso.datetime({ offset: true }).describe('ISO 8601 with its offset, such as 2026-11-24T22:00:00+01:00'),
    until: z.iso.datetime({ offset: true }),
    reason: z.string().min(1).describe('why, for those who wonder'),
  })
  .refine((silence) => Date.parse(silence.from) < Date.parse(silence.until), 'until must lie behind from');
export type Silence = z.infer<typeof silenceSchema>;

/** Pictures and clips of events: what is older, or does not fit, is removed, the oldest first. */
export const evidenceSchema = z.strictObject({
  days: z.number().positive().max(3650).default(30),
  megabytes: z.number().positive().max(10_000_000).default(2048).describe('about 60,000 pictures, or 4,000 clips'),
});

export const siteSchema = z
  .strictObject({
    site: z
      .strictObject({
        name: nameSchema.default('site'),
        timezone: z.string().default('UTC').refine(knownTimezone, 'not a time zone of the IANA database, such as Europe/Berlin'),
        evidence: evidenceSchema.optional().describe('how long pictures and clips of events are kept'),
      })
      .prefault({}),
    cameras: z.array(cameraSchema).min(1, 'a site needs at least one camera').max(10_000),
    zones: z.array(zoneSchema).max(10_000).default([]),
    webhooks: z.array(webhookSchema).max(100).default([]),
    rules: z.array(ruleSchema).max(1000).default([]),
    silences: z.array(silenceSchema).max(1000).default([]).describe('times in which alerts are written but nobody is told'),
  })
  .describe('A Sightline site');
export type Site = z.infer<typeof siteSchema>;
/** The site as a person writes it, before defaults. */
export type SiteInput = z.input<typeof siteSchema>;

function knownTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
