import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import type { Log } from '@sightline/runtime/log/log';
import { publishSite } from '@sightline/runtime/site-feed';
import { siteSchema, topics, type ResultsRecord } from '@sightline/schemas';
import { readFileSync } from 'node:fs';
import { startRoleChild, type RoleChild } from '../../dev/role-child.js';
import type { RoleArguments } from '../../roles/main.js';

/** A distributed site to measure: cameras on a real broker, roles as processes. One prefix a measurement. */
export interface BenchSiteOptions {
  readonly brokers: readonly string[];
  readonly prefix: string;
  readonly cameras: number;
  readonly partitions: number;
  /** Model of the cameras; default: the default's name, which a simulated detector never opens. */
  readonly model?: string;
  readonly store?: { readonly url: string; readonly token: string };
}

const open = new Set<BenchSite>();
const pollMs = 250;

export class BenchSite {
  readonly log: Log;
  readonly cameras: readonly string[];
  readonly #environment: Record<string, string>;
  readonly #children: RoleChild[] = [];
  readonly #said: string[] = [];

  private constructor(log: Log, cameras: readonly string[], environment: Record<string, string>) {
    this.log = log;
    this.cameras = cameras;
    this.#environment = environment;
    open.add(this);
  }

  static async open(options: BenchSiteOptions): Promise<BenchSite> {
    const { brokers, prefix, partitions, model, store } = options;
    const log = await openKafkaLog({ brokers, prefix, partitions });
    await log.ensureTopics(topics);
    const cameras = Array.from({ length: options.cameras }, (_, n) => `camera-${n}`);
    await publishSite(
      log,
      siteSchema.parse({
        cameras: cameras.map((name) => ({ name, source: 'simulated.avi', fps: 10, ...(model !== undefined && { model }) })),
        zones: cameras.map((camera) => ({ name: `${camera}-line`, kind: 'line', camera, line: [[0.5, 0], [0.5, 1]] })),
      }),
    );
    const environment = {
      SIGHTLINE_KAFKA_BROKERS: brokers.join(','),
      SIGHTLINE_KAFKA_PREFIX: prefix,
      SIGHTLINE_KAFKA_PARTITIONS: String(partitions),
      ...(store && { SIGHTLINE_STORE_URL: store.url, SIGHTLINE_STORE_USER: 'writer', SIGHTLINE_STORE_PASSWORD: store.token }),
    };
    return new BenchSite(log, cameras, environment);
  }

  static async closeAll(): Promise<void> {
    await Promise.all([...open].map((site) => site.close().catch(() => undefined)));
  }

  async run(name: string, spec: RoleArguments): Promise<RoleChild> {
    const child = startRoleChild(name, spec, this.#environment, (line) => {
      this.#said.push(`${name}: ${line}`);
      if (this.#said.length > 5) this.#said.shift();
    });
    this.#children.push(child);
    await child.ready;
    return child;
  }

  /** Every result there is, with the broker's time of its arrival. */
  async *results(): AsyncGenerator<{ camera: string; at: number; record: ResultsRecord }> {
    for (let partition = 0; partition < (await this.log.partitions('results')); partition++) {
      for await (const { key, value, appendedAt } of this.log.read({ topic: 'results', partition }, 0)) yield { camera: key, at: appendedAt, record: JSON.parse(Buffer.from(value!).toString('utf8')) as ResultsRecord };
    }
  }

  /** Frames that the workers have answered for. */
  async done(): Promise<number> {
    let sum = 0;
    for (const mark of (await this.log.committed('workers', 'frames')).values()) sum += mark;
    return sum;
  }

  /** Waits until so many frames are answered for; throws with what the roles said last when that takes too long. */
  async until(frames: number, seconds: number): Promise<void> {
    for (const end = Date.now() + seconds * 1000; (await this.done()) < frames; await pause(pollMs / 1000)) {
      if (Date.now() > end) throw new Error(`${await this.done()} of ${frames} frames were done after ${seconds} s; ${this.#said.join(' | ')}`);
    }
  }

  async close(): Promise<void> {
    if (!open.delete(this)) return;
    for (const child of this.#children) child.signal('SIGKILL');
    await Promise.all(this.#children.map(({ exited }) => exited));
    await this.log.close();
  }
}

export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** CPU seconds that a process has used, from /proc; NaN elsewhere. */
export function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    // Fields 14 and 15 of the whole line, in the kernel's ticks of 10 ms.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return NaN;
  }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
