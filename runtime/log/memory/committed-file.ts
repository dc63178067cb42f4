import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * What the groups have committed, in one small file. Written soon after a change, not at each: after a crash records may
 * come again, which everything downstream bears (architecture rule 2).
 */
const writeAfterMs = 200;

export class CommittedFile {
  readonly #file: string | null;
  readonly #groups = new Map<string, Map<string, number>>();
  #timer: NodeJS.Timeout | null = null;

  constructor(folder: string | null) {
    this.#file = folder === null ? null : path.join(folder, 'committed.json');
    for (const [group, offsets] of Object.entries(this.#load())) this.#groups.set(group, new Map(Object.entries(offsets)));
  }

  of(group: string): Map<string, number> {
    const found = this.#groups.get(group) ?? new Map<string, number>();
    this.#groups.set(group, found);
    return found;
  }

  changed(): void {
    if (this.#file === null || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#write();
    }, writeAfterMs);
    this.#timer.unref();
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#write();
  }

  #load(): Record<string, Record<string, number>> {
    if (this.#file === null) return {};
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, Record<string, number>>;
    } catch {
      return {};
    }
  }

  #write(): void {
    if (this.#file === null) return;
    const groups: Record<string, Record<string, number>> = {};
    for (const [group, offsets] of this.#groups) {
      // Frames live in memory: their offsets mean nothing to the next process.
      const kept = [...offsets].filter(([key]) => !key.startsWith('frames/'));
      if (kept.length > 0) groups[group] = Object.fromEntries(kept);
    }
    try {
      writeFileSync(`${this.#file}.new`, JSON.stringify(groups));
      renameSync(`${this.#file}.new`, this.#file);
    } catch {
      // A full disk: the older file stays, records come again after a restart.
    }
  }
}
