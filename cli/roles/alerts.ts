import type { Logger } from '@sightline/runtime/logging';
import { openSiteFeed } from '@sightline/runtime/site-feed';
import { startAlerts } from '@sightline/workers/alerts/start';
import { connectLog, runRole, type Environment, type Role } from './connect.js';

export interface AlertsRoleOptions {
  readonly environment: Environment;
  readonly logger: Logger;
}

/** `sightline alerts`: results → alerts → webhooks. */
export function startAlertsRole({ environment, logger }: AlertsRoleOptions): Promise<Role> {
  return runRole(async (opened, failed) => {
    const log = opened.add(await connectLog(environment, logger));
    const siteFeed = opened.add(await openSiteFeed({ log, report: (problem) => logger.warn(problem) }));
    opened.add(await startAlerts({ log, siteFeed, logger, environment, failed }));
  });
}
