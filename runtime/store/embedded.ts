import path from 'node:path';
import { Session, drainPending } from 'chdb';
import { SightlineError } from '../errors.js';
import { defaultLimits, writeEngineConfig, type EngineLimits } from './engine-config.js';
import { folderError, lockFolder, type FolderLock } from './folder-lock.js';
import { literal, parameterText } from './parameters.js';
import { SessionPool } from './session-pool.js';
import { storeError } from './store-errors.js';
import { databaseName, defaultTimeoutSeconds, type QueryOptions, type QueryParams, type Store } from './store.js';

/**
 * The store inside this process: chDB on files under `folder`, which this process then owns. Every call runs on libuv's
 * threads; the event loop never waits (a program that also reads files does well to set UV_THREADPOOL_SIZE to 16).
 *
 *     const store = await openEmbeddedStore({ folder: 'data/store' });
 */
export interface EmbeddedOptions {
  readonly folder: string;
  readonly limits?: Partial<EngineLimits>;
}

/** The embedded store, which can also lend out fresh sessions: the door puts one around each query of a stranger. */
export interface EmbeddedStore extends Store {
  readonly folder: string;
  /** A session of its own; close it. */
  session(): Session;
}

/** Sessions that read and that write at once. Each busy one holds a libuv thread (4 by default), so both are few. */
const readers = 3;
const writers = 2;

/** Rejects with DATA_LOCKED, DATA_READ_ONLY or DISK_FULL. One data folder can be open in a process at a time. */
export async function openEmbeddedStore(options: EmbeddedOptions): Promise<EmbeddedStore> {
  const folder = path.resolve(options.folder);
  const lock = lockFolder(folder);
  try {
    await drainPending();
    const config = writeEngineConfig(folder, { ...defaultLimits, ...options.limits });
    const first = openFirst(folder, config);
    return await ready(folder, first, lock);
  } catch (error) {
    lock.release();
    throw folderError(error, folder);
  }
}

/** The first session of a process brings the engine up, with the arguments that cannot be given later. */
function openFirst(folder: string, config: string): Session {
  try {
    return new Session(path.join(folder, 'clickhouse'), { connectionArgs: [`--config-file=${config}`] });
  } catch (error) {
    throw new SightlineError('DATA_LOCKED', `the store in ${folder} does not open: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
      remedy: 'check that no other process uses this folder, that it is writable and that its disk has room',
    });
  }
}

async function ready(folder: string, first: Session, lock: FolderLock): Promise<EmbeddedStore> {
  const open = (): Session => new Session(path.join(folder, 'clickhouse'));
  try {
    await guarded(first);
    await first.queryAsync(`CREATE DATABASE IF NOT EXISTS ${databaseName}`);
  } catch (error) {
    first.close();
    await drainPending();
    throw storeError(error, `opening the store in ${folder}`);
  }
  const reading = new SessionPool(readers, open, `USE ${databaseName}; SET output_format_json_quote_64bit_integers = 0`);
  // Parsing in parallel starts threads for batches that one parses in a millisecond.
  const writing = new SessionPool(writers, open, `USE ${databaseName}; SET async_insert = 0, input_format_null_as_default = 1, input_format_parallel_parsing = 0`);
  let closed: Promise<void> | null = null;

  const read = async (sql: string, format: string, params: QueryParams, options: QueryOptions): Promise<Uint8Array> => {
    try {
      return await reading.use(async (session) => (await session.queryAsync(`${prelude(params, options)}; ${sql}`, { format })).bytes());
    } catch (error) {
      throw storeError(error, 'the store refused a query');
    }
  };
  const write = async (table: string, values: Uint8Array, format: 'JSONEachRow' | 'JSONCompactEachRow', token: string, columns?: readonly string[]): Promise<void> => {
    const settings = { insert_deduplication_token: token, deduplicate_blocks_in_dependent_materialized_views: 1 };
    try {
      await writing.use((session) => session.insert({ table, values, format, settings, ...(columns && { columns }) }));
    } catch (error) {
      throw storeError(error, `inserting into ${table}`);
    }
  };

  return {
    folder,
    session: open,
    async query<T>(sql: string, params: QueryParams = {}, options: QueryOptions = {}) {
      const text = Buffer.from(await read(sql, 'JSONEachRow', params, options)).toString();
      const rows = text === '' ? [] : (JSON.parse(`[${text.trimEnd().replaceAll('\n', ',')}]`) as T[]);
      return options.maxRows === undefined ? rows : rows.slice(0, options.maxRows);
    },
    queryBytes: (sql, format, params = {}, options = {}) => read(sql, format, params, options),
    async insert(table, rows, { token }) {
      if (rows.length > 0) await write(table, Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n')), 'JSONEachRow', token);
    },
    async insertEncoded(table, columns, lines, { token }) {
      if (lines.byteLength > 0) await write(table, lines, 'JSONCompactEachRow', token, columns);
    },
    async exec(sql) {
      try {
        await writing.use((session) => session.queryAsync(sql, { format: 'Null' }));
      } catch (error) {
        throw storeError(error, 'the store refused a statement');
      }
    },
    close() {
      closed ??= (async () => {
        await reading.close();
        await writing.close();
        first.close();
        await drainPending();
        lock.release();
      })();
      return closed;
    },
  };
}

/** A config file that was not read leaves every right granted: then nothing may be opened to strangers, so nothing opens. */
async function guarded(session: Session): Promise<void> {
  const grants = (await session.queryAsync('SHOW GRANTS', { format: 'TSVRaw' })).text();
  if (/\b(READ|WRITE|FILE|URL|S3|SOURCES|REMOTE)\b.* ON \*|GRANT ALL ON \*/.test(grants)) {
    throw new SightlineError('STORE_UNREACHABLE', 'the embedded engine did not read its configuration: its user may read files', { remedy: 'this is a defect; please report it' });
  }
}

/** Settings and parameters of one query. They stick to the session, so every query sets all of them. */
function prelude(params: QueryParams, options: QueryOptions): string {
  const settings = [`max_execution_time = ${options.timeoutSeconds ?? defaultTimeoutSeconds}`, `max_result_rows = ${options.maxRows ?? 0}`, `result_overflow_mode = 'break'`];
  for (const [name, value] of Object.entries(params)) {
    if (!/^\w+$/.test(name)) throw new SightlineError('STORE_QUERY', `"${name}" is no name for a query parameter; names are letters, digits and _`);
    settings.push(`param_${name} = ${literal(parameterText(value))}`);
  }
  return `SET ${settings.join(', ')}`;
}
