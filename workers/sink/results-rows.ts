import { comparePositions, readSkim, resultsVersion, skimHeader, skimOf, type FinishedTrack, type FramePosition, type FrameSkim, type Journey, type PresenceGrid, type ResultsRecord, type ZoneEvent, type ZoneSample } from '@sightline/schemas';
import { SightlineError } from '@sightline/runtime/errors';
import { count, micros, real, seconds, text, type CreateEncoder, type Rows } from './rows.js';

/**
 * Results records as rows. What lies at or below the last frame seen of its camera was written before (architecture
 * rule 2); what lies above moves that on. Rejects records of a newer version with RECORD_NEWER.
 */
export const resultsEncoder: CreateEncoder = (seen) => {
  const frames = new Map<string, FrameCounts>();
  return {
    skim({ key: camera, headers }) {
      const skim = readSkim(headers?.[skimHeader]);
      if (skim?.v !== resultsVersion || camera === '') return false;
      const position = { epoch: count(skim.epoch), seq: count(skim.seq) };
      const before = seen.get(camera);
      if (before && comparePositions(position, before) <= 0) return true;
      countFrame(frames, camera, skim);
      seen.set(camera, position);
      return true;
    },
    add(value) {
      const record = value as ResultsRecord;
      checkVersion(record.v);
      const { input } = record;
      const camera = text(input.camera, 'the camera');
      const position = { epoch: count(input.epoch), seq: count(input.seq) };
      const before = seen.get(camera);
      if (before && comparePositions(position, before) <= 0) return null;
      const rows: Rows = {
        events: record.events.map((event) => eventRow(event, camera, position)),
        samples: record.samples.flatMap((sample) => sampleRows(sample, camera)),
        tracks: record.finished.map((track) => trackRow(track, camera)),
        drift: record.drift.map((row) => JSON.stringify([seconds(row.minute), camera, text(row.version, 'the drift version'), count(row.n), row.sums, row.brightness, row.contrast, row.sharpness, row.bad])),
        ...(record.journeys && { journeys: record.journeys.map((journey) => journeyRow(journey, camera)) }),
        ...(record.presence && { presence_1m: record.presence.flatMap((grid) => presenceRows(grid, camera)) }),
      };
      countFrame(frames, camera, skimOf(record));
      seen.set(camera, position);
      return rows;
    },
    finish: () => ({ frames_1m: [...frames.values()].map(({ key, inferred, quiet, failed, dropped, detections }) => JSON.stringify([...key, inferred, quiet, failed, dropped, detections])) }),
  };
};

interface FrameCounts {
  readonly key: readonly [minute: number, camera: string, model: string, site: string];
  inferred: number;
  quiet: number;
  failed: number;
  dropped: number;
  detections: number;
}

function checkVersion(version: unknown): void {
  if (version === resultsVersion) return;
  if (typeof version === 'number' && version > resultsVersion) throw new SightlineError('RECORD_NEWER', `a results record has version ${version}; this sink knows ${resultsVersion}`);
  throw new RangeError(`version ${JSON.stringify(version)} is not one of a results record`);
}

function countFrame(frames: Map<string, FrameCounts>, camera: string, frame: FrameSkim): void {
  const minute = Math.floor(seconds(frame.capturedAt) / 60) * 60;
  const dropped = count(frame.dropped);
  const key = [minute, camera, text(frame.model, 'the model'), frame.site] as const;
  const name = key.join('\n');
  const counts = frames.get(name) ?? { key, inferred: 0, quiet: 0, failed: 0, dropped: 0, detections: 0 };
  counts.detections += frame.detections;
  counts.dropped += dropped;
  counts[frame.state] += 1;
  frames.set(name, counts);
}

function eventRow(event: ZoneEvent, camera: string, { epoch, seq }: FramePosition): string {
  return JSON.stringify([
    micros(event.at), camera, text(event.zone, 'the zone of an event'), event.zoneKind, event.kind, event.cls ?? '', event.direction ?? '', event.track ?? '', event.part ?? '',
    real(event.seconds), real(event.value), real(event.point?.[0]), real(event.point?.[1]), real(event.along), text(event.id, 'the id of an event'), epoch, seq,
  ]);
}

function sampleRows(sample: ZoneSample, camera: string): string[] {
  const at = seconds(sample.at);
  const zone = text(sample.zone, 'the zone of a sample');
  const trust = [sample.coverage, sample.skipped ?? 0, sample.quality ?? 'ok'] as const;
  const rows: string[] = [];
  for (const measure in sample.measures) rows.push(JSON.stringify([at, camera, zone, sample.zoneKind, measure, '', real(sample.measures[measure]), ...trust]));
  for (const measure in sample.perClass) {
    const classes = sample.perClass[measure]!;
    for (const cls in classes) rows.push(JSON.stringify([at, camera, zone, sample.zoneKind, measure, cls, real(classes[cls]), ...trust]));
  }
  return rows;
}

function journeyRow({ track, classes, stops }: Journey, camera: string): string {
  const entered = stops.map((stop) => micros(stop.entered));
  const left = stops.map((stop) => micros(stop.left));
  return JSON.stringify([
    entered.length === 0 ? 0 : Math.min(...entered), left.length === 0 ? 0 : Math.max(...left), camera, text(track, 'the track of a journey'), classes,
    stops.map(({ zone }) => text(zone, 'the zone of a stop')), entered, left, stops.map(({ direction }) => direction ?? ''),
    stops.flatMap(({ zone, abandoned }) => (abandoned ? [zone] : [])), Math.min(1, ...stops.map(({ joined }) => joined ?? 1)),
  ]);
}

function presenceRows({ minute, cells }: PresenceGrid, camera: string): string[] {
  const at = seconds(minute);
  return cells.map(([cls, cell, ms, dx, dy]) => JSON.stringify([at, camera, cls, count(cell), count(ms), Math.round(dx), Math.round(dy)]));
}

function trackRow(track: FinishedTrack, camera: string): string {
  const began = micros(track.from);
  const ended = micros(track.to);
  const ms: number[] = [];
  const xs: number[] = [];
  const ys: number[] = [];
  for (const [t, x, y] of track.path) {
    ms.push(Math.max(0, Math.round(t / 1000)));
    xs.push(fraction16(x));
    ys.push(fraction16(y));
  }
  return JSON.stringify([began, ended, camera, track.cls, text(track.id, 'the id of a track'), (ended - began) / 1e6, ms, xs, ys, track.height, track.maxScore]);
}

/** A fraction of the frame in 16 bits; boxes may reach a little beyond the frame. */
function fraction16(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 65_535);
}
