import type { FrameInput, Track, Zone, ZoneEvent, ZoneSample } from '@sightline/schemas';

/**
 * A zone: one object with one method, a fold over what the tracker says, in event time.
 *
 *     const zone = createZone(config);
 *     const { events, sample } = zone.step({ input, tracks, ended, seconds: 0.1 });
 */
export interface ZoneUnit {
  step(frame: ZoneFrame): ZoneOutput;
  /** Plain JSON; `createZone(config, camera, snapshot)` goes on exactly where this stands. */
  snapshot(): unknown;
}

export interface ZoneFrame {
  readonly input: FrameInput;
  readonly tracks: readonly Track[];
  readonly ended: readonly string[];
  /** Event time since the previous frame of this camera, 0 for the first. */
  readonly seconds: number;
}

/** An event before the pipeline gives it its id and names its zone. */
export type ZoneEventDraft = Omit<ZoneEvent, 'id' | 'zone' | 'zoneKind'>;

export interface ZoneOutput {
  readonly events: readonly ZoneEventDraft[];
  /** The measures as they stand after this frame; the pipeline samples them at each whole second. null: unknown. */
  readonly measures: ZoneSample['measures'];
  readonly perClass?: ZoneSample['perClass'];
}

/** Makes the zone of a configuration; `restored` is a snapshot of the same kind, or undefined. */
export type CreateZone = (config: Zone, restored?: unknown) => ZoneUnit;
