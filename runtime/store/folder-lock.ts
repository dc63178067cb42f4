import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { SightlineError } from '../errors.js';

/**
 * One process owns a data folder. The lock is a file that names its owner; an owner that is gone (SIGKILL, power) does
 * not hold it.
 */
export interface FolderLock {
  release(): void;
}

interface Owner {
  readonly pid: number;
  /** When that process began, as the kernel counts: a pid that was given to another process does not hold the lock. */
  readonly began: string;
}

/** Rejects with DATA_READ_ONLY when the folder cannot be written, DATA_LOCKED when another process owns it. */
export function lockFolder(folder: string): FolderLock {
  const file = path.join(folder, 'lock');
  try {
    makeFolder(folder);
    const holder = take(file);
    if (holder) throw new SightlineError('DATA_LOCKED', `data folder ${folder} is in use by process ${holder.pid}`);
  } catch (error) {
    throw folderError(error, folder);
  }
  return { release: () => rmSync(file, { force: true }) };
}

/** On a file system that is read-only mkdir says ENOENT: what stands in the way is what may not be written. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') accessSync(nearest(folder), constants.W_OK);
    throw error;
  }
}

/** The folder itself, or the nearest above it that exists. */
function nearest(folder: string): string {
  return existsSync(folder) || path.dirname(folder) === folder ? folder : nearest(path.dirname(folder));
}

/** What a failed write into the data folder means. */
export function folderError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return new SightlineError('DATA_READ_ONLY', `data folder ${folder} cannot be written (${code})`, { cause: error });
  if (code === 'ENOSPC' || code === 'EDQUOT') return new SightlineError('DISK_FULL', `data folder ${folder}: no space left on its disk`, { cause: error });
  if (code === 'ENOTDIR' || code === 'EEXIST') return new SightlineError('DATA_READ_ONLY', `data folder ${folder} is a file, not a folder`, { cause: error });
  return error;
}

/** Takes the lock, or says who holds it. */
function take(file: string): Owner | null {
  const mine: Owner = { pid: process.pid, began: began(process.pid) };
  for (;;) {
    try {
      const handle = openSync(file, 'wx');
      writeSync(handle, JSON.stringify(mine));
      closeSync(handle);
      return null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = read(file);
      if (holder && began(holder.pid) !== '' && began(holder.pid) === holder.began) return holder;
      rmSync(file, { force: true });
    }
  }
}

/** null: the file is gone, or its writer died before it was whole. */
function read(file: string): Owner | null {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner>;
    return typeof owner.pid === 'number' && typeof owner.began === 'string' ? { pid: owner.pid, began: owner.began } : null;
  } catch {
    return null;
  }
}

/** Empty when there is no such process; where there is no /proc, that it runs is all that can be told. */
function began(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return '';
    return fields[19] ?? '';
  } catch {
    try {
      process.kill(pid, 0);
      return process.platform === 'linux' ? '' : 'running';
    } catch {
      return '';
    }
  }
}
