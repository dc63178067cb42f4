/**
 * The store: ClickHouse, embedded (chDB) or a server over HTTP. Only this folder knows which.
 *
 *     const store = await openEmbeddedStore({ folder: 'data/store' });
 *     const rows = await store.query<{ n: number }>('SELECT count() AS n FROM events WHERE camera = {camera:String}', { camera: 'door' });
 */
export interface Store {
  /** Rows as objects; 64-bit integers as numbers where safe. Rejects with STORE_QUERY or STORE_UNREACHABLE. */
  query<T>(sql: string, params?: Readonly<Record<string, unknown>>, options?: { readonly timeoutSeconds?: number; readonly maxRows?: number }): Promise<T[]>;
  /**
   * Inserts rows at once. The same token again is a no-op, in the views too, unless a view missed it: then it is mended.
   * Rejects with STORE_UNREACHABLE or DISK_FULL when trying again can help.
   */
  insert(table: string, rows: readonly object[], options: { readonly token: string }): Promise<void>;
  /** A statement without a result. */
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
}
