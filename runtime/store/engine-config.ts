import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { databaseName } from './store.js';

/** What the embedded engine may use, and may touch: written beside the data at each start, since it cannot be a SET. */
export interface EngineLimits {
  /** Bytes of memory the engine may hold; queries beyond it fail, the process does not. */
  readonly memoryBytes: number;
}

/** A small machine's share: pages and inserts fit with room to spare, and detectors keep the rest. */
export const defaultLimits: EngineLimits = { memoryBytes: 1.5 * 2 ** 30 };

/** Tables of the engine's own that clients ask for when they connect, or that explain a query. None lets data out. */
export const systemTables = [
  'aggregate_function_combinators', 'build_options', 'collations', 'columns', 'contributors', 'data_type_families', 'databases', 'formats',
  'functions', 'keywords', 'licenses', 'merges', 'numbers', 'numbers_mt', 'one', 'parts', 'parts_columns', 'processes', 'settings', 'table_engines', 'tables',
  'time_zones', 'zeros', 'zeros_mt',
];

/** Writes the two files; answers the path of the main one. */
export function writeEngineConfig(folder: string, limits: EngineLimits): string {
  const config = path.join(folder, 'config');
  mkdirSync(config, { recursive: true });
  const users = path.join(config, 'users.xml');
  const main = path.join(config, 'config.xml');
  writeFileSync(users, usersXml());
  writeFileSync(main, mainXml(users, limits));
  return main;
}

function mainXml(users: string, limits: EngineLimits): string {
  // Caches are small because what a dashboard reads is: marks and uncompressed blocks of a few days of rollups.
  return `<clickhouse>
  <users_config>${escapeXml(users)}</users_config>
  <timezone>UTC</timezone>
  <logger><level>none</level></logger>
  <max_server_memory_usage>${Math.round(limits.memoryBytes)}</max_server_memory_usage>
  <mark_cache_size>${64 * 2 ** 20}</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <merge_tree><old_parts_lifetime>60</old_parts_lifetime></merge_tree>
</clickhouse>
`;
}

/** The process's one user: our database and a few tables of the engine's own. No file, url, s3 or remote, whatever the SQL says. */
function usersXml(): string {
  const grants = [`GRANT ALL ON ${databaseName}.*`, 'GRANT TABLE ENGINE ON *', ...systemTables.map((table) => `GRANT SELECT ON system.${table}`)];
  return `<clickhouse>
  <profiles><default></default></profiles>
  <quotas><default></default></quotas>
  <users><default>
    <password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
    <grants>${grants.map((grant) => `<query>${grant}</query>`).join('')}</grants>
  </default></users>
</clickhouse>
`;
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
