import { openServerStore } from '@sightline/runtime/store/server';
import type { Store } from '@sightline/runtime/store/store';
import { expect } from 'vitest';
import type { Cluster } from './cluster.js';
import { carriedTracks, hear, mostCrossings, type Heard, type Said } from './results.js';
import { differingRollups } from './rollups.js';

/** What a run came to; printed at its end. */
export interface Verdict {
  readonly frames: number;
  readonly events: number;
  readonly samples: number;
  readonly lost: number;
  readonly doubled: number;
  readonly repeated: number;
  /** Objects whose track went on under the same id over a gap that a change of owner left. */
  readonly carried: number;
  /** How often one of those was counted by one line in one direction, at most. */
  readonly crossings: number;
}

const pollMs = 500;
/** A run is given up only when nothing at all has moved for so long: a slow machine is no failure. */
const patienceSeconds = 120;

/** Waits until every camera's last frame has its result. */
export async function finished(cluster: Cluster, expected: Heard): Promise<Heard> {
  const wanted = [...expected.byCamera.values()].reduce((sum, { length }) => sum + length, 0);
  const patience = new Patience();
  for (;;) {
    const records = await recordsOf(cluster);
    if (records >= wanted) {
      const heard = await hear(cluster.log);
      if ([...expected.byCamera].every(([camera, said]) => heard.byCamera.get(camera)?.length === said.length)) return heard;
    }
    if (patience.isOver(records)) {
      const heard = await hear(cluster.log);
      const counts = [...heard.byCamera].map(([camera, said]) => `${camera} ${said.length}`).join(', ');
      throw new Error(`nothing has moved for ${patienceSeconds} s: ${counts}\n${await standing(cluster)}\n${cluster.lines.slice(-60).join('\n')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Where each partition stands: what tells a stuck worker from a stuck ingest. */
async function standing({ log }: Cluster): Promise<string> {
  const done = await log.committed('workers', 'frames');
  const rows: string[] = [];
  for (let partition = 0; partition < (await log.partitions('frames')); partition++) {
    const frames = await log.offsets({ topic: 'frames', partition });
    const results = await log.offsets({ topic: 'results', partition });
    rows.push(`partition ${partition}: frames ${frames.begin} to ${frames.end}, done ${done.get(partition) ?? 'none'}; results to ${results.end}`);
  }
  return rows.join('\n');
}

/** Waits until so many results records are in the log. */
export async function reached(cluster: Cluster, records: number): Promise<void> {
  const patience = new Patience();
  for (;;) {
    const now = await recordsOf(cluster);
    if (now >= records) return;
    if (patience.isOver(now)) throw new Error(`nothing has moved for ${patienceSeconds} s: ${now} of ${records} records\n${cluster.lines.slice(-60).join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Log and store equal the undisturbed run exactly, and every rollup its source. */
export async function judge(cluster: Cluster, expected: Heard, heard: Heard): Promise<Verdict> {
  expect(heard.contradictions).toBe(0);
  for (const [camera, said] of expected.byCamera) expect(firstDifference(said, heard.byCamera.get(camera) ?? [])).toBe('none');
  const wanted = rowsOf(expected);
  const store = await openServerStore({ url: cluster.storeUrl, user: 'writer', password: 'chaos' });
  try {
    const patience = new Patience();
    let got = await stored(store).catch(() => null);
    while (JSON.stringify(got) !== JSON.stringify(wanted) && !patience.isOver(JSON.stringify(got))) {
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      got = await stored(store).catch(() => got);
    }
    expect(got).toEqual(wanted);
    expect(await differingRollups(store)).toEqual({ samples_1m: 0, samples_15m: 0, latest: 0, drift_hourly: 0, drift_slots: 0 });
    const once = new Set(got?.events);
    const carried = carriedTracks(heard);
    return {
      frames: [...expected.byCamera.values()].flat().length,
      events: wanted.events.length,
      samples: wanted.samples.length,
      lost: wanted.events.filter((row) => !once.has(row)).length,
      doubled: (got?.events.length ?? 0) - once.size,
      repeated: heard.repeated,
      carried: carried.size,
      crossings: mostCrossings(heard, carried),
    };
  } finally {
    await store.close();
  }
}

/** Where two runs of a camera part, in words that fit a screen. */
function firstDifference(wanted: readonly Said[], got: readonly Said[]): string {
  for (const [n, record] of wanted.entries()) {
    const other = got[n];
    if (!other) return `only ${got.length} of ${wanted.length} records`;
    for (const part of ['input', 'tracks', 'events', 'samples', 'finished', 'drift'] as const) {
      const texts = [record[part], other[part]].map((value) => JSON.stringify(value));
      const at = [...texts[0]!].findIndex((char, index) => texts[1]![index] !== char);
      if (texts[0] === texts[1]) continue;
      const near = (text: string): string => text.slice(Math.max(0, at - 80), at + 160);
      return `record ${n} (${record.input.camera} ${record.input.seq}), ${part}: wanted …${near(texts[0]!)}…, got …${near(texts[1]!)}…`;
    }
  }
  return got.length === wanted.length ? 'none' : `${got.length} records instead of ${wanted.length}`;
}

interface StoredRows {
  readonly events: readonly string[];
  readonly samples: readonly string[];
  readonly tracks: readonly string[];
  readonly drift: readonly string[];
  readonly frames: readonly string[];
}

/** The rows that records ask for. */
function rowsOf(heard: Heard): StoredRows {
  const all = [...heard.byCamera.values()].flat();
  const events: string[] = [];
  const samples: string[] = [];
  const tracks: string[] = [];
  const drift: string[] = [];
  const frames = new Map<string, number>();
  for (const record of all) {
    const { camera, capturedAt } = record.input;
    for (const { id, kind, track } of record.events) events.push(`${id} ${kind} ${track ?? ''}`);
    for (const { zone, at, measures, perClass } of record.samples) {
      const row = (measure: string, cls: string, value: number | null): number => samples.push(`${camera} ${zone} ${Math.round(at / 1e6)} ${measure} ${cls} ${value}`);
      for (const [measure, value] of Object.entries(measures)) row(measure, '', value);
      for (const [measure, classes] of Object.entries(perClass ?? {})) for (const [cls, value] of Object.entries(classes)) row(measure, cls, value);
    }
    for (const { id, path } of record.finished) tracks.push(`${camera} ${id} ${path.length}`);
    for (const { minute, n, sums } of record.drift) drift.push(`${camera} ${Math.round(minute / 1e6)} ${n} ${sums.reduce((sum, one) => sum + one, 0)}`);
    const minute = `${camera} ${Math.floor(capturedAt / 60e6) * 60} ${record.input.state}`;
    frames.set(minute, (frames.get(minute) ?? 0) + 1);
  }
  return { events: events.sort(), samples: samples.sort(), tracks: tracks.sort(), drift: drift.sort(), frames: [...frames].map(([minute, n]) => `${minute} ${n}`).sort() };
}

/** The same rows as the tables have them. */
async function stored(store: Store): Promise<StoredRows> {
  const rows = async (sql: string): Promise<string[]> => (await store.query<{ row: string }>(sql)).map(({ row }) => row).sort();
  const samples = await store.query<{ camera: string; zone: string; second: number; measure: string; cls: string; value: number | null }>('SELECT camera, zone, toUnixTimestamp(at) AS second, measure, class AS cls, value FROM samples');
  return {
    events: await rows("SELECT concat(id, ' ', kind, ' ', track) AS row FROM events"),
    samples: samples.map(({ camera, zone, second, measure, cls, value }) => `${camera} ${zone} ${second} ${measure} ${cls} ${value}`).sort(),
    tracks: await rows("SELECT concat(camera, ' ', id, ' ', toString(length(path_ms))) AS row FROM tracks"),
    drift: await rows("SELECT concat(camera, ' ', toString(toUnixTimestamp(minute)), ' ', toString(n), ' ', toString(arraySum(sums))) AS row FROM drift"),
    frames: await rows(`
      SELECT concat(camera, ' ', toString(toUnixTimestamp(minute)), ' ', state.1, ' ', toString(state.2)) AS row
      FROM (SELECT camera, minute, arrayJoin([('inferred', sum(inferred)), ('quiet', sum(quiet)), ('failed', sum(failed))]) AS state FROM frames_1m GROUP BY camera, minute)
      WHERE state.2 > 0`),
  };
}

async function recordsOf({ log }: Cluster): Promise<number> {
  let records = 0;
  for (let partition = 0; partition < (await log.partitions('results')); partition++) {
    const { begin, end } = await log.offsets({ topic: 'results', partition });
    records += end - begin;
  }
  return records;
}

/** Over when what it is shown has not changed for a long while. */
class Patience {
  #seen: unknown = undefined;
  #since = Date.now();

  isOver(state: unknown): boolean {
    if (state !== this.#seen) {
      this.#seen = state;
      this.#since = Date.now();
    }
    return Date.now() - this.#since > patienceSeconds * 1000;
  }
}
