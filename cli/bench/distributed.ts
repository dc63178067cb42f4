import { simulatedFrame } from '@sightline/workers/run/simulated-detector';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, startDevKafka } from '../dev/kafka.js';
import type { Figure } from '../figures.js';
import { BenchSite, cpuSeconds, quantile } from './bench-site.js';
import { kafkaCost } from './kafka-cost.js';

/**
 * `sightline bench distributed`: what Kafka costs, how latency, scale and takeover stand, how quick the sink is. A broker
 * and roles as processes on this machine; a simulated detector of fixed cost where the model is not the point.
 */
export interface BenchDistributedOptions {
  /** Model whose inference the cost of Kafka is compared with. Default yolox-nano. */
  readonly model?: string;
  /** Most workers of the scaling rows. Default 8. */
  readonly mostWorkers?: number;
  readonly onStep?: (what: string) => void;
}

const inferenceSeconds = 0.02;
const liveSeconds = 20;
const settledFrames = 60;
const writerToken = 'bench';

export async function benchDistributed(options: BenchDistributedOptions = {}): Promise<Figure[]> {
  const { onStep = () => undefined, model = 'yolox-nano', mostWorkers = 8 } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const kafka = await startDevKafka({ folder: path.join(folder, 'kafka'), onStep });
  const rows: Figure[] = [];
  try {
    onStep('cost of Kafka');
    rows.push(...(await kafkaCost(kafka.brokers, kafka.pids()[0] ?? -1, model)));
    onStep('latency');
    rows.push(...(await latency(kafka.brokers)));
    for (const way of ['graceful', 'SIGKILL'] as const) {
      onStep(`takeover, ${way}`);
      rows.push(await takeover(kafka.brokers, way));
    }
    onStep('scale');
    rows.push(...(await scale(kafka.brokers, mostWorkers)));
    onStep('sink');
    rows.push(await sink(kafka.brokers, folder));
    return rows;
  } finally {
    await kafka.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** 4 cameras × 10 fps, two workers: from the moment a frame was captured to its events in the log. */
async function latency(brokers: readonly string[]): Promise<Figure[]> {
  const site = await BenchSite.open({ brokers, prefix: 'latency.', cameras: 4, partitions: 4 });
  try {
    for (const n of [0, 1]) await site.run(`worker-${n}`, { role: 'worker', threads: 1, simulatedSeconds: inferenceSeconds });
    await site.run('ingest', { role: 'ingest', simulatedSource: { frames: 10 * liveSeconds, fps: 10, live: true } });
    await pause(liveSeconds + 2);
    const whole: number[] = [];
    const stages = new Map<string, number[]>();
    for await (const { at, record } of site.results()) {
      // The first seconds hold the joining of the group and what gathered meanwhile.
      if (record.input.seq < settledFrames) continue;
      whole.push(at - record.input.capturedAt / 1000 - (record.timing?.['inference'] ?? 0));
      for (const [stage, ms] of Object.entries(record.timing ?? {})) stages.set(stage, [...(stages.get(stage) ?? []), ms]);
    }
    const at = '4 cameras × 10 fps';
    return [
      { case: at, metric: 'p99 beyond inference', value: quantile(whole, 0.99), unit: 'ms', goal: 250, better: 'lower' },
      ...[0.5, 0.95].map((share): Figure => ({ case: at, metric: `p${share * 100} beyond inference`, value: quantile(whole, share), unit: 'ms', better: 'lower' })),
      ...[...stages].map(([stage, values]): Figure => ({ case: at, metric: `p99 ${stage}`, value: quantile(values, 0.99), unit: 'ms', better: 'lower' })),
    ];
  } finally {
    await site.close();
  }
}

/** From the end of one of two workers to the first new result of each camera that moved: the slowest of them. */
async function takeover(brokers: readonly string[], way: 'graceful' | 'SIGKILL'): Promise<Figure> {
  const site = await BenchSite.open({ brokers, prefix: `takeover-${way}.`, cameras: 8, partitions: 8 });
  try {
    const leaving = await site.run('worker-0', { role: 'worker', threads: 1, simulatedSeconds: 0.005 });
    await site.run('worker-1', { role: 'worker', threads: 1, simulatedSeconds: 0.005 });
    await site.run('ingest', { role: 'ingest', simulatedSource: { frames: 400, fps: 10, live: true } });
    await pause(8);
    const gone = Date.now();
    if (way === 'SIGKILL') leaving.signal('SIGKILL');
    else void leaving.stop();
    await pause(16);
    const times = new Map<string, number[]>();
    for await (const { camera, at } of site.results()) times.set(camera, [...(times.get(camera) ?? []), at]);
    // Every camera has results before; those that moved have a gap, the others none worth speaking of.
    const first = [...times.values()].map((all) => Math.min(...all.filter((at) => at > gone + 50)) - gone);
    return { case: way, metric: 'takeover', value: Math.max(...first) / 1000, unit: 's', goal: way === 'graceful' ? 1 : 8, better: 'lower' };
  } finally {
    await site.close();
  }
}

/** A backlog of frames through 1, 2, 4 … workers whose detector costs a fixed time: frames a second over that of one, per worker. */
async function scale(brokers: readonly string[], mostWorkers: number): Promise<Figure[]> {
  const rows: Figure[] = [];
  let alone = 0;
  for (let workers = 1; workers <= mostWorkers; workers *= 2) {
    const cameras = 10 * workers;
    const site = await BenchSite.open({ brokers, prefix: `scale-${workers}.`, cameras, partitions: Math.max(12, 4 * workers) });
    try {
      const framesEach = 60;
      const producer = await site.log.producer();
      for (let seq = 0; seq < framesEach; seq++) await producer.send('frames', site.cameras.map((camera) => simulatedFrame({ camera, seq, fps: 10 })));
      await producer.close();
      await Promise.all(Array.from({ length: workers }, (_, n) => site.run(`worker-${n}`, { role: 'worker', threads: 1, simulatedSeconds: inferenceSeconds })));
      const total = cameras * framesEach;
      for (let stalled = 0, before = -1; stalled < 60; ) {
        const done = await site.resultsWritten();
        if (done >= total) break;
        stalled = done === before ? stalled + 1 : 0;
        before = done;
        await pause(0.25);
      }
      const times: number[] = [];
      const load = new Map<number, number>();
      for await (const { at, record } of site.results()) {
        times.push(at);
        load.set(record.partition, (load.get(record.partition) ?? 0) + 1);
      }
      // The middle of the run: every worker has work and the group is at rest.
      const [from, to] = [quantile(times, 0.2), quantile(times, 0.7)];
      const rate = (times.filter((at) => at >= from && at < to).length * 1000) / (to - from);
      if (workers === 1) alone = rate;
      const name = `${workers} worker${workers > 1 ? 's' : ''}, ${cameras} cameras`;
      rows.push({ case: name, metric: 'frames a second', value: rate, unit: 'fps' });
      if (workers > 1) rows.push({ case: name, metric: 'efficiency', value: rate / alone / workers, unit: '', goal: 0.9 });
      rows.push({ case: name, metric: 'partition skew', value: Math.max(...load.values()) / (total / (await site.log.partitions('frames'))), unit: '', better: 'lower' });
    } finally {
      await site.close();
    }
  }
  return rows;
}

/** Results records into the store behind its door: records over the sink's own CPU time. */
async function sink(brokers: readonly string[], folder: string): Promise<Figure> {
  const port = await freePort();
  const store = { url: `http://127.0.0.1:${port}`, token: writerToken };
  const site = await BenchSite.open({ brokers, prefix: 'sink.', cameras: 20, partitions: 4, store });
  try {
    const framesEach = 500;
    await site.run('store', { role: 'store', folder: path.join(folder, 'store'), port, writerToken });
    const producer = await site.log.producer();
    for (let seq = 0; seq < framesEach; seq++) await producer.send('frames', site.cameras.map((camera) => simulatedFrame({ camera, seq, fps: 10 })));
    const worker = await site.run('worker', { role: 'worker', threads: 4, simulatedSeconds: 0 });
    const total = framesEach * site.cameras.length;
    while ((await site.resultsWritten()) < total) await pause(0.5);
    await worker.stop();
    const child = await site.run('sink', { role: 'sink' });
    const before = cpuSeconds(child.pid);
    let done = 0;
    for (let waited = 0; done < total && waited < 240; waited++) {
      await pause(0.25);
      done = 0;
      for (const [partition, mark] of await site.log.committed('sink', 'results')) {
        const { end } = await site.log.offsets({ topic: 'results', partition });
        // Control records of transactions count as offsets: a partition is done when its mark is near its end.
        if (mark >= end - 2) done += total / (await site.log.partitions('results'));
      }
    }
    const used = cpuSeconds(child.pid) - before;
    return { case: `${total} records`, metric: 'sink rows per core-second', value: done >= total - 1 ? total / used : null, unit: '/s', goal: 20_000 };
  } finally {
    await site.close();
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
