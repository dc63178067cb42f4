import type { Clock } from '@sightline/runtime/clock';
import type { Logger } from '@sightline/runtime/logging';
import { openSiteFeed } from '@sightline/runtime/site-feed';
import type { Detector } from '@sightline/schemas';
import { decodeJpeg } from '@sightline/workers/run/decode-jpeg';
import { startWorker } from '@sightline/workers/run/worker';
import { createDetectors } from '../detectors.js';
import { partsOf } from '../engine.js';
import { connectLog, runRole, type Environment, type Role } from './connect.js';

export interface WorkerRoleOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  /** Inference threads. */
  readonly threads: number;
  readonly clock?: Clock;
  /** Instead of the installed models: for proofs and measurements. */
  readonly detectors?: (model: string) => Promise<Detector>;
}

/** `sightline worker`: frames → results, for its share of the partitions. */
export function startWorkerRole({ environment, logger, threads, detectors, clock }: WorkerRoleOptions): Promise<Role> {
  return runRole(async (opened, failed) => {
    const log = opened.add(await connectLog(environment, logger));
    const report = (problem: string): void => logger.warn(problem);
    const site = opened.add(await openSiteFeed({ log, report }));
    const models = detectors ? null : opened.add(createDetectors({ threads, logger }));
    // Opened before the first partition comes, so that a takeover does not wait for a model.
    await models?.prepare(site.current().site);
    opened.add(await startWorker({ log, site, detectors: detectors ?? models!.get, parts: partsOf, concurrency: threads + 2, decodeJpeg, report, failed, ...(clock && { clock }) }));
  });
}
