/**
 * The store: ClickHouse, embedded (chDB) or a server over HTTP. Only this folder knows which.
 *
 *     const store = await openEmbeddedStore({ folder: 'data/store' });
 *     const rows = await store.query<{ n: number }>('SELECT count() AS n FROM events WHERE camera = {camera:String}', { camera: 'door' });
 */
export interface Store {
  /**
   * Rows as objects; 64-bit integers as numbers (beyond 2^53 they lose digits: ask for toString(x)), NaN as null. Rejects
   * with STORE_QUERY or STORE_UNREACHABLE.
   */
  query<T>(sql: string, params?: QueryParams, options?: QueryOptions): Promise<T[]>;
  /** The answer as ClickHouse writes it in one of its formats, such as Parquet or CSVWithNames. */
  queryBytes(sql: string, format: string, params?: QueryParams, options?: QueryOptions): Promise<Uint8Array>;
  /**
   * Inserts rows at once. The same token again is a no-op, in the views too, unless a view missed it: then it is mended.
   * Rejects with STORE_UNREACHABLE or DISK_FULL when trying again can help.
   */
  insert(table: string, rows: readonly object[], options: { readonly token: string }): Promise<void>;
  /** Like insert, of rows that are encoded already: lines of JSONCompactEachRow with these columns. */
  insertEncoded(table: string, columns: readonly string[], lines: Uint8Array, options: { readonly token: string }): Promise<void>;
  /** A statement without a result. */
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
}

export type QueryParams = Readonly<Record<string, unknown>>;

export interface QueryOptions {
  /** Seconds after which the engine gives up; default 60. */
  readonly timeoutSeconds?: number;
  /** Rows after which the answer is cut off; default none. */
  readonly maxRows?: number;
}

/** The database every table of ours lies in. */
export const databaseName = 'sightline';

/** Dashboards answer in milliseconds; what takes a minute is stuck. */
export const defaultTimeoutSeconds = 60;
