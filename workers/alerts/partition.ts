import type { CameraStatus, Site } from '@sightline/schemas';
import type { Clock } from '@sightline/runtime/clock';
import { SightlineError } from '@sightline/runtime/errors';
import type { Log, Producer, StoredRecord, TopicPartition } from '@sightline/runtime/log/log';
import type { Logger } from '@sightline/runtime/logging';
import { encodeAlert, type WrittenAlert } from './record.js';
import { compileRules, type CompiledRule } from './rules/compile.js';
import { createEvaluator } from './rules/evaluate.js';
import { readHistory } from './rules/history.js';

/**
 * The alerts that one partition of `results` or `camera-status` leads to: one evaluator, one fenced producer, one thing at a
 * time.
 */
export interface AlertPartition {
  /** Writes the alerts of a batch; resolves to the offset from which a replay must begin. */
  records(batch: readonly StoredRecord[]): Promise<number>;
  configure(site: Site): Promise<void>;
  /** µs: now. */
  silence(now: number): Promise<void>;
  close(): Promise<void>;
}

export interface AlertPartitionOptions {
  readonly log: Log;
  readonly at: TopicPartition;
  readonly site: Site;
  readonly statuses: readonly CameraStatus[];
  /** µs. */
  readonly startedAt: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export async function createPartition({ log, at, site, statuses, startedAt, clock, logger, signal }: AlertPartitionOptions): Promise<AlertPartition> {
  // Fenced before the history is read: nothing that another process still writes can come after it.
  const producer = await log.producer({ fence: `alerts-${at.topic}-${at.partition}` });
  const evaluator = createEvaluator({
    at,
    history: await readHistory(log, at, signal),
    statuses,
    startedAt,
    unreadable: ({ topic, partition, offset }) => logger.warn({ topic, partition, offset }, 'a record that is not JSON was skipped'),
  });
  const closing = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  const oneAtATime = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  const write = async (alerts: readonly WrittenAlert[]): Promise<void> => {
    if (alerts.length === 0) return;
    await sendUntilSafe(producer, alerts, { clock, logger, signal: closing.signal });
    for (const { record } of alerts) logger.info({ rule: record.rule, state: record.state, value: record.value }, `${record.condition} is ${record.state}`);
  };
  const rulesHere = (current: Site): CompiledRule[] =>
    compileRules(current).filter(({ source, camera }) => (source === 'zone' ? 'results' : 'camera-status') === at.topic && log.partitionOf(at.topic, camera) === at.partition);

  await write(evaluator.configure(rulesHere(site)));
  return {
    records: (batch) =>
      oneAtATime(async () => {
        await write(batch.flatMap((record) => [...evaluator.record(record)]));
        return evaluator.resumeFrom(batch.at(-1)!.offset + 1);
      }),
    configure: (next) => oneAtATime(() => write(evaluator.configure(rulesHere(next)))),
    silence: (now) => oneAtATime(() => write(evaluator.silence(now))),
    close: () => {
      closing.abort();
      return oneAtATime(() => producer.close());
    },
  };
}

/** Between attempts while the disk is full or the broker away. */
const retryMs = 2000;

/** The evaluator has moved on already, so what it said must not be lost: tries again for as long as that can help. */
async function sendUntilSafe(producer: Producer, alerts: readonly WrittenAlert[], { clock, logger, signal }: { clock: Clock; logger: Logger; signal: AbortSignal }): Promise<void> {
  for (;;) {
    try {
      await producer.send('alerts', alerts.map(encodeAlert));
      return;
    } catch (error) {
      if (!(error instanceof SightlineError && error.retryable) || signal.aborted) throw error;
      logger.warn({ err: error }, 'alerts wait to be written');
      await clock.sleep(retryMs, signal);
    }
  }
}
