import { readFileSync } from 'node:fs';

/**
 * The tables' history: an append-only list. A migration that was ever released is not changed; a new one is added.
 *
 *     for (const { id, name } of migrations) for (const sql of statements(name)) …
 */
export interface Migration {
  /** Counts from 1, without gaps. */
  readonly id: number;
  /** Name of its file in migrations/, without .sql. */
  readonly name: string;
}

export const migrations: readonly Migration[] = [
  { id: 1, name: '0001-tables' },
  { id: 2, name: '0002-rollups' },
  { id: 3, name: '0003-sink-marks' },
  { id: 4, name: '0004-drift-slots' },
  { id: 5, name: '0005-audit' },
  { id: 6, name: '0006-journeys-presence' },
  { id: 7, name: '0007-longest-events' },
  { id: 8, name: '0008-journey-trust' },
];

/** How the same statements are written for one machine or for a cluster. */
export interface Rendering {
  /** Cluster name of a replicated ClickHouse; absent on one machine. */
  readonly cluster?: string;
}

/**
 * Inserts whose tokens each table remembers. A sink repeats its last batch at its next start: that must still be among
 * them, however many other sinks went on meanwhile. 10,000 is 80 minutes of two batches a second.
 */
export const deduplicationWindow = 10_000;

/** The SQL of a migration as it stands in its file. */
export function migrationSql(name: string): string {
  const folder = new URL(import.meta.url.includes('/dist/') ? '../../tables/migrations/' : './migrations/', import.meta.url);
  return readFileSync(new URL(`${name}.sql`, folder), 'utf8');
}

/** The statements of a migration, ready to run. */
export function statements(sql: string, rendering: Rendering = {}): string[] {
  return sql
    .split('\n')
    .filter((line) => !line.startsWith('--'))
    .join('\n')
    .split(/;\n/)
    .map((statement) => render(statement, rendering).trim())
    .filter((statement) => statement !== '');
}

function render(statement: string, { cluster }: Rendering): string {
  return statement
    .replace(/\{engine:(\w+)(?:\((\w+)\))?\}/g, (_, engine: string, version: string | undefined) => `${cluster ? 'Replicated' : ''}${engine}${version ? `(${version})` : ''}`)
    .replace(/\{on\}/g, cluster ? `ON CLUSTER '${cluster}'` : '')
    .replace(/\{window\}/g, String(deduplicationWindow));
}
