import { SightlineError } from '@sightline/runtime/errors';
import type { FramePosition } from '@sightline/schemas';
import type { StoredRecord } from '@sightline/runtime/log/log';
import type { CreateEncoder, Rows, SinkTable } from './rows.js';

/** Offsets of the records of a batch, both included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** What records became: a pure function of the records and of what was seen before. */
export interface Encoded {
  readonly tables: ReadonlyMap<SinkTable, readonly string[]>;
  /** The last frame of each camera that these records move on. */
  readonly moved: ReadonlyMap<string, FramePosition>;
  readonly unreadable: readonly { readonly record: StoredRecord; readonly reason: string }[];
}

/** Records between two breaths of the event loop: about 5 ms of parsing. */
const breath = 256;

/** Rejects with RECORD_NEWER; a record that cannot be read is listed in `unreadable` and changes nothing. */
export async function encodeRecords(records: readonly StoredRecord[], createEncoder: CreateEncoder, seen: ReadonlyMap<string, FramePosition>): Promise<Encoded> {
  const after = new Map(seen);
  const encoder = createEncoder(after);
  const tables = new Map<SinkTable, string[]>();
  const unreadable: { record: StoredRecord; reason: string }[] = [];
  for (const [index, record] of records.entries()) {
    if (index % breath === breath - 1) await new Promise((resolve) => setImmediate(resolve));
    if (record.value === null) continue;
    try {
      if (encoder.skim?.(record)) continue;
      const rows = encoder.add(parse(record.value), record);
      if (rows) append(tables, rows);
    } catch (error) {
      if (error instanceof SightlineError) throw error;
      unreadable.push({ record, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  append(tables, encoder.finish());
  const moved = new Map([...after].filter(([camera, position]) => seen.get(camera) !== position));
  return { tables, moved, unreadable };
}

function parse(value: Uint8Array): unknown {
  return JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString());
}

export function append(tables: Map<SinkTable, string[]>, rows: Rows): void {
  for (const [table, added] of Object.entries(rows) as [SinkTable, readonly string[]][]) {
    if (added.length === 0) continue;
    const known = tables.get(table);
    if (known) for (const row of added) known.push(row);
    else tables.set(table, [...added]);
  }
}
