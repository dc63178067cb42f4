import { conditionPattern, journeyOf, type AlertRecord, type LiveSite, type ResultsRecord } from '@sightline/schemas';
import type { Evidence } from './evidence.js';
import { createClips } from './live/clips.js';
import type { Seen } from './live/picture-message.js';

/** Which frames are kept as evidence: what the zones and rules of the site ask for, and nothing else. */
export interface KeepEvidence {
  /** Each frame with what was seen in it. */
  seen(seen: Seen): void;
  /** A record with events; `seen` is its own frame, or the last one before it, or null when that is too old to show them. */
  events(record: ResultsRecord, seen: Seen | null): void;
  alert(alert: AlertRecord): void;
  close(): Promise<void>;
}

export interface KeepEvidenceOptions {
  readonly site: () => LiveSite | null;
  readonly evidence: Evidence;
  readonly encode: (seen: Seen) => Promise<Buffer>;
}

export function keepEvidence({ site, evidence, encode }: KeepEvidenceOptions): KeepEvidence {
  const wishes = wishesOf(site);
  const clips = createClips({ wanted: (camera) => wishes().clipped.has(camera), encode, finished: (clip) => evidence.keepClip(clip) });
  return {
    seen: (seen) => clips.frame(seen),
    events(record, seen) {
      const { camera, capturedAt } = record.input;
      const asked = record.events.map(({ zone }) => wishes().zones.get(`${camera}/${zone}`) ?? 'picture');
      if (asked.includes('clip')) clips.keep(camera, capturedAt);
      if (!seen || asked.every((wish) => wish === 'none')) return;
      encode(seen).then(
        (jpeg) => evidence.keep(record.input, jpeg),
        () => undefined,
      );
    },
    alert: ({ rule, state, camera, at }) => {
      if (state === 'firing' && wishes().rules.has(rule)) clips.keep(camera, at);
    },
    async close() {
      await clips.close();
      evidence.close();
    },
  };
}

interface Wishes {
  readonly zones: ReadonlyMap<string, 'none' | 'picture' | 'clip'>;
  readonly rules: ReadonlySet<string>;
  /** Cameras of which some seconds are held. */
  readonly clipped: ReadonlySet<string>;
}

/** Worked out once for each site that comes into force: it is asked for every frame. */
function wishesOf(site: () => LiveSite | null): () => Wishes {
  let of: LiveSite | null | undefined;
  let wishes: Wishes = { zones: new Map(), rules: new Set(), clipped: new Set() };
  return () => {
    const now = site();
    if (now === of) return wishes;
    of = now;
    const rules = (now?.rules ?? []).filter(({ clip }) => clip === true);
    const subjects = new Set(rules.map(({ when }) => journeyOf(when)?.path.at(-1) ?? conditionPattern.exec(when)?.groups?.['subject']));
    const zones = now?.zones ?? [];
    wishes = {
      zones: new Map(zones.map(({ camera, name, evidence }) => [`${camera}/${name}`, evidence ?? 'picture'])),
      rules: new Set(rules.map(({ name }) => name)),
      clipped: new Set([...zones.filter(({ name, evidence }) => evidence === 'clip' || subjects.has(name)).map(({ camera }) => camera), ...(now?.cameras ?? []).map(({ name }) => name).filter((name) => subjects.has(name))]),
    };
    return wishes;
  };
}
