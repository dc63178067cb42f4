import { openForEval } from '../../eval/open-model.js';
import { encodeJpeg } from '@sightline/runtime/jpeg';
import type { LogRecord } from '@sightline/runtime/log/log';
import { encodeFrameHeader } from '@sightline/schemas/frame-codec';
import { simulatedFrame, simulatedHeader } from '@sightline/workers/run/simulated-detector';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Figure } from '../../figures.js';
import { readVideo } from '../../read-video.js';
import { BenchSite, pause, quantile } from './site.js';

/**
 * A backlog of frames through ever more workers. Every partition holds as much as every other, so that what is measured
 * is the workers; how unevenly cameras spread is told apart (cameras.ts).
 */
const partitionsAWorker = 2;
/** Dear enough that a small machine carries sixteen of them: what costs is the detector, not this machine. */
const simulatedSeconds = 0.1;
/** Frames of each partition before what is measured: every worker has its share by then, and is warm. */
const warmFrames = 10;
/** Seconds of work for a worker. */
const measuredSeconds = 12;
/** Given up after so long. */
const mostSeconds = 60;
/** A change in the group settles within this time. */
const restSeconds = 2;

export async function* workerScale(brokers: readonly string[], counts: readonly number[]): AsyncGenerator<Figure[]> {
  let alone = NaN;
  for (const workers of counts) {
    const partitions = workers * partitionsAWorker;
    const site = await BenchSite.open({ brokers, prefix: `scale-${workers}.`, cameras: partitions, partitions });
    try {
      await Promise.all(Array.from({ length: workers }, (_, n) => site.run(`worker-${n}`, { role: 'worker', threads: 1, simulatedSeconds })));
      const rate = await throughput(site, measuredSeconds / simulatedSeconds / partitionsAWorker, (camera, seq) => simulatedFrame({ camera, seq, fps: 10 }));
      if (workers === 1) alone = rate;
      yield efficiency(`${workers} worker${workers > 1 ? 's' : ''}, simulated`, workers, rate, alone);
    } finally {
      await site.close();
    }
  }
}

export interface ModelScale {
  readonly brokers: readonly string[];
  readonly model: string;
  readonly dataFolder: string;
}

/** One worker on one core, two workers on a core each, with the real model on frames of the plaza. The broker has the same cores. */
export async function* modelScale({ brokers, model, dataFolder }: ModelScale): AsyncGenerator<Figure[]> {
  if (availableParallelism() < 2) {
    yield [{ case: '2 workers', metric: 'efficiency', value: null, unit: '', note: 'this machine has one core' }];
    return;
  }
  const jpegs = await plazaFrames(model, dataFolder);
  let alone = NaN;
  for (const workers of [1, 2]) {
    const cameras = 4;
    const site = await BenchSite.open({ brokers, prefix: `model-${workers}.`, cameras, partitions: cameras, model });
    try {
      const cores = availableParallelism();
      await Promise.all(Array.from({ length: workers }, async (_, n) => pin((await site.run(`worker-${n}`, { role: 'worker', threads: 1 })).pid, cores - 1 - n)));
      const rate = await throughput(site, modelFrames * workers, (camera, seq) => {
        const { value, width, height } = jpegs[seq % jpegs.length]!;
        return { key: camera, value, headers: encodeFrameHeader({ ...simulatedHeader({ camera, seq }), width, height, encoding: 'jpeg' }) };
      });
      if (workers === 1) alone = rate;
      yield efficiency(`${workers} worker${workers > 1 ? 's' : ''}, ${model}, a core each`, workers, rate, alone);
    } finally {
      await site.close();
    }
  }
}

/** Frames of each camera for each worker. */
const modelFrames = 120;

async function plazaFrames(model: string, dataFolder: string): Promise<{ value: Uint8Array; width: number; height: number }[]> {
  const detector = await openForEval(model, dataFolder);
  const frames: { value: Uint8Array; width: number; height: number }[] = [];
  for await (const { header, pixels } of readVideo(path.join(dataFolder, 'clips/plaza.avi'), { fps: 2, size: detector.inputSize })) {
    frames.push({ value: await encodeJpeg(pixels, header), width: header.width, height: header.height });
    if (frames.length >= 50) break;
  }
  await detector.close();
  return frames;
}

/** Frames a second of all workers: first a few of each partition, then so many at once, of which the middle counts. Camera n is partition n. */
async function throughput(site: BenchSite, framesEach: number, frame: (camera: string, seq: number) => LogRecord): Promise<number> {
  await pause(restSeconds);
  const producer = await site.log.producer();
  const send = async (from: number, to: number): Promise<void> => {
    for (let seq = from; seq < to; seq++) await producer.send('frames', site.cameras.map((camera, partition) => ({ ...frame(camera, seq), partition })));
    await site.until(to * site.cameras.length, mostSeconds);
  };
  await send(0, warmFrames);
  await send(warmFrames, warmFrames + framesEach);
  await producer.close();
  const times: number[] = [];
  for await (const { at, record } of site.results()) if (record.input.seq >= warmFrames) times.push(at);
  const [from, to] = [quantile(times, 0.15), quantile(times, 0.85)];
  return (times.filter((at) => at >= from && at < to).length * 1000) / (to - from);
}

function efficiency(name: string, workers: number, rate: number, alone: number): Figure[] {
  return [
    { case: name, metric: 'frames a second', value: rate, unit: 'fps' },
    { case: name, metric: 'efficiency', value: rate / alone / workers, unit: '', ...(workers > 1 && { goal: 0.9 }) },
  ];
}

/** A process, with all its threads, on one core. */
function pin(pid: number, core: number): void {
  if (process.platform === 'linux' && existsSync('/usr/bin/taskset')) execFileSync('/usr/bin/taskset', ['-a', '-p', '-c', String(core), String(pid)], { stdio: 'pipe' });
}
