import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import type { Log } from '@sightline/runtime/log/log';
import { publishSite } from '@sightline/runtime/site-feed';
import { topics, type Site } from '@sightline/schemas';
import { startRoleChild, type RoleChild } from 'sightline/dev/role-child';
import { freePort } from 'sightline/dev/kafka';
import type { RoleArguments } from 'sightline/roles/main';

/**
 * A whole distributed site as child processes that may be killed: each is started again at once, as an orchestrator
 * would. Store: the embedded engine behind its door.
 */
export interface ClusterOptions {
  readonly brokers: readonly string[];
  readonly prefix: string;
  readonly site: Site;
  readonly storeFolder: string;
  /** Simulated frames of each camera; null: the site's own sources and models. */
  readonly frames: number | null;
  readonly workers?: number;
  readonly ingests?: number;
  readonly sinks?: number;
  readonly partitions?: number;
  readonly replication?: number;
  /** Time that one frame costs in the simulated detector. */
  readonly seconds?: number;
  /** The clocks of the second of each role are off by so much. */
  readonly clockOffSeconds?: number;
}

const writerToken = 'chaos';

export class Cluster {
  readonly log: Log;
  readonly lines: string[] = [];
  readonly storeUrl: string;
  readonly #environment: Record<string, string>;
  readonly #specs = new Map<string, RoleArguments>();
  readonly #children = new Map<string, RoleChild>();
  readonly #held = new Set<string>();
  /** Processes killed so far. */
  kills = 0;
  #ending = false;

  private constructor(log: Log, environment: Record<string, string>, storeUrl: string) {
    this.log = log;
    this.#environment = environment;
    this.storeUrl = storeUrl;
  }

  static async start(options: ClusterOptions): Promise<Cluster> {
    const { brokers, prefix, site, frames, partitions = 6, replication = 1 } = options;
    const log = await openKafkaLog({ brokers, prefix, partitions, replication, minInsyncReplicas: replication > 1 ? 2 : 1 });
    await log.ensureTopics(topics);
    await publishSite(log, site);
    const storePort = await freePort();
    const storeUrl = `http://127.0.0.1:${storePort}`;
    const environment = {
      SIGHTLINE_KAFKA_BROKERS: brokers.join(','),
      SIGHTLINE_KAFKA_PREFIX: prefix,
      SIGHTLINE_KAFKA_PARTITIONS: String(partitions),
      SIGHTLINE_KAFKA_REPLICATION: String(replication),
      SIGHTLINE_KAFKA_MIN_INSYNC: String(replication > 1 ? 2 : 1),
      SIGHTLINE_STORE_URL: storeUrl,
      SIGHTLINE_STORE_USER: 'writer',
      SIGHTLINE_STORE_PASSWORD: writerToken,
    };
    const cluster = new Cluster(log, environment, storeUrl);
    const off = (n: number): { clockOffSeconds: number } => ({ clockOffSeconds: n === 1 ? (options.clockOffSeconds ?? 0) : 0 });
    await cluster.run('store', { role: 'store', folder: options.storeFolder, port: storePort, writerToken });
    const starting: Promise<void>[] = [];
    for (let n = 0; n < (options.sinks ?? 1); n++) starting.push(cluster.run(`sink-${n}`, { role: 'sink' }));
    for (let n = 0; n < (options.workers ?? 2); n++) starting.push(cluster.run(`worker-${n}`, { role: 'worker', threads: 1, ...(frames !== null && { simulatedSeconds: options.seconds ?? 0.002 }), ...off(n) }));
    await Promise.all(starting);
    for (let n = 0; n < (options.ingests ?? 2); n++) await cluster.run(`ingest-${n}`, { role: 'ingest', ...(frames !== null && { simulatedSource: { frames, fps: 10 } }), ...off(n) });
    return cluster;
  }

  names(): string[] {
    return [...this.#specs.keys()];
  }

  /** Starts a role under a name, and again whenever it ends by itself. */
  async run(name: string, spec: RoleArguments): Promise<void> {
    this.#specs.set(name, spec);
    const child = startRoleChild(name, spec, this.#environment, (line) => {
      this.lines.push(`${name}: ${line}`);
      if (this.lines.length > 20_000) this.lines.shift();
    });
    this.#children.set(name, child);
    void child.exited.then(() => {
      if (!this.#ending && !this.#held.has(name) && this.#children.get(name) === child) void this.run(name, spec).catch(() => undefined);
    });
    await child.ready.catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\n${this.lines.slice(-20).join('\n')}`);
    });
  }

  /** SIGKILL; the role is started again. */
  async kill(name: string): Promise<void> {
    const child = this.#children.get(name);
    this.kills += 1;
    child?.signal('SIGKILL');
    await child?.exited;
  }

  /** SIGKILL, and stays away until it is let in again. */
  async hold(name: string): Promise<void> {
    this.#held.add(name);
    await this.kill(name);
  }

  async letIn(name: string): Promise<void> {
    this.#held.delete(name);
    await this.run(name, this.#specs.get(name)!);
  }

  pid(name: string): number | undefined {
    return this.#children.get(name)?.pid;
  }

  signal(name: string, signal: NodeJS.Signals): void {
    this.#children.get(name)?.signal(signal);
  }

  /** Ends a role for good. */
  async remove(name: string): Promise<void> {
    const child = this.#children.get(name);
    this.#children.delete(name);
    this.#specs.delete(name);
    await child?.stop();
  }

  async close(): Promise<void> {
    this.#ending = true;
    const children = [...this.#children.values()];
    await Promise.all(children.filter(({ name }) => name !== 'store').map((child) => Promise.race([child.stop(), new Promise((resolve) => setTimeout(resolve, 15_000))])));
    for (const child of children) if (child.name !== 'store') child.signal('SIGKILL');
    await Promise.all(children.filter(({ name }) => name === 'store').map((child) => child.stop()));
    await this.log.close();
  }
}
