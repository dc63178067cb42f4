import { SightlineError } from '@sightline/runtime/errors';
import type { Logger } from '@sightline/runtime/logging';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultPort } from '../defaults.js';
import type { RoleArguments } from '../roles/main.js';
import { freePort, startDevKafka } from './kafka.js';
import { startRoleChild, type RoleChild } from './role-child.js';

/**
 * `sightline dev cluster`: a whole distributed site on this machine, as processes that meet only through Kafka and the
 * store: broker, store behind its door, two ingests, two workers, two sinks, alerts, gateway.
 *
 *     const cluster = await startDevCluster({ folder: '.sightline/cluster', logger });
 *     // open cluster.url
 *     await cluster.stop();
 */
export interface DevClusterOptions {
  /** Data of broker and store; kept. */
  readonly folder: string;
  readonly logger: Logger;
  /** Default: the demo site. */
  readonly siteFile?: string;
  /** Port of the page. */
  readonly port?: number;
  readonly ingests?: number;
  readonly workers?: number;
  readonly sinks?: number;
}

export interface DevCluster {
  readonly url: string;
  readonly brokers: readonly string[];
  readonly storeUrl: string;
  /** Settles when a role has ended by itself. */
  readonly failed: Promise<unknown>;
  stop(): Promise<void>;
}

const demoSite = path.resolve(path.dirname(fileURLToPath(import.meta.url)), import.meta.url.includes('/dist/') ? '../../demo/site.yaml' : '../demo/site.yaml');
const stopSeconds = 8;

export async function startDevCluster(options: DevClusterOptions): Promise<DevCluster> {
  const { folder, logger, siteFile = demoSite, port = defaultPort } = options;
  await mkdir(folder, { recursive: true });
  const kafka = await startDevKafka({ folder: path.join(folder, 'kafka'), onStep: (what) => logger.info(what) });
  const children: RoleChild[] = [];
  let ending = false;
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<unknown>((resolve) => (fail = resolve));
  const storePort = await freePort();
  const storeUrl = `http://127.0.0.1:${storePort}`;
  const writerToken = randomBytes(16).toString('hex');
  const environment = {
    SIGHTLINE_KAFKA_BROKERS: kafka.brokers.join(','),
    SIGHTLINE_KAFKA_PARTITIONS: '6',
    SIGHTLINE_STORE_URL: storeUrl,
    SIGHTLINE_STORE_USER: 'writer',
    SIGHTLINE_STORE_PASSWORD: writerToken,
  };
  const run = async (name: string, spec: RoleArguments): Promise<void> => {
    const child = startRoleChild(name, spec, environment, (line) => logger.info(`${name}: ${message(line)}`));
    children.push(child);
    await child.ready;
    void child.exited.then((code) => ending || fail(new SightlineError('USAGE', `${name} has ended (${code ?? 'signal'})`)));
  };
  const stop = async (): Promise<void> => {
    ending = true;
    for (const part of ['ingest', 'worker', '']) {
      await Promise.all(children.filter(({ name }) => name.startsWith(part) && name !== 'store').map((child) => Promise.race([child.stop(), new Promise((resolve) => setTimeout(resolve, stopSeconds * 1000))])));
    }
    await children.find(({ name }) => name === 'store')?.stop();
    await kafka.stop();
  };
  try {
    await run('store', { role: 'store', folder: path.join(folder, 'store'), port: storePort, writerToken });
    // The first ingest puts the site in force; the other roles wait for it.
    await run('ingest-0', { role: 'ingest', siteFile });
    await Promise.all([
      ...many(options.ingests ?? 2, 1, (n) => run(`ingest-${n}`, { role: 'ingest' })),
      ...many(options.workers ?? 2, 0, (n) => run(`worker-${n}`, { role: 'worker', threads: 1 })),
      ...many(options.sinks ?? 2, 0, (n) => run(`sink-${n}`, { role: 'sink' })),
      run('alerts', { role: 'alerts' }),
    ]);
    await run('gateway', { role: 'gateway', port, folder: path.join(folder, 'gateway') });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, brokers: kafka.brokers, storeUrl, failed, stop };
}

function many<T>(count: number, from: number, make: (n: number) => T): T[] {
  return Array.from({ length: Math.max(0, count - from) }, (_, index) => make(from + index));
}

/** The message of a JSON log line. */
function message(line: string): string {
  try {
    return (JSON.parse(line) as { msg?: string }).msg ?? line;
  } catch {
    return line;
  }
}
