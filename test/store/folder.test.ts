import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { openEmbeddedStore, type EmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import { migrations } from '@sightline/schemas/tables/migrations';

const cleaning: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleaning.splice(0).reverse()) clean();
});

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-folder-'));
  cleaning.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A small disk of its own; where it may not be mounted the test is skipped, and says so. */
function smallDisk(context: TestContext, megabytes: number): string {
  const folder = newFolder();
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    process.stderr.write(`\nNOT TESTED: a tmpfs cannot be mounted here (it takes root): ${String(error).split('\n')[0]}\n`);
    context.skip();
  }
  cleaning.push(() => execFileSync('/bin/umount', ['-l', folder]));
  return folder;
}

const events = (n: number) => Array.from({ length: n }, (_, i) => ({ at: 1_760_000_000_000_000 + i, camera: 'door', zone: 'line', kind: 'crossed', id: `event-${i}-${Math.random()}`, seq: i }));
const count = async (store: EmbeddedStore): Promise<number> => (await store.query<{ n: number }>('SELECT count() AS n FROM events'))[0]!.n;

describe('data folder', () => {
  it('says that the disk is full, goes on reading, and resumes once there is room', async (context) => {
    const disk = smallDisk(context, 96);
    const store = await openEmbeddedStore({ folder: path.join(disk, 'store') });
    await migrate(store);
    await store.insert('events', events(10), { token: 'before' });
    const filler = path.join(disk, 'filler');
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 64 * 1024));
    const rows = events(20_000);
    await expect(store.insert('events', rows, { token: 'full' })).rejects.toMatchObject({ code: 'DISK_FULL', retryable: true });
    expect(await count(store)).toBe(10);
    rmSync(filler);
    await store.insert('events', rows, { token: 'full' });
    await store.insert('events', rows, { token: 'full' });
    expect(await count(store)).toBe(20_010);
    await store.close();
  });

  it('does not open on a disk that is full', async (context) => {
    const disk = smallDisk(context, 8);
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(path.join(disk, 'filler'), Buffer.alloc(bavail * bsize));
    await expect(openEmbeddedStore({ folder: path.join(disk, 'store') })).rejects.toMatchObject({ code: 'DISK_FULL' });
  });

  it('does not open where it cannot write', async (context) => {
    const disk = smallDisk(context, 8);
    execFileSync('/bin/mount', ['-o', 'remount,ro', disk]);
    await expect(openEmbeddedStore({ folder: path.join(disk, 'store') })).rejects.toMatchObject({ code: 'DATA_READ_ONLY' });
  });

  it('does not open where a file is', async () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'store'), 'not a folder');
    await expect(openEmbeddedStore({ folder: path.join(folder, 'store') })).rejects.toMatchObject({ code: 'DATA_READ_ONLY' });
  });

  it('belongs to one process, until that is gone', async () => {
    const folder = newFolder();
    const child = spawn(process.execPath, [fileURLToPath(new URL('./sink-child.mjs', import.meta.url)), folder, '1000000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve) => createInterface({ input: child.stdout }).on('line', (line) => line === 'ready' && resolve()));
    await expect(openEmbeddedStore({ folder: path.join(folder, 'store') })).rejects.toMatchObject({ code: 'DATA_LOCKED', message: expect.stringContaining(`process ${child.pid}`) as string });
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await gone;
    const store = await openEmbeddedStore({ folder: path.join(folder, 'store') });
    await migrate(store);
    await store.close();
  });

  it('is not locked by a lock file that was never finished, nor by a process number that was given out again', async () => {
    for (const lock of ['{"pid":', JSON.stringify({ pid: process.pid, began: '1' }), JSON.stringify({ pid: 2 ** 22 + 1, began: '5' })]) {
      const folder = path.join(newFolder(), 'store');
      mkdirSync(folder);
      writeFileSync(path.join(folder, 'lock'), lock);
      await (await openEmbeddedStore({ folder })).close();
    }
  });

  it('of a newer version is refused, and so is one with other tables', async () => {
    const store = await openEmbeddedStore({ folder: newFolder() });
    const progress: string[] = [];
    await migrate(store, { onProgress: ({ name, done, of }) => progress.push(`${done}/${of} ${name}`) });
    expect(progress[0]).toBe(`0/${migrations.length} 0001-tables`);
    await migrate(store, { onProgress: () => expect.unreachable('nothing is left to migrate') });
    await store.insert('schema_versions', [{ id: 999, name: '0999-later', checksum: 'x' }], { token: 'later' });
    await expect(migrate(store)).rejects.toMatchObject({ code: 'STORE_NEWER', message: expect.stringContaining('0999-later') as string });
    await store.exec('TRUNCATE TABLE schema_versions');
    await store.insert('schema_versions', [{ id: 1, name: '0001-tables', checksum: 'other' }], { token: 'other' });
    await expect(migrate(store)).rejects.toMatchObject({ code: 'STORE_NEWER' });
    await store.close();
  });
});
