import type { Site } from '@sightline/schemas';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDevKafka, type DevKafka } from 'sightline/dev/kafka';
import { afterAll, afterEach, expect } from 'vitest';
import { root } from '../footage.js';
import { Cluster } from './cluster.js';
import { inEpochsOf } from './clips-site.js';
import { undisturbed, type Heard } from './results.js';
import { chaosSite } from './site.js';
import { finished, judge, type Verdict } from './verdict.js';

/** One chaos run: a broker, a site on it, a disturbance, and the verdict; and the sum of all runs of a file. */
const closers: (() => Promise<unknown>)[] = [];
const sum = { runs: 0, kills: 0, frames: 0, events: 0, samples: 0, carried: 0, lost: 0, doubled: 0 };

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => {
  if (sum.runs > 0) process.stdout.write(`chaos, in all: ${Object.entries(sum).map(([name, value]) => `${name} ${value}`).join(', ')}\n`);
});

/** Closed after the test, last opened first. */
export function afterwards(close: () => Promise<unknown>): void {
  closers.push(close);
}

export const minutes = 60_000;
/** Of one case, by far: what stands still is given up after two minutes, and a busy machine is no failure. */
export const mostMinutes = 40;
export const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** mulberry32: the same seed, the same kills. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Setting {
  /** Simulated frames of each of the simulated cameras; null with a site of its own. */
  readonly frames: number | null;
  readonly cameras?: number;
  readonly site?: Site;
  readonly brokers?: 1 | 3;
  readonly clockOffSeconds?: number;
  readonly sinks?: number;
  /** Where the store's files lie; default a fresh folder. */
  readonly storeFolder?: string;
  readonly disturb: (cluster: Cluster, kafka: DevKafka) => Promise<void>;
  /** What is said when nothing disturbs, in epochs of its own. Default: the simulated frames through one worker. */
  readonly expected?: () => Promise<Heard>;
  /** Checks of one's own, once log and store have settled. */
  readonly settled?: () => Promise<void>;
}

/** A process that is started again runs what is built by then: after a change of the sources that is another program, and no difference counts. */
async function underOneCode<T>(run: () => Promise<T>): Promise<T> {
  const before = builtCode();
  const checkCode = (cause?: unknown): void => {
    if (builtCode() !== before) throw new Error('code was built while this ran, so nothing is proven: run it where nobody builds', { cause });
  };
  const result = await run().catch((error: unknown) => {
    checkCode(error);
    throw error;
  });
  checkCode();
  return result;
}

const packages = ['schemas', 'runtime', 'models', 'ingest', 'workers', 'cli'];

/** A digest of all code that roles run. */
function builtCode(): string {
  const digest = createHash('sha256');
  for (const name of packages) {
    const dist = path.join(root, name, 'dist');
    for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }).sort()) if (file.endsWith('.js')) digest.update(file).update(readFileSync(path.join(dist, file)));
  }
  return digest.digest('hex');
}

export async function chaos(name: string, setting: Setting): Promise<Verdict> {
  const { frames, cameras = 6, site = chaosSite(cameras), brokers = 1, clockOffSeconds, sinks = 2 } = setting;
  const folder = await mkdtemp(path.join(tmpdir(), 'chaos-'));
  afterwards(() => rm(folder, { recursive: true, force: true }));
  const kafka = await startDevKafka({ folder: path.join(folder, 'kafka'), brokers });
  afterwards(() => kafka.stop());
  const alone = await (setting.expected ?? (() => undisturbed(site, frames ?? 0)))();
  const cluster = await Cluster.start({ brokers: kafka.brokers, prefix: 'chaos.', site, frames, storeFolder: setting.storeFolder ?? path.join(folder, 'store'), seconds: 0.01, sinks, replication: brokers, ...(clockOffSeconds !== undefined && { clockOffSeconds }) });
  afterwards(() => cluster.close());
  const verdict = await underOneCode(async () => {
    await setting.disturb(cluster, kafka);
    const heard = await finished(cluster, alone);
    const judged = await judge(cluster, setting.expected ? inEpochsOf(alone, heard) : alone, heard);
    await setting.settled?.();
    return judged;
  });
  expect(verdict).toMatchObject({ lost: 0, doubled: 0 });
  sum.runs += 1;
  sum.kills += cluster.kills;
  for (const key of ['frames', 'events', 'samples', 'carried', 'lost', 'doubled'] as const) sum[key] += verdict[key];
  process.stdout.write(`chaos, ${name}: kills ${cluster.kills}, frames ${verdict.frames}, events ${verdict.events}, samples ${verdict.samples}, repeated ${verdict.repeated}, carried over ${verdict.carried}, lost ${verdict.lost}, doubled ${verdict.doubled}\n`);
  return verdict;
}
