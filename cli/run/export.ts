import type { Store } from '@sightline/runtime/store/store';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

export const exportFormats = ['json', 'csv', 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What a run hands out: everything that its tables hold, less when it was stored. */
const tables: Readonly<Record<string, string>> = {
  events: 'SELECT * EXCEPT (stored) FROM events ORDER BY at, camera, id',
  samples: 'SELECT * EXCEPT (stored) FROM samples ORDER BY at, camera, zone, measure, class',
  tracks: 'SELECT * EXCEPT (stored) FROM tracks ORDER BY began, camera, id',
};
const clickhouseFormat: Readonly<Record<ExportFormat, string>> = { json: 'JSONEachRow', csv: 'CSVWithNames', parquet: 'Parquet' };

/** Writes events, samples and tracks into a folder, one file each. */
export async function exportTables(store: Store, folder: string, format: ExportFormat): Promise<void> {
  for (const [table, sql] of Object.entries(tables)) {
    const bytes = await store.queryBytes(sql, clickhouseFormat[format]);
    await writeFile(path.join(folder, `${table}.${format}`), format === 'json' ? asArray(bytes) : bytes);
  }
}

function asArray(lines: Uint8Array): string {
  const rows = Buffer.from(lines).toString('utf8').trimEnd();
  return rows === '' ? '[]\n' : `[\n${rows.replaceAll('\n', ',\n')}\n]\n`;
}
