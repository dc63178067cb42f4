import { explain } from '@sightline/runtime/errors';
import type { Logger } from '@sightline/runtime/logging';
import type { Store } from '@sightline/runtime/store/store';
import { randomUUID } from 'node:crypto';

/** Who did what, into the store's table `audit`. While the store is away entries wait, bounded; the oldest are then lost with word of it. */
export interface Audit {
  write(entry: AuditEntry): void;
  /** Newest first. */
  read(limit: number): Promise<readonly (AuditEntry & { readonly at: number })[]>;
  close(): Promise<void>;
}

export interface AuditEntry {
  readonly who: string;
  readonly role: string;
  readonly action: string;
  readonly detail: string;
  readonly address: string;
}

const waitingAtMost = 1000;
const retrySeconds = 5;

export function createAudit(store: Store, now: () => number, logger?: Logger): Audit {
  let waiting: (AuditEntry & { at: string; id: string })[] = [];
  let writing: Promise<void> | null = null;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  function flush(): Promise<void> {
    writing ??= insert().finally(() => (writing = null));
    return writing;
  }

  async function insert(): Promise<void> {
    while (waiting.length > 0) {
      // A copy: entries that come while it is written wait for the next one.
      const batch = [...waiting];
      try {
        await store.insert('audit', batch, { token: `audit/${batch[0]!.id}/${batch.length}` });
        waiting = waiting.slice(batch.length);
      } catch (error) {
        logger?.warn(`the audit log waits for the store: ${explain(error)}`);
        clearTimeout(retry);
        if (!closed) retry = setTimeout(() => void flush(), retrySeconds * 1000);
        return;
      }
    }
  }

  return {
    write(entry) {
      waiting.push({ ...entry, at: (now() / 1000).toFixed(3), id: randomUUID() });
      if (waiting.length > waitingAtMost) {
        waiting.shift();
        logger?.error('the audit log is full while the store is away; its oldest entry was lost');
      }
      void flush();
    },
    async read(limit) {
      await flush();
      return store.query('SELECT toUnixTimestamp64Milli(at) AS at, who, role, action, detail, address FROM audit ORDER BY audit.at DESC LIMIT {limit:UInt32}', { limit });
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await flush();
    },
  };
}
