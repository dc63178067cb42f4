import type { Camera, FrameInput, StepOutput, Zone, ZoneEvent, ZoneSample } from '@sightline/schemas';
import type { DriftSketcher } from './drift/drift.js';
import type { Tracker } from './track/tracker.js';
import { createJourneys, type JourneysState } from './zones/journeys.js';
import { createPresence, type PresenceState } from './zones/presence.js';
import type { CreateZone, ZoneUnit } from './zones/zone.js';

/**
 * The flow of one camera after detection: track → zones → drift, as one fold over frame inputs (architecture rule 3).
 * Knows no log and no clock.
 *
 *     const pipeline = createPipeline({ camera, zones }, parts);
 *     const { tracks, events, samples } = pipeline.step(input);
 */
export interface PipelineParts {
  createTracker(restored?: unknown): Tracker;
  createZone: CreateZone;
  createDriftSketcher(restored?: unknown): DriftSketcher;
}

export interface PipelineConfig {
  readonly camera: Camera;
  /** The zones that lie on this camera. */
  readonly zones: readonly Zone[];
}

export interface Pipeline {
  step(input: FrameInput): StepOutput;
  /** Zones that did not change keep their state; changed ones begin anew. */
  reconfigure(config: PipelineConfig): void;
  snapshot(): PipelineSnapshot;
}

export interface PipelineSnapshot {
  readonly v: 1;
  readonly tracker: unknown;
  readonly drift: unknown;
  readonly zones: Readonly<Record<string, { readonly config: string; readonly state: unknown; readonly coverage: Coverage }>>;
  readonly lastAt: number | null;
  readonly journeys?: JourneysState;
  readonly presence?: PresenceState;
}

/** Frames of the current second: how many there were, lost ones included, how many count as seen, and how many showed nothing new. */
interface Coverage {
  readonly frames: number;
  readonly seen: number;
  readonly quiet?: number;
}

interface Placed {
  readonly zone: Zone;
  readonly config: string;
  readonly unit: ZoneUnit;
  frames: number;
  seen: number;
  quiet: number;
}

const second = 1_000_000;

export function createPipeline(config: PipelineConfig, parts: PipelineParts, restored?: PipelineSnapshot): Pipeline {
  const tracker = parts.createTracker(restored?.tracker);
  const drift = parts.createDriftSketcher(restored?.drift);
  const journeys = createJourneys(restored?.journeys);
  const presence = createPresence(restored?.presence);
  let lastAt = restored?.lastAt ?? null;
  let placed = place(config.zones, (zone, key) => {
    const kept = restored?.zones[zone.name];
    const same = kept?.config === key ? kept : undefined;
    return { unit: parts.createZone(zone, same?.state), frames: same?.coverage.frames ?? 0, seen: same?.coverage.seen ?? 0, quiet: same?.coverage.quiet ?? 0 };
  });

  return {
    step(input) {
      const seconds = lastAt === null ? 0 : Math.max(0, (input.capturedAt - lastAt) / second);
      const { tracks, ended, finished } = tracker.step(input);
      const events: ZoneEvent[] = [];
      const samples: ZoneSample[] = [];
      const sampleAt = Math.floor(input.capturedAt / second) * second;
      const lost = Object.values(input.dropped).reduce((sum, n) => sum + n, 0);
      const closes = lastAt === null || sampleAt > lastAt;
      for (const at of placed) {
        const output = at.unit.step({ input, tracks, ended, seconds });
        at.frames += 1 + lost;
        if (input.state === 'quiet') at.quiet += 1;
        if (input.state !== 'failed' && input.quality.state !== 'dark') at.seen += 1;
        for (const draft of output.events) {
          const id = `${input.camera}/${at.zone.name}/${input.epoch}-${input.seq}-${events.length}`;
          events.push({ id, zone: at.zone.name, zoneKind: at.zone.kind, ...draft });
        }
        if (!closes) continue;
        samples.push({
          zone: at.zone.name,
          zoneKind: at.zone.kind,
          at: sampleAt,
          measures: output.measures,
          ...(output.perClass && { perClass: output.perClass }),
          coverage: at.frames === 0 ? 0 : at.seen / at.frames,
          ...(at.quiet > 0 && { skipped: at.quiet / at.frames }),
          ...(input.quality.state !== 'ok' && { quality: input.quality.state }),
        });
        at.frames = at.seen = at.quiet = 0;
      }
      lastAt = input.capturedAt;
      const passing = journeys.step(input.capturedAt, events, ended, tracks, input.aspect);
      const grids = presence.step(input.capturedAt, tracks);
      return {
        tracks,
        events: passing.events,
        samples,
        finished,
        drift: drift.step(input),
        ...(passing.finished.length > 0 && { journeys: passing.finished }),
        ...(grids.length > 0 && { presence: grids }),
      };
    },
    reconfigure(next) {
      const before = new Map(placed.map((at) => [at.config, at]));
      placed = place(next.zones, (zone, key) => before.get(key) ?? { unit: parts.createZone(zone), frames: 0, seen: 0, quiet: 0 });
    },
    snapshot() {
      const zones: Record<string, { config: string; state: unknown; coverage: Coverage }> = {};
      for (const { zone, config: key, unit, frames, seen, quiet } of placed) zones[zone.name] = { config: key, state: unit.snapshot(), coverage: { frames, seen, quiet } };
      return { v: 1, tracker: tracker.snapshot(), drift: drift.snapshot(), zones, lastAt, journeys: journeys.snapshot(), presence: presence.snapshot() };
    },
  };
}

function place(zones: readonly Zone[], make: (zone: Zone, key: string) => { unit: ZoneUnit; frames: number; seen: number; quiet: number }): Placed[] {
  return zones.map((zone) => {
    const key = JSON.stringify(zone);
    return { zone, config: key, ...make(zone, key) };
  });
}
