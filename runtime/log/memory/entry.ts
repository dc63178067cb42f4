import type { LogRecord, StoredRecord, TopicPartition } from '../log.js';
import { crc32 } from './crc32.js';
import { stored } from './partition-log.js';

/**
 * An entry of a segment file: what one send put into one partition, whole or not at all.
 *
 *     length u32 · crc32 u32 · payload
 *     payload: first offset u48 · appendedAt f64 · count u32 · records
 *     record:  key length u16 · key · headers length u32 · headers JSON · value length i32 (-1: null) · value
 */
export const entryHeadBytes = 8;
const payloadHeadBytes = 18;
/** Longer than any entry that was ever written: a length beyond it means that the file is damaged there. */
const maxEntryBytes = 256 * 2 ** 20;

export function encodeEntry(records: readonly LogRecord[], firstOffset: number, appendedAt: number): Buffer {
  const parts = records.map(({ key, value, headers }) => ({ key: Buffer.from(key, 'utf8'), value, headers: headers ? Buffer.from(JSON.stringify(headers), 'utf8') : null }));
  const size = parts.reduce((sum, part) => sum + 10 + part.key.length + (part.headers?.length ?? 0) + (part.value?.byteLength ?? 0), payloadHeadBytes);
  const out = Buffer.allocUnsafe(entryHeadBytes + size);
  out.writeUInt32LE(size, 0);
  out.writeUIntLE(firstOffset, 8, 6);
  out.writeDoubleLE(appendedAt, 14);
  out.writeUInt32LE(records.length, 22);
  let at = entryHeadBytes + payloadHeadBytes;
  for (const { key, value, headers } of parts) {
    at = out.writeUInt16LE(key.length, at);
    at += key.copy(out, at);
    at = out.writeUInt32LE(headers?.length ?? 0, at);
    if (headers) at += headers.copy(out, at);
    at = out.writeInt32LE(value ? value.byteLength : -1, at);
    if (value) {
      out.set(value, at);
      at += value.byteLength;
    }
  }
  out.writeUInt32LE(crc32(out.subarray(entryHeadBytes)), 4);
  return out;
}

/** How many bytes the entry that begins at `at` takes, or null when its head is not there or not credible. */
export function entryLength(bytes: Buffer, at: number): number | null {
  if (at + entryHeadBytes > bytes.length) return null;
  const length = bytes.readUInt32LE(at);
  return length < payloadHeadBytes || length > maxEntryBytes ? null : entryHeadBytes + length;
}

/** The records of the whole entry in `bytes`, or null when it is damaged. Values are views into `bytes`. */
export function decodeEntry(bytes: Buffer, partition: TopicPartition): readonly StoredRecord[] | null {
  const payload = bytes.subarray(entryHeadBytes);
  if (crc32(payload) !== bytes.readUInt32LE(4)) return null;
  const first = payload.readUIntLE(0, 6);
  const appendedAt = payload.readDoubleLE(6);
  const count = payload.readUInt32LE(14);
  const records: StoredRecord[] = [];
  let at = payloadHeadBytes;
  for (let i = 0; i < count; i++) {
    const keyEnd = at + 2 + payload.readUInt16LE(at);
    const key = payload.toString('utf8', at + 2, keyEnd);
    const headersEnd = keyEnd + 4 + payload.readUInt32LE(keyEnd);
    const headers = headersEnd > keyEnd + 4 ? (JSON.parse(payload.toString('utf8', keyEnd + 4, headersEnd)) as Record<string, string>) : undefined;
    const length = payload.readInt32LE(headersEnd);
    at = headersEnd + 4 + Math.max(0, length);
    const value = length < 0 ? null : payload.subarray(headersEnd + 4, at);
    records.push(stored(partition, { key, value, ...(headers && { headers }) }, first + i, appendedAt));
  }
  return records;
}

/** First offset and record count of an entry, without its records. */
export function entryRange(bytes: Buffer, at: number): { first: number; count: number } {
  return { first: bytes.readUIntLE(at + entryHeadBytes, 6), count: bytes.readUInt32LE(at + entryHeadBytes + 14) };
}
