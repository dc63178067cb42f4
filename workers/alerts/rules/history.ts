import type { Log, TopicPartition } from '@sightline/runtime/log/log';
import { decodeAlert, type WrittenAlert } from '../record.js';

/** What the topic `alerts` holds about one rule. */
export interface RuleHistory {
  readonly definition: string;
  /** Offset of the last input that led to an alert of this definition. */
  readonly high: number;
  /** The alert that is pending or firing; null when none is. */
  readonly open: WrittenAlert | null;
}

/**
 * Folds the topic `alerts` into what was said about the inputs of one partition, by rule.
 *
 *     const history = await readHistory(log, { topic: 'results', partition: 3 });
 */
export async function readHistory(log: Log, at: TopicPartition, signal?: AbortSignal): Promise<Map<string, RuleHistory>> {
  const history = new Map<string, RuleHistory>();
  for (let partition = 0; partition < (await log.partitions('alerts')); partition++) {
    const { begin } = await log.offsets({ topic: 'alerts', partition });
    for await (const record of log.read({ topic: 'alerts', partition }, begin, undefined, signal)) {
      const alert = decodeAlert(record);
      if (alert?.input.topic !== at.topic || alert.input.partition !== at.partition) continue;
      const before = history.get(alert.record.rule);
      const high = before?.definition === alert.definition ? Math.max(before.high, alert.input.offset) : alert.input.offset;
      history.set(alert.record.rule, { definition: alert.definition, high, open: alert.record.state === 'resolved' ? null : alert });
    }
  }
  return history;
}
