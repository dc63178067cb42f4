import type { AlertRecord, TopicName } from '@sightline/schemas';
import type { LogRecord, StoredRecord } from '@sightline/runtime/log/log';

/**
 * An alert as it lies in the topic `alerts`: the record, and in its headers the input it follows from, the rule's
 * definition and the webhooks that are to be told.
 */
export interface WrittenAlert {
  readonly record: AlertRecord;
  /** The input that led to it: what makes writing it again detectable. */
  readonly input: InputPosition;
  readonly definition: string;
  /** Webhooks to tell; none for pending alerts and those that lapsed. */
  readonly to: readonly string[];
}

export interface InputPosition {
  readonly topic: TopicName;
  readonly partition: number;
  readonly offset: number;
}

/** Names of webhooks hold no comma. */
const separator = ',';

export function encodeAlert({ record, input, definition, to }: WrittenAlert): LogRecord {
  return {
    key: record.rule,
    value: Buffer.from(JSON.stringify(record)),
    headers: { input: `${input.topic}/${input.partition}/${input.offset}`, definition, to: to.join(separator) },
  };
}

/** null when the record is not one of ours. */
export function decodeAlert({ value, headers }: StoredRecord): WrittenAlert | null {
  const [topic, partition, offset] = headers?.['input']?.split('/') ?? [];
  if (!value || topic === undefined || offset === undefined) return null;
  try {
    const record = JSON.parse(Buffer.from(value).toString()) as AlertRecord;
    if (typeof record.rule !== 'string' || typeof record.id !== 'string' || typeof record.state !== 'string') return null;
    const to = (headers?.['to'] ?? '').split(separator).filter((name) => name !== '');
    return { record, input: { topic: topic as TopicName, partition: Number(partition), offset: Number(offset) }, definition: headers?.['definition'] ?? '', to };
  } catch {
    return null;
  }
}
