import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/** A disk of its own, in memory, that can be filled to the last byte and emptied again. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the room there is, and again whatever has become free. */
  fill(): void;
  empty(): void;
  remove(): void;
}

/** Null where this user may not mount one (not root, or not Linux). */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk | null {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'sightline-chaos', folder], { stdio: 'pipe' });
  } catch {
    return null;
  }
  const ballast = path.join(folder, 'ballast');
  const block = Buffer.alloc(64 * 1024, 1);
  return {
    folder,
    fill: () => {
      const file = openSync(ballast, 'a');
      try {
        for (;;) writeSync(file, block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(ballast, { force: true }),
    remove: () => void execFileSync('umount', ['-l', folder], { stdio: 'pipe' }),
  };
}
