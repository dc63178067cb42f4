import path from 'node:path';
import { freePort } from '../../dev/kafka.js';
import type { Figure } from '../../figures.js';
import { fill } from '../store-sink.js';
import { BenchSite, cpuSeconds, pause } from './site.js';

/** Results records as large as a busy scene makes them, from Kafka into the store behind its door: records over the sink's own CPU time. */
const records = 60_000;
const writerToken = 'bench';
const mostSeconds = 75;

export async function sinkSpeed(brokers: readonly string[], folder: string): Promise<Figure[]> {
  const port = await freePort();
  const site = await BenchSite.open({ brokers, prefix: 'sink.', cameras: 20, partitions: 4, store: { url: `http://127.0.0.1:${port}`, token: writerToken } });
  try {
    const store = await site.run('store', { role: 'store', folder: path.join(folder, 'store'), port, writerToken });
    await fill(site.log, records, Date.now() - 3_600_000, 'sink');
    const child = await site.run('sink', { role: 'sink' });
    const before = { sink: cpuSeconds(child.pid), store: cpuSeconds(store.pid) };
    for (const end = Date.now() + mostSeconds * 1000; !(await drained(site)); await pause(0.25)) if (Date.now() > end) throw new Error(`the sink was not done after ${mostSeconds} s`);
    const used = { sink: cpuSeconds(child.pid) - before.sink, store: cpuSeconds(store.pid) - before.store };
    const name = `${records} records`;
    return [
      { case: name, metric: 'sink rows per core-second', value: records / used.sink, unit: '/s', goal: 20_000 },
      { case: name, metric: 'results record', value: (await recordBytes(site)) / 1000, unit: 'kB', better: 'lower' },
      { case: name, metric: 'with the store’s engine', value: records / (used.sink + used.store), unit: '/s' },
    ];
  } finally {
    await site.close();
  }
}

/** Of a busy scene's frame, as JSON. */
async function recordBytes(site: BenchSite): Promise<number> {
  let bytes = 0;
  let count = 0;
  for await (const { value } of site.log.read({ topic: 'results', partition: 0 }, 0, 500)) {
    bytes += value?.byteLength ?? 0;
    count += 1;
  }
  return bytes / count;
}

async function drained(site: BenchSite): Promise<boolean> {
  const marks = await site.log.committed('sink', 'results');
  for (let partition = 0; partition < (await site.log.partitions('results')); partition++) {
    const { end } = await site.log.offsets({ topic: 'results', partition });
    if ((marks.get(partition) ?? 0) < end) return false;
  }
  return true;
}
