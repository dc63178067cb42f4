import { explain } from '@sightline/runtime/errors';
import type { Log, StoredRecord, Subscription } from '@sightline/runtime/log/log';
import { resultsVersion, type AlertRecord, type CameraStatus, type ResultsRecord } from '@sightline/schemas';
import { randomUUID } from 'node:crypto';
import type { Pictures } from './live/pictures.js';
import type { LiveState } from './live/state.js';

/**
 * Feeds the live state from the log. Every gateway reads everything (its group is its own), `results` from now on,
 * `camera-status` and `alerts` as a whole. A record that cannot be read is skipped and counted; the flow goes on.
 */
export interface Consumer {
  /** Records that could not be read. */
  skipped(): number;
  /** What ended the subscription, or null. */
  problem(): string | null;
  close(): Promise<void>;
}

export interface ConsumeParts {
  readonly log: Log;
  readonly state: LiveState;
  readonly pictures: Pictures;
  readonly now: () => number;
  readonly alerted?: (alert: AlertRecord) => void;
}

/** Wait between tries to subscribe again after the log was lost. */
const retrySeconds = 2;

export async function consume(parts: ConsumeParts): Promise<Consumer> {
  const { log, state, pictures, now } = parts;
  let skipped = 0;
  let problem: string | null = null;
  let subscription: Subscription | null = null;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  function take(record: StoredRecord): void {
    if (!record.value) return;
    const value = read(record.value);
    if (record.topic === 'results') {
      const results = value as ResultsRecord | null;
      if (results?.v !== resultsVersion) skipped += 1;
      else if (state.results(results, now())) {
        pictures.results(results);
      }
    } else if (!value) skipped += 1;
    else if (record.topic === 'camera-status') state.status(value as CameraStatus);
    else if (record.topic === 'alerts') {
      state.alert(value as AlertRecord);
      parts.alerted?.(value as AlertRecord);
    }
  }

  async function subscribe(): Promise<void> {
    subscription = await log.subscribe({
      group: `gateway-${randomUUID()}`,
      topics: ['results', 'camera-status', 'alerts'],
      assigned: async ({ topic }) => (topic === 'results' ? 'end' : 'begin'),
      records: async (batch) => {
        for (const record of batch) take(record);
      },
      failed: (error) => {
        problem = explain(error);
        again();
      },
    });
    problem = null;
  }

  function again(): void {
    if (closed) return;
    clearTimeout(retry);
    retry = setTimeout(() => {
      subscribe().catch((error: unknown) => {
        problem = explain(error);
        again();
      });
    }, retrySeconds * 1000);
  }

  await subscribe();
  return {
    skipped: () => skipped,
    problem: () => problem,
    async close() {
      closed = true;
      clearTimeout(retry);
      await subscription?.close();
    },
  };
}

function read(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return null;
  }
}
