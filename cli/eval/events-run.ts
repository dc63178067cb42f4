import type { FrameInput, Zone, ZoneEvent, ZoneSample } from '@sightline/schemas';
import { cameraSchema } from '@sightline/schemas';
import { createPipeline } from '@sightline/workers/pipeline';
import { createTracker } from '@sightline/workers/track/create';
import { createZone } from '@sightline/workers/zones/create';
import type { Footage } from './events-footage.js';

export interface RunZones {
  readonly every: number;
  readonly start: number;
  /** Empty seconds played after the clip, so that visits still open are ended and can be judged. */
  readonly epilogue?: number;
}

/** An event and the second of the clip at which it happened. */
export interface PlacedEvent extends ZoneEvent {
  readonly clipSeconds: number;
}

/** Every `every`-th frame of footage from `start` on, through tracker and zones as the pipeline runs them. */
export interface Said {
  readonly events: readonly PlacedEvent[];
  readonly samples: readonly ZoneSample[];
}

/** 2026-01-01, so that times are as long as real ones. */
const epoch = 1_767_225_600_000;
/** Longer than any zone waits for who vanished. */
const ending = 12;
const second = 1_000_000;

export function runZones(footage: Footage, zones: readonly Zone[], { every, start, epilogue = ending }: RunZones): Said {
  const camera = cameraSchema.parse({ name: 'eval', source: footage.clip });
  const silent = { step: () => [], snapshot: () => null };
  const pipeline = createPipeline({ camera, zones }, { createTracker: (restored) => createTracker({}, restored), createZone, createDriftSketcher: () => silent });
  const events: PlacedEvent[] = [];
  const samples: ZoneSample[] = [];
  let seq = 0;
  const step = (at: number, seen: Pick<FrameInput, 'detections' | 'facings'>): void => {
    const output = pipeline.step({ ...inputAt(at, seq++, footage), ...seen });
    for (const event of output.events) events.push({ ...event, clipSeconds: (event.at - epoch * 1000) / second });
    samples.push(...output.samples);
  };
  const used = footage.frames.filter((_, index) => index >= start && (index - start) % every === 0);
  for (const { at, detections, facings } of used) step(at, { detections, ...(facings && { facings }) });
  const last = used.at(-1);
  const interval = used.length > 1 ? (last!.at - used[0]!.at) / (used.length - 1) : 0.1;
  if (last && !last.facings) for (let at = interval; at < epilogue; at += interval) step(last.at + at, { detections: [] });
  return { events, samples };
}

function inputAt(at: number, seq: number, { aspect, model }: Footage): FrameInput {
  return {
    camera: 'eval',
    epoch,
    seq,
    capturedAt: epoch * 1000 + Math.round(at * second),
    recording: true,
    state: 'inferred',
    quality: { brightness: 128, contrast: 50, sharpness: 10, state: 'ok' },
    motion: [0, 0],
    dropped: {},
    site: 'eval',
    model,
    aspect,
    detections: [],
  };
}
