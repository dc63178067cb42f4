import type { RawInsertFormat, Session } from 'chdb';
import type { DoorRequest } from './door-request.js';
import type { EmbeddedStore } from './embedded.js';
import { literal } from './parameters.js';
import { databaseName } from './store.js';

/** What one query of a reader may use. */
export interface DoorLimits {
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly resultBytes: number;
  readonly atOnce: number;
}

export interface Answer {
  readonly bytes: Uint8Array;
  readonly format: string;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly rowsWritten: number;
}

/** Settings that clients send and that may matter to what they get; every other one is left out, silently as clients expect. */
const readerSettings = /^(output_format_\w+|date_time_output_format|date_time_input_format|join_use_nulls|max_block_size|max_result_rows|max_rows_to_group_by|limit|offset|extremes|group_by_use_nulls|session_timezone|final|result_overflow_mode|select_sequential_consistency|use_variant_as_common_type|aggregate_functions_null_for_empty|union_default_mode|cast_keep_nullable)$/;
const writerSettings = /^(input_format_\w+|insert_deduplicat\w+|deduplicate_blocks_in_dependent_materialized_views|async_insert|max_insert_block_size|max_execution_time|optimize_on_insert)$/;
/** A path or an address may hide in these. */
const neverSettings = /path|schema|url|file|header/;

const insertShape = /^\s*insert\s+into\s+(?:table\s+)?(?<table>[\w.`"]+)\s*(?:\((?<columns>[^()]*)\))?\s*(?:settings\s+(?<settings>[^()]*?))?\s*format\s+(?<format>\w+)\s*;?\s*$/i;
const insertFormats = new Map<string, RawInsertFormat>(
  (['JSONEachRow', 'JSONCompactEachRow', 'CSV', 'CSVWithNames', 'TSV', 'TabSeparated', 'TSVWithNames', 'TabSeparatedWithNames'] as const).map((format) => [format.toLowerCase(), format]),
);

/** Runs a judged statement in a session of its own, which is gone afterwards with every setting that was made in it. */
export async function answer(store: EmbeddedStore, asked: DoorRequest, role: 'reader' | 'writer', limits: DoorLimits): Promise<Answer> {
  const session = store.session();
  try {
    await session.queryAsync(`USE ${databaseName}; SET ${[...settingsOf(asked, role, limits), ...paramsOf(asked)].join(', ')}`);
    if (role === 'reader') await session.queryAsync('SET readonly = 1');
    else if (asked.data.byteLength > 0) return await insert(session, asked);
    const result = await session.queryAsync(asked.sql, { format: asked.defaultFormat });
    return { bytes: result.bytes(), format: formatOf(asked), rowsRead: result.rowsRead, bytesRead: result.bytesRead, rowsWritten: 0 };
  } finally {
    session.close();
  }
}

async function insert(session: Session, asked: DoorRequest): Promise<Answer> {
  const shape = insertShape.exec(asked.sql)?.groups;
  const format = insertFormats.get(shape?.['format']?.toLowerCase() ?? '');
  if (!shape || !format) {
    throw new Error(`Code: 73. DB::Exception: this door takes INSERT INTO table (columns) FORMAT … with ${[...insertFormats.values()].join(', ')} (UNKNOWN_FORMAT)`);
  }
  const columns = shape['columns']?.split(',').map(bare).filter((name) => name !== '');
  const settings = Object.fromEntries(Object.entries(asked.settings).filter(([name]) => writerSettings.test(name) && !neverSettings.test(name)));
  const { rowsWritten } = await session.insert({ table: bare(shape['table']!), values: asked.data, format, settings: { async_insert: 0, ...settings }, ...(columns?.length && { columns }) });
  return { bytes: new Uint8Array(), format, rowsRead: 0, bytesRead: asked.data.byteLength, rowsWritten };
}

function bare(name: string): string {
  return name.trim().replace(/[`"]/g, '');
}

function settingsOf({ settings }: DoorRequest, role: 'reader' | 'writer', limits: DoorLimits): string[] {
  const own = [
    'max_threads = 2', `max_memory_usage = ${limits.memoryBytes}`, `max_execution_time = ${limits.seconds}`,
    'max_temporary_data_on_disk_size_for_query = 268435456', 'allow_ddl = 0', 'allow_introspection_functions = 0', `max_result_bytes = ${limits.resultBytes}`,
  ];
  const asked = Object.entries(settings).filter(([name]) => (readerSettings.test(name) || (role === 'writer' && writerSettings.test(name))) && !neverSettings.test(name));
  return [...(role === 'writer' ? ['async_insert = 0'] : own), ...asked.map(([name, value]) => `${name} = ${literal(value)}`)];
}

function paramsOf({ params }: DoorRequest): string[] {
  return Object.entries(params).filter(([name]) => /^\w+$/.test(name)).map(([name, value]) => `param_${name} = ${literal(value)}`);
}

/** The statement's own FORMAT clause, which the engine obeys, or the default asked for. */
function formatOf({ sql, defaultFormat }: DoorRequest): string {
  return /\bformat\s+(\w+)\s*;?\s*$/i.exec(sql)?.[1] ?? defaultFormat;
}
