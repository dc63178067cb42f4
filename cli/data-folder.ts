import { mkdir, readFile, rm, writeFile, access, constants } from 'node:fs/promises';
import path from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';

/**
 * The data folder of an embedded site: the log, the store, and `running.json`, which tells other commands of this machine
 * where the running engine listens.
 */
export const defaultDataFolder = 'data';

export interface Running {
  readonly pid: number;
  readonly url: string;
  /** Port of the store's door (ClickHouse's HTTP protocol) on 127.0.0.1. */
  readonly door: number | null;
}

export async function openDataFolder(folder: string): Promise<string> {
  const full = path.resolve(folder);
  try {
    await mkdir(full, { recursive: true });
    await access(full, constants.W_OK);
    const probe = path.join(full, `.writable-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC') throw new SightlineError('DISK_FULL', `there is no room on the disk of the data folder ${full}`, { cause });
    throw new SightlineError('DATA_READ_ONLY', `the data folder ${full} cannot be written (${code ?? String(cause)})`, { cause });
  }
  return full;
}

export async function writeRunning(folder: string, running: Running): Promise<void> {
  await writeFile(path.join(folder, 'running.json'), `${JSON.stringify(running)}\n`);
}

export async function removeRunning(folder: string): Promise<void> {
  await rm(path.join(folder, 'running.json'), { force: true });
}

/** What runs on this data folder now, or null. */
export async function readRunning(folder: string): Promise<Running | null> {
  try {
    const running = JSON.parse(await readFile(path.join(path.resolve(folder), 'running.json'), 'utf8')) as Running;
    process.kill(running.pid, 0);
    return running;
  } catch {
    return null;
  }
}
