import { createHash } from 'node:crypto';
import { conditionPattern, journeyOf, type JourneyCondition, type Rule, type Silence, type Site } from '@sightline/schemas';

/**
 * A rule of the site file, ready to be evaluated: where its value comes from and what it asks of it.
 *
 *     const rules = compileRules(site);
 *     rules[0].test(5); // till-3.length > 4 → true
 */
export interface CompiledRule {
  readonly rule: Rule;
  readonly source: 'zone' | 'camera';
  readonly camera: string;
  /** Zone, or the camera itself. */
  readonly subject: string;
  readonly measure: string;
  /** Equal definitions behave alike: condition and durations, not severity and receivers, which may change while it fires. */
  readonly definition: string;
  /**
   * Seconds between two values of the measure up to which it counts as known in between; beyond that (the camera was away)
   * the time does not count towards `for` or `clearFor`.
   */
  readonly longestGap: number;
  /** The way of an object that the rule is about; its measure is how many took it to its end just now. */
  readonly journey?: JourneyCondition;
  test(value: number): boolean;
  /** Whether nobody is to be told of what happens then (µs event time). */
  silent(at: number): boolean;
}

/** A zone is measured each second; a slower camera at each frame. Three missing frames are a gap. */
const leastZoneGap = 10;
const missingFrames = 3;
/** Cameras report every few seconds; after a minute without a report nothing is known about them. */
const cameraGap = 60;

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/** A rule whose subject the site does not have (which the site file's check refuses) is left out. */
export function compileRules(site: Site): CompiledRule[] {
  const fps = new Map(site.cameras.map((camera) => [camera.name, camera.fps]));
  const zones = new Map(site.zones.map((zone) => [zone.name, zone.camera ?? site.cameras[0]!.name]));
  return site.rules.flatMap((rule) => {
    const journey = journeyOf(rule.when);
    if (journey) return journeyRule(site, rule, journey, zones, fps);
    const parts = conditionPattern.exec(rule.when)?.groups as { subject: string; measure: string; op: string; value: string } | undefined;
    if (!parts) return [];
    const { subject, measure } = parts;
    const zoneCamera = zones.get(subject);
    const camera = zoneCamera ?? subject;
    const cameraFps = fps.get(camera);
    if (cameraFps === undefined) return [];
    const compare = comparisons[parts.op]!;
    const limit = Number(parts.value);
    return [
      {
        rule,
        source: zoneCamera === undefined ? 'camera' : 'zone',
        camera,
        subject,
        measure,
        definition: definitionOf(rule),
        longestGap: zoneCamera === undefined ? cameraGap : Math.max(leastZoneGap, missingFrames / cameraFps),
        test: (value: number) => compare(value, limit),
        silent: silencer(site.silences, rule.name, camera),
      },
    ];
  });
}

function journeyRule(site: Site, rule: Rule, journey: JourneyCondition, zones: ReadonlyMap<string, string>, fps: ReadonlyMap<string, number>): CompiledRule[] {
  const subject = journey.path.at(-1)!;
  const camera = zones.get(subject);
  const cameraFps = camera === undefined ? undefined : fps.get(camera);
  if (camera === undefined || cameraFps === undefined) return [];
  return [
    {
      rule,
      source: 'zone',
      camera,
      subject,
      measure: 'journeys',
      journey,
      definition: definitionOf(rule),
      longestGap: Math.max(leastZoneGap, missingFrames / cameraFps),
      test: (value) => value > 0,
      silent: silencer(site.silences, rule.name, camera),
    },
  ];
}

function definitionOf({ when, for: holds, clearFor }: Rule): string {
  return createHash('sha256').update(JSON.stringify([when.replace(/\s+/g, ''), holds, clearFor])).digest('hex').slice(0, 12);
}

function silencer(silences: readonly Silence[], rule: string, camera: string): (at: number) => boolean {
  const spans = silences
    .filter(({ rules, cameras }) => (rules?.includes(rule) ?? true) && (cameras?.includes(camera) ?? true))
    .map(({ from, until }) => ({ from: Date.parse(from) * 1000, until: Date.parse(until) * 1000 }));
  return (at) => spans.some(({ from, until }) => from <= at && at < until);
}
