import { migrate } from '@sightline/runtime/store/migrate';
import { openDoor, type Door } from '@sightline/runtime/store/door';
import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { runRole, type Role } from './connect.js';

export interface StoreRoleOptions {
  /** Where the store's files lie; one process owns them. */
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  /** Password of the user `writer`, with which sinks write. */
  readonly writerToken: string;
}

/** `sightline store`: the embedded engine behind a door that sinks may write through, where there is no ClickHouse server. */
export async function startStoreRole({ folder, host, port, writerToken }: StoreRoleOptions): Promise<Role & { readonly door: Door }> {
  let door: Door | null = null;
  const role = await runRole(async (opened) => {
    const store = opened.add(await openEmbeddedStore({ folder }));
    await migrate(store);
    door = opened.add(await openDoor({ store, host, port, writerToken }));
  });
  return { ...role, door: door! };
}
