import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import type { Log } from '@sightline/runtime/log/log';
import { publishSite } from '@sightline/runtime/site-feed';
import { siteSchema, topics, type ResultsRecord } from '@sightline/schemas';
import { readFileSync } from 'node:fs';
import { startRoleChild, type RoleChild } from '../dev/role-child.js';
import type { RoleArguments } from '../roles/main.js';

/** A distributed site to measure: simulated cameras on a real broker, roles as processes. One prefix a measurement. */
export class BenchSite {
  readonly log: Log;
  readonly cameras: readonly string[];
  readonly #environment: Record<string, string>;
  readonly #children: RoleChild[] = [];

  private constructor(log: Log, cameras: readonly string[], environment: Record<string, string>) {
    this.log = log;
    this.cameras = cameras;
    this.#environment = environment;
  }

  static async open(options: { brokers: readonly string[]; prefix: string; cameras: number; partitions: number; store?: { url: string; token: string } }): Promise<BenchSite> {
    const { brokers, prefix, partitions, store } = options;
    const log = await openKafkaLog({ brokers, prefix, partitions });
    await log.ensureTopics(topics);
    const cameras = Array.from({ length: options.cameras }, (_, n) => `camera-${n}`);
    await publishSite(
      log,
      siteSchema.parse({
        cameras: cameras.map((name) => ({ name, source: 'simulated.avi', fps: 10 })),
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

  async run(name: string, spec: RoleArguments): Promise<RoleChild> {
    const child = startRoleChild(name, spec, this.#environment, () => undefined);
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

  async resultsWritten(): Promise<number> {
    let sum = 0;
    for (const mark of (await this.log.committed('workers', 'frames')).values()) sum += mark;
    return sum;
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.signal('SIGKILL');
    await Promise.all(this.#children.map(({ exited }) => exited));
    await this.log.close();
  }
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
