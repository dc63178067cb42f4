import { labelKinds, type Label, type LabelKind, type Labels, type ZoneEvent } from '@sightline/schemas';
import { pairUp } from '../events-match.js';

/**
 * What Sightline said about a clip against what a person wrote down, one to one, zone by zone and kind by kind.
 *
 *     const judgements = judgeLabels(labels, said);
 *     judgements[0].missed; // labels that nothing was said about
 */
export interface Said {
  readonly zone: string;
  readonly kind: LabelKind;
  /** Seconds from the first frame; `until` for visits. */
  readonly at: number;
  readonly until?: number;
  readonly direction?: 'in' | 'out';
  readonly part?: string;
  readonly along?: number;
  /** Where the object stood, fractions of the frame. */
  readonly point?: readonly [x: number, y: number];
}

export interface Judgement {
  readonly zone: string;
  readonly kind: LabelKind;
  readonly truths: number;
  readonly said: number;
  readonly matched: readonly { readonly label: Label; readonly said: Said }[];
  readonly missed: readonly Label[];
  /** Said again about something that was found already. */
  readonly double: readonly Said[];
  /** Said of something that crossed the other way. */
  readonly wrongWay: readonly Said[];
  /** Said of something that did not happen. */
  readonly invented: readonly Said[];
}

/** The said events of the kinds that labels can have; a `left` also tells of a visit. */
export function saidOf(events: readonly (ZoneEvent & { readonly clipSeconds: number })[]): Said[] {
  return events.flatMap((event) => {
    const { zone, kind, direction, part, along, point, clipSeconds: at, seconds = 0 } = event;
    const common = { zone, ...(part !== undefined && { part }), ...(point && { point }) };
    const moment: Said[] = isLabelKind(kind) ? [{ ...common, kind, at, ...(direction && { direction }), ...(along !== undefined && { along }) }] : [];
    return kind === 'left' ? [...moment, { ...common, kind: 'visit', at: at - seconds, until: at }] : moment;
  });
}

export function judgeLabels(labels: Labels, said: readonly Said[]): Judgement[] {
  return labels.zones.flatMap((zone) => {
    const labelled = labels.events.filter((label) => label.zone === zone.name);
    const kinds = new Set<LabelKind>(labelled.length > 0 ? labelled.map(({ kind }) => kind) : [labelKinds[zone.kind][0]]);
    return [...kinds].map((kind) =>
      judgeKind(
        zone.name,
        kind,
        labelled.filter((label) => label.kind === kind),
        said.filter((one) => one.zone === zone.name && one.kind === kind),
        labels.tolerance,
      ),
    );
  });
}

function judgeKind(zone: string, kind: LabelKind, truths: readonly Label[], said: readonly Said[], tolerance: Labels['tolerance']): Judgement {
  const near = (label: Label, one: Said): boolean => sameSubject(label, one, tolerance) && (kind === 'visit' ? halfShared(label, one) : Math.abs(label.at - one.at) <= tolerance.seconds);
  const sameWay = (label: Label, one: Said): boolean => label.direction === undefined || label.direction === one.direction;
  const pairs = pairUp(truths.length, said.length, (t, s) => near(truths[t]!, said[s]!) && sameWay(truths[t]!, said[s]!));
  const found = new Set(pairs.map(([t]) => truths[t]!));
  const used = new Set(pairs.map(([, s]) => said[s]!));
  const left = said.filter((one) => !used.has(one));
  const double = left.filter((one) => truths.some((label) => near(label, one) && sameWay(label, one)));
  const wrongWay = left.filter((one) => !double.includes(one) && truths.some((label) => near(label, one)));
  return {
    zone,
    kind,
    truths: truths.length,
    said: said.length,
    matched: pairs.map(([t, s]) => ({ label: truths[t]!, said: said[s]! })),
    missed: truths.filter((label) => !found.has(label)),
    double,
    wrongWay,
    invented: left.filter((one) => !double.includes(one) && !wrongWay.includes(one)),
  };
}

function sameSubject(label: Label, one: Said, tolerance: Labels['tolerance']): boolean {
  if (label.part !== undefined && label.part !== one.part) return false;
  return label.along === undefined || one.along === undefined || Math.abs(label.along - one.along) <= tolerance.along;
}

/** A visit is found when what was said overlaps it by at least half of both together. */
function halfShared(label: Label, one: Said): boolean {
  const [from, to, saidTo] = [label.at, label.until ?? label.at, one.until ?? one.at];
  const shared = Math.min(to, saidTo) - Math.max(from, one.at);
  return shared > 0 && shared >= 0.5 * (Math.max(to, saidTo) - Math.min(from, one.at));
}

function isLabelKind(kind: string): kind is LabelKind {
  return Object.values(labelKinds).some((kinds: readonly string[]) => kinds.includes(kind));
}
