import { openKafkaLog } from '@sightline/runtime/log/kafka/kafka-log';
import { kafkaOptionsFrom } from '@sightline/runtime/log/kafka/options';
import type { Log } from '@sightline/runtime/log/log';
import type { Logger } from '@sightline/runtime/logging';
import { openServerStore } from '@sightline/runtime/store/server';
import type { Store } from '@sightline/runtime/store/store';
import { SightlineError } from '@sightline/runtime/errors';
import { topics } from '@sightline/schemas';
import { readFile } from 'node:fs/promises';

/**
 * What the roles of a distributed site meet through, from the environment (docs/distributed.md): SIGHTLINE_KAFKA_… for
 * the log, SIGHTLINE_STORE_URL, _USER and _PASSWORD or _PASSWORD_FILE for the store.
 */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The log, its topics created where missing; other settings than the configured are said, not changed. */
export async function connectLog(environment: Environment, logger: Logger): Promise<Log> {
  const options = await kafkaOptionsFrom(environment);
  const log = await openKafkaLog({ ...options, report: (problem) => logger.warn(problem) });
  for (const { difference } of await log.ensureTopics(topics)) logger.warn(`a topic has other settings than configured (nothing was changed): ${difference}`);
  return log;
}

export async function connectStore(environment: Environment): Promise<Store> {
  const url = environment['SIGHTLINE_STORE_URL'];
  if (!url) throw new SightlineError('USAGE', 'SIGHTLINE_STORE_URL is not set; it is the address of ClickHouse or of a Sightline door, such as http://store:8123', { remedy: 'set it in the environment; docs/distributed.md lists all of them' });
  const user = environment['SIGHTLINE_STORE_USER'];
  const password = await storePassword(environment);
  return openServerStore({ url, ...(user !== undefined && { user }), ...(password !== undefined && { password }) });
}

/** SIGHTLINE_STORE_PASSWORD, or what the file SIGHTLINE_STORE_PASSWORD_FILE holds. */
export async function storePassword(environment: Environment): Promise<string | undefined> {
  const file = environment['SIGHTLINE_STORE_PASSWORD_FILE'];
  const password = environment['SIGHTLINE_STORE_PASSWORD'];
  if (password || !file) return password;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new SightlineError('USAGE', `SIGHTLINE_STORE_PASSWORD_FILE is ${file}, which cannot be read (${(error as Error).message})`, { remedy: 'name a file that this user may read; docs/distributed.md lists all settings' });
  }
}

/** A role that runs until it is closed; `failed` settles when it can not go on. */
export interface Role {
  readonly failed: Promise<unknown>;
  close(): Promise<void>;
}

/** Closes in the reverse order of opening. */
export class Opened {
  readonly #closers: (() => Promise<void>)[] = [];

  add<T extends { close(): Promise<void> }>(part: T): T {
    this.#closers.push(() => part.close());
    return part;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close().catch(() => undefined);
  }
}

/** Opens a role's parts; when one fails, those before it are closed again. */
export async function runRole(open: (opened: Opened, failed: (error: unknown) => void) => Promise<void>): Promise<Role> {
  const opened = new Opened();
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<unknown>((resolve) => (fail = resolve));
  try {
    await open(opened, fail);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return { failed, close: () => opened.close() };
}
