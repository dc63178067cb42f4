import type { PreviewInput, PreviewOutput, PreviewZone } from '@sightline/dashboard/gateway/preview';
import type { FinishedTrack, FrameInput, Track, ZoneEvent } from '@sightline/schemas';
import { zonesOf } from '@sightline/workers/zones/create';

/** Stored tracks, replayed through a draft zone: what it would have counted. */
const stepSeconds = 0.1;
/** Empty time after the last track, so that visits end. */
const epilogueSeconds = 12;
/** Stored tracks hold a path and a height; a box as wide as such objects are makes them whole again (width ÷ height). */
const personShape = 0.41;
const vehicleShape = 1.4;
const vehicles = new Set(['car', 'truck', 'bus', 'train', 'boat']);
const second = 1_000_000;

export const previewZone: PreviewZone = ({ zone, aspect, tracks, timezone, camera }: PreviewInput): PreviewOutput => {
  if (zone.kind === 'shelf') return { events: [], samples: [], unsupported: 'a shelf is judged by its pixels, which are not stored: save it and it is judged from then on' };
  const unit = zonesOf({ timezone })(zone);
  const events: PreviewOutput['events'][number][] = [];
  const samples: { at: number; measures: PreviewOutput['samples'][number]['measures'] }[] = [];
  const waiting = [...tracks].sort((a, b) => a.from - b.from);
  const end = Math.max(...waiting.map((track) => track.to)) + epilogueSeconds * second;
  let present: FinishedTrack[] = [];
  let seq = 0;
  for (let at = waiting[0]?.from ?? Infinity; at <= end; at += stepSeconds * second) {
    while (waiting[0] && waiting[0].from <= at) present.push(waiting.shift()!);
    const ended = present.filter((track) => track.to < at).map((track) => track.id);
    present = present.filter((track) => track.to >= at);
    if (present.length === 0 && ended.length === 0 && waiting[0] && waiting[0].from - at > epilogueSeconds * second) {
      at = waiting[0].from - epilogueSeconds * second;
    }
    const output = unit.step({ input: inputAt(at, seq, camera, aspect), tracks: present.map((track) => boxAt(track, at, aspect)), ended, seconds: seq++ === 0 ? 0 : stepSeconds });
    for (const event of output.events) events.push(pick(event));
    const whole = Math.floor(at / second) * second;
    if (samples.at(-1)?.at !== whole) samples.push({ at: whole, measures: output.measures });
  }
  return { events, samples };
};

function pick({ kind, at, direction, seconds, point, track, cls, part }: Omit<ZoneEvent, 'id' | 'zone' | 'zoneKind'>): PreviewOutput['events'][number] {
  return {
    kind,
    at,
    ...(direction !== undefined && { direction }),
    ...(seconds !== undefined && { seconds }),
    ...(point !== undefined && { point }),
    ...(track !== undefined && { track }),
    ...(cls !== undefined && { cls }),
    ...(part !== undefined && { part }),
  };
}

function boxAt({ id, cls, from, path, height, maxScore }: FinishedTrack, at: number, aspect: number): Track {
  const t = at - from;
  let next = path.findIndex(([time]) => time >= t);
  if (next < 0) next = path.length - 1;
  const [t1, x1, y1] = path[next]!;
  const [t0, x0, y0] = path[Math.max(0, next - 1)]!;
  const share = t1 > t0 ? Math.min(1, Math.max(0, (t - t0) / (t1 - t0))) : 1;
  const x = x0 + (x1 - x0) * share;
  const y = y0 + (y1 - y0) * share;
  const w = (height * (vehicles.has(cls) ? vehicleShape : personShape)) / aspect;
  return { id, cls, score: maxScore, since: from, coasting: 0, x: x - w / 2, y: y - height, w, h: height };
}

function inputAt(capturedAt: number, seq: number, camera: string, aspect: number): FrameInput {
  return {
    camera,
    epoch: 0,
    seq,
    capturedAt,
    recording: true,
    state: 'inferred',
    quality: { brightness: 128, contrast: 50, sharpness: 10, state: 'ok' },
    motion: [0, 0],
    dropped: {},
    site: '',
    model: '',
    aspect,
    detections: [],
  };
}
