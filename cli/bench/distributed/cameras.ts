import { hashPartition } from '@sightline/runtime/log/partition-of';
import { simulatedFrame } from '@sightline/workers/run/simulated-detector';
import type { Figure } from '../../figures.js';
import { BenchSite, cpuSeconds } from './site.js';

/** The same number of frames from ever more cameras through two workers: what a frame costs them must not grow. */
const counts = [10, 100, 1000];
const frames = 10_000;
const partitions = 12;
const simulatedSeconds = 0;

export async function* cameraScale(brokers: readonly string[]): AsyncGenerator<Figure[]> {
  let fewest = NaN;
  for (const cameras of counts) {
    const site = await BenchSite.open({ brokers, prefix: `cameras-${cameras}.`, cameras, partitions });
    try {
      const workers = await Promise.all([0, 1].map((n) => site.run(`worker-${n}`, { role: 'worker', threads: 2, simulatedSeconds })));
      const used = (): number => workers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
      // One frame of each to begin with: pipelines are made, code is compiled.
      const warm = Math.max(1, Math.ceil(warmFrames / cameras));
      await send(site, 0, warm);
      await site.until(warm * cameras, 40);
      const before = used();
      const each = frames / cameras;
      await send(site, warm, warm + each);
      await site.until((warm + each) * cameras, 60);
      const a = (used() - before) / frames;
      if (Number.isNaN(fewest)) fewest = a;
      const name = `${cameras} cameras`;
      yield [
        { case: name, metric: 'worker cpu a frame', value: 1000 * a, unit: 'ms', better: 'lower' },
        { case: name, metric: 'efficiency', value: fewest / a, unit: '', ...(cameras > counts[0]! && { goal: 0.9 }) },
      ];
    } finally {
      await site.close();
    }
  }
}

const warmFrames = 2000;

async function send(site: BenchSite, from: number, to: number): Promise<void> {
  const producer = await site.log.producer();
  for (let seq = from; seq < to; seq++) await producer.send('frames', site.cameras.map((camera) => simulatedFrame({ camera, seq, fps: 10 })));
  await producer.close();
}

/** Cameras of the busiest partition over those of the mean, for names as people give them. */
export function partitionSkew(): Figure[] {
  return [
    { cameras: 100, of: 12 },
    { cameras: 1000, of: 48 },
    { cameras: 1000, of: 250 },
  ].map(({ cameras, of }) => {
    const load = new Array<number>(of).fill(0);
    for (let n = 0; n < cameras; n++) load[hashPartition(`camera-${n}`, of)]! += 1;
    return { case: `${cameras} cameras, ${of} partitions`, metric: 'partition skew', value: (Math.max(...load) * of) / cameras, unit: '', better: 'lower' };
  });
}
