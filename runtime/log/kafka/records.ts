import type { TopicName } from '@sightline/schemas';
import type { LogRecord, StoredRecord } from '../log.js';
import type { FetchedMessage } from './client.js';

/** Names of topics with the site's prefix before them, and back. */
export interface Names {
  topic(name: TopicName): string;
  /** Groups and transactions. */
  other(name: string): string;
}

export function namesWith(prefix: string): Names {
  return { topic: (name) => `${prefix}${name}`, other: (name) => `${prefix}${name}` };
}

export function messageOf(record: LogRecord, partition: number): { key: string; value: Buffer | null; partition: number; headers?: Record<string, string> } {
  const { key, value, headers } = record;
  return { key, value: value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength), partition, ...(headers && { headers: { ...headers } }) };
}

export function recordOf(topic: TopicName, partition: number, message: FetchedMessage): StoredRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const one = Array.isArray(value) ? value[0] : value;
    if (one !== undefined) headers[name] = one.toString();
  }
  return {
    topic,
    partition,
    offset: Number(message.offset),
    appendedAt: Number(message.timestamp),
    key: message.key?.toString('utf8') ?? '',
    value: message.value,
    ...(Object.keys(headers).length > 0 && { headers }),
  };
}
