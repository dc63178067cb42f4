import type { Logger } from '@sightline/runtime/logging';
import { migrate } from '@sightline/runtime/store/migrate';
import { startSink } from '@sightline/workers/sink/sink';
import { SightlineError, explain } from '@sightline/runtime/errors';
import { connectLog, connectStore, runRole, type Environment, type Role } from './connect.js';

export interface SinkRoleOptions {
  readonly environment: Environment;
  readonly logger: Logger;
}

const retryStoreMs = 2000;

/** `sightline sink`: results → store. Waits for a store that is not up yet. */
export function startSinkRole({ environment, logger }: SinkRoleOptions): Promise<Role> {
  return runRole(async (opened, failed) => {
    const log = opened.add(await connectLog(environment, logger));
    const store = opened.add(await connectStore(environment));
    for (let told = false; ; told = true) {
      try {
        await migrate(store);
        break;
      } catch (error) {
        if (!(error instanceof SightlineError && error.code === 'STORE_UNREACHABLE')) throw error;
        if (!told) logger.warn(explain(error));
        await new Promise((resolve) => setTimeout(resolve, retryStoreMs));
      }
    }
    opened.add(await startSink({ log, store, report: (problem) => logger.warn(problem), failed }));
  });
}
