import type { Figure } from '../../figures.js';
import { BenchSite, pause } from './site.js';

/** From the end of one of two workers to the first new result of the last of the cameras that moved. */
const cameras = 8;
const fps = 10;
const warmSeconds = 6;
/** A session of 6 s, and what follows. */
const watchedSeconds = { graceful: 5, SIGKILL: 14 };
/** A pause in a camera's results that is no mere jitter: it changed hands. */
const movedMs = 250;

export async function takeover(brokers: readonly string[], way: 'graceful' | 'SIGKILL'): Promise<Figure> {
  const site = await BenchSite.open({ brokers, prefix: `takeover-${way}.`, cameras, partitions: cameras });
  try {
    const leaving = await site.run('worker-0', { role: 'worker', threads: 1, simulatedSeconds: 0.005 });
    await site.run('worker-1', { role: 'worker', threads: 1, simulatedSeconds: 0.005 });
    await site.run('ingest', { role: 'ingest', simulatedSource: { frames: 10 ** 6, fps, live: true } });
    await site.until(cameras * fps, 30);
    await pause(warmSeconds);
    const gone = Date.now();
    if (way === 'SIGKILL') leaving.signal('SIGKILL');
    else void leaving.stop();
    await pause(watchedSeconds[way]);
    const times = new Map<string, number[]>();
    for await (const { camera, at } of site.results()) times.set(camera, [...(times.get(camera) ?? []), at]);
    const first = [...times.values()].flatMap((all) => afterTheGap(all.sort((a, b) => a - b), gone));
    return { case: way, metric: 'takeover', value: Math.max(...first) / 1000, unit: 's', goal: way === 'graceful' ? 1 : 8, better: 'lower', note: `${first.length} of ${cameras} cameras moved` };
  } finally {
    await site.close();
  }
}

/** ms from the end of the worker to the first result after the longest pause that spans or follows it; nothing for a camera that went on. */
function afterTheGap(times: readonly number[], gone: number): number[] {
  let longest = movedMs;
  let after: number | null = null;
  for (let n = 1; n < times.length; n++) {
    const gap = times[n]! - times[n - 1]!;
    if (times[n]! <= gone || gap <= longest) continue;
    longest = gap;
    after = times[n]! - gone;
  }
  return after === null ? [] : [after];
}
