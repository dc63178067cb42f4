import { Readable } from 'node:stream';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { engineCode, storeError } from './store-errors.js';
import { databaseName, defaultTimeoutSeconds, type QueryOptions, type QueryParams, type Store } from './store.js';

/**
 * The store on a ClickHouse server, or behind the door of another Sightline, over HTTP.
 *
 *     const store = await openServerStore({ url: 'http://127.0.0.1:8123', user: 'default', password: '' });
 */
export interface ServerOptions {
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** Default `sightline`; created when the first migration runs. */
  readonly database?: string;
}

/** UNKNOWN_DATABASE. */
const unknownDatabase = 81;

/** Requests at once; an insert, a few queries of a page. */
const connections = 10;

/** Opens without a request: whether the server answers shows with the first one, since it may come up later. */
export async function openServerStore(options: ServerOptions): Promise<Store> {
  const client = createClient({
    url: options.url,
    username: options.user ?? 'default',
    password: options.password ?? '',
    database: options.database ?? databaseName,
    max_open_connections: connections,
    request_timeout: (defaultTimeoutSeconds + 5) * 1000,
    // What goes wrong is told by the error; nothing of ours writes to the console.
    log: { level: ClickHouseLogLevel.OFF },
    keep_alive: { enabled: true, idle_socket_ttl: 1500 },
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0, output_format_json_quote_denormals: 0 },
  });

  const read = async (sql: string, format: string, params: QueryParams, options: QueryOptions): Promise<Buffer> => {
    try {
      const { stream } = await client.exec({ query: `${sql}\nFORMAT ${format}`, query_params: { ...params }, clickhouse_settings: limits(options) });
      return await collect(stream);
    } catch (error) {
      throw storeError(error, 'the store refused a query');
    }
  };
  const write = async (table: string, lines: Uint8Array, format: string, token: string, columns?: readonly string[]): Promise<void> => {
    try {
      const { stream } = await client.exec({
        query: `INSERT INTO ${table}${columns ? ` (${columns.join(', ')})` : ''} FORMAT ${format}`,
        values: Readable.from([lines], { objectMode: false }),
        clickhouse_settings: { insert_deduplication_token: token, deduplicate_blocks_in_dependent_materialized_views: 1, async_insert: 0, wait_end_of_query: 1 },
      });
      await collect(stream);
    } catch (error) {
      throw storeError(error, `inserting into ${table}`);
    }
  };

  const exec = async (sql: string): Promise<void> => {
    try {
      await client.command({ query: sql, clickhouse_settings: { wait_end_of_query: 1 } });
    } catch (error) {
      if (engineCode(error) !== unknownDatabase) throw storeError(error, 'the store refused a statement');
      await createDatabase(options);
      await exec(sql);
    }
  };

  return {
    async query<T>(sql: string, params: QueryParams = {}, options: QueryOptions = {}) {
      const text = (await read(sql, 'JSONEachRow', params, options)).toString();
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
    exec,
    close: () => client.close(),
  };
}

/** A client that names a database which is not there is refused whatever it asks: this one names none. */
async function createDatabase({ url, user, password, database }: ServerOptions): Promise<void> {
  const client = createClient({ url, username: user ?? 'default', password: password ?? '', log: { level: ClickHouseLogLevel.OFF } });
  try {
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database ?? databaseName}` });
  } catch (error) {
    throw storeError(error, 'the database could not be created');
  } finally {
    await client.close();
  }
}

function limits(options: QueryOptions): { max_execution_time: number; max_result_rows: string; result_overflow_mode: 'break'; wait_end_of_query: 1 } {
  // wait_end_of_query: an error in mid-answer comes as an error, not as rows that end too early.
  return { max_execution_time: options.timeoutSeconds ?? defaultTimeoutSeconds, max_result_rows: String(options.maxRows ?? 0), result_overflow_mode: 'break', wait_end_of_query: 1 };
}

async function collect(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
