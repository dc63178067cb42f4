import { openServerStore } from '@sightline/runtime/store/server';
import { expect } from 'vitest';
import type { Cluster } from './cluster.js';
import { hear, type Heard } from './results.js';

/** What a run came to; printed at its end. */
export interface Verdict {
  readonly frames: number;
  readonly events: number;
  readonly samples: number;
  readonly lost: number;
  readonly doubled: number;
  readonly repeated: number;
}

const pollMs = 500;

/** Waits until every camera's last frame has its result. */
export async function finished(cluster: Cluster, expected: Heard, seconds: number): Promise<Heard> {
  const wanted = [...expected.byCamera.values()].reduce((sum, { length }) => sum + length, 0);
  const until = Date.now() + seconds * 1000;
  for (;;) {
    let records = 0;
    for (let partition = 0; partition < (await cluster.log.partitions('results')); partition++) {
      const { begin, end } = await cluster.log.offsets({ topic: 'results', partition });
      records += end - begin;
    }
    if (records >= wanted) {
      const heard = await hear(cluster.log);
      if ([...expected.byCamera].every(([camera, said]) => heard.byCamera.get(camera)?.length === said.length)) return heard;
    }
    if (Date.now() > until) {
      const heard = await hear(cluster.log);
      const counts = [...heard.byCamera].map(([camera, said]) => `${camera} ${said.length}`).join(', ');
      throw new Error(`not finished after ${seconds} s: ${counts}\n${cluster.lines.slice(-60).join('\n')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Log and store equal the undisturbed run exactly. */
export async function judge(cluster: Cluster, expected: Heard, heard: Heard, seconds = 60): Promise<Verdict> {
  expect(heard.contradictions).toBe(0);
  for (const [camera, said] of expected.byCamera) expect(heard.byCamera.get(camera)).toEqual(said);
  const all = [...expected.byCamera.values()].flat();
  const events = all.flatMap((record) => record.events.map(({ id }) => id)).sort();
  const samples = all.flatMap((record) => record.samples.map(({ zone, at, measures }) => `${zone} ${Math.round(at / 1e6)} ${measures['count'] ?? measures['in'] ?? 'null'}`)).sort();
  const tracks = all.flatMap((record) => record.finished.map(({ id }) => `${record.input.camera} ${id}`)).sort();
  const store = await openServerStore({ url: cluster.storeUrl, user: 'writer', password: 'chaos' });
  try {
    const read = async () => ({
      events: (await store.query<{ id: string }>('SELECT id FROM events ORDER BY id')).map(({ id }) => id).sort(),
      samples: (await store.query<{ zone: string; at: number; value: number | null }>("SELECT zone, toUnixTimestamp(at) AS at, value FROM samples WHERE class = '' AND measure = if(zone_kind = 'line', 'in', 'count')")).map(({ zone, at, value }) => `${zone} ${at} ${value}`).sort(),
      tracks: (await store.query<{ camera: string; id: string }>('SELECT camera, id FROM tracks')).map(({ camera, id }) => `${camera} ${id}`).sort(),
      frames: (await store.query<{ n: number }>('SELECT toInt64(sum(inferred + quiet + failed)) AS n FROM frames_1m'))[0]!.n,
    });
    const wanted = { events, samples, tracks, frames: all.length };
    const until = Date.now() + seconds * 1000;
    let got = await read().catch(() => null);
    while (JSON.stringify(got) !== JSON.stringify(wanted) && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      got = await read().catch(() => got);
    }
    expect(got).toEqual(wanted);
    // Every rollup says what its source says.
    const [differing] = await store.query<{ n: number }>(`
      SELECT count() AS n FROM
        (SELECT toStartOfMinute(at) AS minute, camera, zone, measure, class, count() AS n, sum(value) AS s FROM samples GROUP BY ALL) AS source
        FULL JOIN (SELECT at AS minute, camera, zone, measure, class, sum(known) + sum(unknown) AS n, sum(total) AS s FROM samples_1m GROUP BY ALL) AS rolled USING (minute, camera, zone, measure, class)
      WHERE source.n != rolled.n OR abs(coalesce(source.s, 0) - coalesce(rolled.s, 0)) > 1e-6`);
    expect(differing!.n).toBe(0);
    const doubled = (got?.events.length ?? 0) - new Set(got?.events).size;
    return { frames: all.length, events: events.length, samples: samples.length, lost: events.length - new Set(got?.events).size, doubled, repeated: heard.repeated };
  } finally {
    await store.close();
  }
}
