import { encodeJpeg } from '@sightline/runtime/jpeg';
import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import type { Log, LogRecord } from '@sightline/runtime/log/log';
import { topics, type Detector } from '@sightline/schemas';
import { encodeFrameHeader } from '@sightline/schemas/frame-codec';
import { decodeJpeg } from '@sightline/workers/run/decode-jpeg';
import { simulatedHeader } from '@sightline/workers/run/simulated-detector';
import path from 'node:path';
import { openForEval } from '../../eval/open-model.js';
import type { Figure } from '../../figures.js';
import { median } from '../pinned.js';
import { readVideo } from '../../read-video.js';
import { cpuSeconds } from './site.js';

/**
 * What Kafka adds to a frame: encode, produce, fetch, decode; as a share of what inference costs in the same process.
 * Rounds of each in turn, so that whatever else the machine does falls on all alike; the median of the rounds counts.
 */
export interface KafkaCostOptions {
  readonly brokers: readonly string[];
  readonly brokerPid: number;
  readonly model: string;
  readonly dataFolder: string;
}

const width = 416;
const height = 256;
const rounds = 7;
/** Frames of a round: from several cameras at once, as an ingest sends them. */
const cameras = 8;
const framesACamera = 12;
const inferencesARound = 30;
/** Frames of the plaza and of the traffic, in turn. */
const clips = ['clips/plaza.avi', 'clips/traffic.mp4'];

type Stage = 'encode' | 'produce' | 'fetch' | 'decode';

export async function kafkaCost({ brokers, brokerPid, model, dataFolder }: KafkaCostOptions): Promise<Figure[]> {
  const pictures = await sampleFrames(dataFolder);
  const log = await openKafkaLog({ brokers, prefix: 'cost.', partitions: 1 });
  const detector = await openForEval(model, dataFolder);
  try {
    await log.ensureTopics(topics);
    const measured: { stages: Record<Stage, number>; broker: number; inference: number; bytes: number }[] = [];
    // The first round compiles and fills caches.
    for (let round = 0; round <= rounds; round++) {
      const one = { ...(await carry(log, pictures, brokerPid)), inference: await inferenceCpu(detector, pictures) };
      if (round > 0) measured.push(one);
    }
    const sum = ({ stages }: { stages: Record<Stage, number> }): number => Object.values(stages).reduce((all, one) => all + one, 0);
    const of = (metric: string, pick: (one: (typeof measured)[number]) => number, unit = 'ms', scale = 1000): Figure => ({ case: 'one frame', metric, value: scale * median(measured.map(pick)), unit, better: 'lower' });
    return [
      { case: `one frame, ${model}`, metric: 'kafka cost', value: 100 * median(measured.map((one) => sum(one) / one.inference)), unit: '%', goal: 15, better: 'lower', note: `of the inference’s CPU at ${width}×${height}` },
      { case: `one frame, ${model}`, metric: 'inference cpu', value: 1000 * median(measured.map(({ inference }) => inference)), unit: 'ms', better: 'lower' },
      of('kafka cpu', sum),
      ...(['encode', 'produce', 'fetch', 'decode'] as const).map((stage) => of(stage, ({ stages }) => stages[stage])),
      of('broker cpu', ({ broker }) => broker),
      of('jpeg size', ({ bytes }) => bytes, 'kB', 1 / 1000),
    ];
  } finally {
    await detector.close();
    await log.close();
  }
}

/** CPU seconds a frame of each stage, and of the broker. */
async function carry(log: Log, pictures: readonly Uint8Array[], brokerPid: number): Promise<{ stages: Record<Stage, number>; broker: number; bytes: number }> {
  const total = cameras * framesACamera;
  const at = { topic: 'frames', partition: 0 } as const;
  const broker = cpuSeconds(brokerPid);
  const records: LogRecord[] = [];
  const encode = await cpuOf(async () => {
    for (let n = 0; n < total; n++) {
      const value = await encodeJpeg(pictures[n % pictures.length]!, { width, height });
      records.push({ key: 'camera', value, headers: encodeFrameHeader({ ...simulatedHeader({ camera: 'camera', seq: n }), width, height, encoding: 'jpeg' }) });
    }
  });
  const producer = await log.producer();
  const { end: begin } = await log.offsets(at);
  const produce = await cpuOf(async () => {
    for (let n = 0; n < total; n += cameras) await Promise.all(records.slice(n, n + cameras).map((record) => producer.send('frames', [record])));
  });
  await producer.close();
  const { end } = await log.offsets(at);
  const fetched: Uint8Array[] = [];
  const fetch = await cpuOf(async () => {
    for await (const { value } of log.read(at, begin, end)) fetched.push(value!);
  });
  const header = { ...simulatedHeader({ camera: 'camera', seq: 0 }), width, height };
  const decode = await cpuOf(async () => {
    for (const value of fetched) await decodeJpeg(value, header);
  });
  const each = (seconds: number): number => seconds / total;
  return {
    stages: { encode: each(encode), produce: each(produce), fetch: each(fetch), decode: each(decode) },
    broker: each(cpuSeconds(brokerPid) - broker),
    bytes: fetched.reduce((all, { byteLength }) => all + byteLength, 0) / fetched.length,
  };
}

async function inferenceCpu(detector: Detector, pictures: readonly Uint8Array[]): Promise<number> {
  const used = await cpuOf(async () => {
    for (let n = 0; n < inferencesARound; n++) await detector.detect({ camera: 'c', pixels: new Uint8Array(pictures[n % pictures.length]!), width, height });
  });
  return used / inferencesARound;
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function sampleFrames(dataFolder: string): Promise<Uint8Array[]> {
  const pictures: Uint8Array[] = [];
  for (const clip of clips) {
    let taken = 0;
    for await (const { pixels } of readVideo(path.join(dataFolder, clip), { fps: 1, size: () => ({ width, height }) })) {
      pictures.push(new Uint8Array(pixels));
      if (++taken >= 10) break;
    }
  }
  return pictures;
}
