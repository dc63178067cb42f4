import { z } from 'zod';
import { nameSchema, zoneSchema } from './site.js';

/**
 * What really happened on a clip of one's own, written down by a person: zones and the events in them. `sightline eval`
 * compares it with what Sightline says (docs/evaluation.md).
 */

/** Seconds from the first frame: 75.5, or as a player shows it, "1:15.5" or "1:02:15". */
export const clipTimeSchema = z
  .union([z.number().nonnegative(), z.string()])
  .transform((value, context) => {
    if (typeof value === 'number') return value;
    const match = /^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)$/.exec(value.trim());
    if (!match) {
      context.addIssue({ code: 'custom', message: 'a time is seconds from the first frame, or minutes and seconds such as "1:15.5"' });
      return z.NEVER;
    }
    return Number(match[1] ?? 0) * 3600 + Number(match[2]) * 60 + Number(match[3]);
  })
  .describe('seconds from the first frame, or "1:15.5"');

/** Which labels each kind of zone may have; the first is what is judged when a zone has none. */
export const labelKinds = {
  line: ['crossed'],
  area: ['visit', 'entered', 'left'],
  queue: ['joined', 'served', 'abandoned'],
  stalls: ['parked', 'departed'],
  shelf: ['facing-emptied', 'facing-restocked'],
} as const;
export type LabelKind = (typeof labelKinds)[keyof typeof labelKinds][number];

export const labelSchema = z
  .strictObject({
    zone: nameSchema,
    kind: z.enum(['crossed', 'visit', 'entered', 'left', 'joined', 'served', 'abandoned', 'parked', 'departed', 'facing-emptied', 'facing-restocked']),
    at: clipTimeSchema,
    until: clipTimeSchema.optional().describe('end of a visit'),
    direction: z.enum(['in', 'out']).optional().describe('which way a line was crossed; left out, either way is right'),
    part: nameSchema.optional().describe('stall or facing'),
    along: z.number().min(0).max(1).optional().describe('where on the line, 0 at its first point, 1 at its second: tells vehicles apart that cross together'),
    note: z.string().optional().describe('for people: "man with a red bag"'),
  })
  .superRefine(({ kind, at, until }, context) => {
    if (kind === 'visit' && (until === undefined || until <= at)) context.addIssue({ code: 'custom', path: ['until'], message: 'a visit has an end, `until`, behind its beginning, `at`' });
    if (kind !== 'visit' && until !== undefined) context.addIssue({ code: 'custom', path: ['until'], message: `only a visit has an end; ${kind} happens at one moment` });
  });
export type Label = z.infer<typeof labelSchema>;

export const labelsSchema = z
  .strictObject({
    clip: z.string().min(1).describe('the video, relative to this file'),
    model: nameSchema.default('default'),
    fps: z.number().positive().max(120).default(10).describe('frames a second to analyse'),
    tolerance: z
      .strictObject({
        seconds: z.number().positive().default(1).describe('how far the labels themselves can be trusted in time'),
        along: z.number().positive().max(1).default(0.15).describe('and along a line, where `along` is given'),
      })
      .prefault({}),
    zones: z.array(zoneSchema).min(1).max(100),
    events: z.array(labelSchema).max(100_000),
  })
  .superRefine(({ zones, events }, context) => {
    const kindOf = new Map(zones.map((zone) => [zone.name, zone.kind]));
    for (const [i, { zone, kind }] of events.entries()) {
      const zoneKind = kindOf.get(zone);
      if (zoneKind === undefined) {
        context.addIssue({ code: 'custom', path: ['events', i, 'zone'], message: `there is no zone "${zone}" above; there are ${[...kindOf.keys()].join(', ')}` });
      } else if (!(labelKinds[zoneKind] as readonly string[]).includes(kind)) {
        context.addIssue({ code: 'custom', path: ['events', i, 'kind'], message: `a ${zoneKind} has no "${kind}"; it has ${labelKinds[zoneKind].join(', ')}` });
      }
    }
  })
  .describe('What really happened on a clip');
export type Labels = z.infer<typeof labelsSchema>;

/**
 * What a person said of one event on the page, one JSON line each in `labels.jsonl` of the data folder. The last word on an event
 * counts. `sightline eval labels labels.jsonl` reads it.
 */
export const verdictSchema = z.object({
  event: z.string().min(1),
  camera: nameSchema,
  zone: nameSchema,
  kind: z.string().min(1),
  direction: z.enum(['in', 'out']).optional(),
  /** Event time, ISO 8601. */
  at: z.string(),
  /** Versions of the configuration and the model that said it. */
  site: z.string(),
  model: z.string(),
  verdict: z.enum(['right', 'wrong']),
  note: z.string().default(''),
  who: z.string(),
  /** When the person said so, ISO 8601. */
  said: z.string(),
});
export type Verdict = z.infer<typeof verdictSchema>;
