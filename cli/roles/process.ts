import { explain } from '@sightline/runtime/errors';
import { createLogger, type Logger } from '@sightline/runtime/logging';
import { stopRequested } from '../stop-signal.js';
import type { Role } from './connect.js';

/** Runs a role as this process until it is asked to end; ends with an error when the role can not go on. */
export async function roleProcess<R extends Role>(name: string, start: (logger: Logger) => Promise<R>, started?: (role: R) => string): Promise<void> {
  const logger = createLogger();
  const stop = stopRequested();
  const role = await start(logger);
  logger.info(`${name} runs${started ? `: ${started(role)}` : ''}`);
  process.send?.({ ready: name });
  const reason = await Promise.race([stop.then(() => null), role.failed.then((error) => ({ error }))]);
  if (reason) logger.error(explain(reason.error));
  else logger.info(`${name} ends: finishing what was begun`);
  await role.close();
  // The channel to the parent would keep this process alive.
  if (process.connected) process.disconnect();
  if (reason) throw reason.error;
}
