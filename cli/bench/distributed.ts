import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { explain } from '@sightline/runtime/errors';
import { startDevKafka, type DevKafka } from '../dev/kafka.js';
import type { Figure } from '../figures.js';
import { cameraScale, partitionSkew } from './distributed/cameras.js';
import { kafkaCost } from './distributed/kafka-cost.js';
import { latency } from './distributed/latency.js';
import { BenchSite } from './distributed/site.js';
import { sinkSpeed } from './distributed/sink.js';
import { takeover } from './distributed/takeover.js';
import { modelScale, workerScale } from './distributed/workers.js';

/**
 * `sightline bench distributed`: what Kafka costs, how latency, scale and takeover stand, how quick the sink is. A broker
 * and roles as processes on this machine; a simulated detector of fixed cost where the model is not the point. A part that
 * fails, or takes too long, leaves an empty row that says why; the others are measured all the same.
 */
export interface BenchDistributedOptions {
  /** Footage folder: frames to compress, and the model that Kafka's cost is compared with. */
  readonly dataFolder: string;
  /** Default yolox-nano. */
  readonly model?: string;
  /** Most workers of the scaling rows. Default 16. */
  readonly mostWorkers?: number;
  /** Parts to measure; default all. */
  readonly only?: readonly string[];
  readonly onStep?: (what: string) => void;
}

export const describeBenchDistributed = `A site of separate processes on a real broker, all on this machine (docs/distributed.md). Cost: CPU of encoding, producing, fetching
and decoding a frame beside the CPU of its inference. Latency: from capture to the result in the log, without inference. Takeover: from
the end of one of two workers to the first result of the last camera that moved. Efficiency: frames a second over those of the smallest case.`;

interface Part {
  readonly name: string;
  /** The row that stands empty when the part gives none. */
  readonly metric: string;
  /** Given up after so long: the whole bench ends within nine minutes. */
  readonly seconds: number;
  /** Gives rows as they are measured, so that what a late part has is kept. */
  readonly measure: () => Promise<Figure[]> | AsyncIterable<Figure[]>;
}

const wholeSeconds = 9 * 60;

export async function benchDistributed(options: BenchDistributedOptions): Promise<Figure[]> {
  const { onStep = () => undefined, dataFolder, model = 'yolox-nano', mostWorkers = 16, only } = options;
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const kafka = await startDevKafka({ folder: path.join(folder, 'kafka'), onStep });
  try {
    const parts = partsOf(kafka, { folder, dataFolder, model, mostWorkers }).filter(({ name }) => !only || only.includes(name));
    const until = Date.now() + wholeSeconds * 1000;
    const rows: Figure[] = [];
    for (const part of parts) {
      onStep(part.name);
      const seconds = Math.min(part.seconds, (until - Date.now()) / 1000);
      rows.push(...(await inTime(part, seconds)));
    }
    return rows;
  } finally {
    await kafka.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function partsOf(kafka: DevKafka, { folder, dataFolder, model, mostWorkers }: { folder: string; dataFolder: string; model: string; mostWorkers: number }): Part[] {
  const { brokers } = kafka;
  const workers: number[] = [];
  for (let count = 1; count <= mostWorkers; count *= 2) workers.push(count);
  return [
    { name: 'cost', metric: 'kafka cost', seconds: 90, measure: () => kafkaCost({ brokers, brokerPid: kafka.pids()[0] ?? -1, model, dataFolder }) },
    { name: 'latency', metric: 'p99 beyond inference', seconds: 75, measure: () => latency(brokers) },
    { name: 'graceful', metric: 'takeover', seconds: 60, measure: async () => [await takeover(brokers, 'graceful')] },
    { name: 'SIGKILL', metric: 'takeover', seconds: 60, measure: async () => [await takeover(brokers, 'SIGKILL')] },
    { name: 'sink', metric: 'sink rows per core-second', seconds: 90, measure: () => sinkSpeed(brokers, folder) },
    { name: 'model', metric: 'efficiency', seconds: 100, measure: () => modelScale({ brokers, model, dataFolder }) },
    { name: 'workers', metric: 'efficiency', seconds: 240, measure: () => workerScale(brokers, workers) },
    { name: 'cameras', metric: 'efficiency', seconds: 120, measure: () => cameraScale(brokers) },
    { name: 'skew', metric: 'partition skew', seconds: 5, measure: async () => partitionSkew() },
  ];
}

async function inTime({ name, metric, measure }: Part, seconds: number): Promise<Figure[]> {
  const none = (note: string): Figure => ({ case: name, metric, value: null, unit: '', note });
  if (seconds <= 1) return [none('no time was left for it')];
  const rows: Figure[] = [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Figure>((resolve) => (timer = setTimeout(() => resolve(none(`was not through within ${Math.round(seconds)} s`)), seconds * 1000)));
  const measured = (async () => {
    const measuring = measure();
    if (measuring instanceof Promise) rows.push(...(await measuring));
    else for await (const some of measuring) rows.push(...some);
    return null;
  })().catch((error: unknown) => none(explain(error)));
  try {
    const missing = await Promise.race([measured, late]);
    return missing ? [...rows, missing] : [...rows];
  } finally {
    clearTimeout(timer);
    // What a part that is late has started would disturb the next.
    await BenchSite.closeAll();
  }
}
