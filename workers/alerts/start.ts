import type { CameraStatus } from '@sightline/schemas';
import { systemClock, type Clock } from '@sightline/runtime/clock';
import type { Log, TopicPartition } from '@sightline/runtime/log/log';
import { createLogger, type Logger } from '@sightline/runtime/logging';
import type { SiteFeed } from '@sightline/runtime/site-feed';
import { createPartition, type AlertPartition } from './partition.js';
import { systemResolve, type Resolve } from './webhooks/address.js';
import { startDeliveries } from './webhooks/deliveries.js';

/**
 * Alerts: evaluates the site's rules over `results` and `camera-status`, writes each change to `alerts` exactly once, and
 * tells webhooks.
 *
 *     const alerts = await startAlerts({ log, siteFeed });
 *     await alerts.close();
 */
export interface AlertsOptions {
  readonly log: Log;
  readonly siteFeed: Pick<SiteFeed, 'current' | 'subscribe'>;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** How names of webhook targets become addresses. */
  readonly resolve?: Resolve;
  /** Where `${NAME}` in addresses and secrets comes from. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Told when evaluating or delivering stops for good. */
  failed?(error: unknown): void;
}

export interface Alerts {
  close(): Promise<void>;
}

/** How often silent cameras are looked for. */
const silenceCheckMs = 5000;

export async function startAlerts(options: AlertsOptions): Promise<Alerts> {
  const { log, siteFeed, clock = systemClock, logger = createLogger(), resolve = systemResolve, environment = process.env } = options;
  const closing = new AbortController();
  const failed = (error: unknown): void => {
    logger.error({ err: error }, 'alerts have stopped');
    options.failed?.(error);
  };
  const partitions = new Map<string, AlertPartition>();
  const startedAt = clock.now() * 1000;

  const subscription = await log.subscribe({
    group: 'alerts',
    topics: ['results', 'camera-status'],
    async assigned(at, signal) {
      const { site } = siteFeed.current();
      const statuses = at.topic === 'camera-status' ? await latestStatuses(log, at) : [];
      partitions.set(nameOf(at), await createPartition({ log, at, site, statuses, startedAt, clock, logger, signal }));
      return 'committed';
    },
    async revoked(at) {
      await partitions.get(nameOf(at))?.close();
      partitions.delete(nameOf(at));
    },
    async records(batch, context) {
      const [first] = batch;
      const partition = first && partitions.get(nameOf(first));
      if (partition) await context.commit(await partition.records(batch));
    },
    failed,
  });
  const deliveries = await startDeliveries({ log, siteFeed, clock, resolve, environment, logger, failed });
  const unsubscribe = siteFeed.subscribe(({ site }) => {
    for (const partition of partitions.values()) partition.configure(site).catch(failed);
  });
  const watching = watchSilence(partitions, clock, closing.signal).catch(failed);

  return {
    async close() {
      closing.abort();
      unsubscribe();
      await Promise.all([subscription.close(), deliveries.close(), watching]);
      await Promise.all([...partitions.values()].map((partition) => partition.close()));
    },
  };
}

async function watchSilence(partitions: ReadonlyMap<string, AlertPartition>, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(silenceCheckMs, signal);
    if (signal.aborted) return;
    for (const partition of partitions.values()) await partition.silence(clock.now() * 1000);
  }
}

async function latestStatuses(log: Log, at: TopicPartition): Promise<CameraStatus[]> {
  const latest = await log.latest('camera-status', at.partition);
  return [...latest.values()].flatMap(({ value }) => {
    try {
      return value ? [JSON.parse(Buffer.from(value).toString()) as CameraStatus] : [];
    } catch {
      return [];
    }
  });
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

