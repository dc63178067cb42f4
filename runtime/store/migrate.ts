import { createHash } from 'node:crypto';
import { migrations, migrationSql, statements, type Migration, type Rendering } from '@sightline/schemas/tables/migrations';
import { SightlineError } from '../errors.js';
import type { Store } from './store.js';

/**
 * Brings a store's tables to this version, step by step; every step may be interrupted and is then done again. Data of a
 * newer version is refused, since this one would not know what it is writing into.
 *
 *     await migrate(store, { onProgress: ({ name, done, of }) => console.log(`${done}/${of} ${name}`) });
 */
export interface MigrateOptions extends Rendering {
  onProgress?(progress: { readonly name: string; readonly done: number; readonly of: number }): void;
}

interface Applied {
  readonly id: number;
  readonly name: string;
  readonly checksum: string;
}

/** Rejects with STORE_NEWER. */
export async function migrate(store: Store, options: MigrateOptions = {}): Promise<void> {
  await store.exec(`CREATE TABLE IF NOT EXISTS schema_versions ${options.cluster ? `ON CLUSTER '${options.cluster}'` : ''} (
    id UInt32 COMMENT 'number of the migration', name String COMMENT 'its name', checksum String COMMENT 'sha256 of its SQL',
    applied DateTime('UTC') DEFAULT now() COMMENT 'when it was applied, UTC'
  ) ENGINE = ${options.cluster ? 'Replicated' : ''}MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 1000 COMMENT 'Migrations of these tables that were applied'`);
  const applied = new Map((await store.query<Applied>('SELECT id, name, checksum FROM schema_versions')).map((row) => [row.id, row]));
  refuseStrangers(applied);
  const missing = migrations.filter(({ id }) => !applied.has(id));
  for (const [done, migration] of missing.entries()) {
    options.onProgress?.({ name: migration.name, done, of: missing.length });
    for (const statement of statements(migrationSql(migration.name), options)) await store.exec(statement);
    const { id, name } = migration;
    await store.insert('schema_versions', [{ id, name, checksum: checksum(migration) }], { token: `schema/${id}` });
  }
}

function refuseStrangers(applied: ReadonlyMap<number, Applied>): void {
  for (const { id, name, checksum: found } of applied.values()) {
    const known = migrations.find((migration) => migration.id === id);
    if (!known) throw new SightlineError('STORE_NEWER', `the store has migration ${id} (${name}); this Sightline knows ${migrations.length}`);
    if (found !== checksum(known)) {
      throw new SightlineError('STORE_NEWER', `migration ${id} (${name}) of the store is not the one this Sightline knows`, { remedy: 'install the Sightline that wrote this data, or choose another folder with --data' });
    }
  }
}

function checksum({ name }: Migration): string {
  return createHash('sha256').update(migrationSql(name)).digest('hex');
}
