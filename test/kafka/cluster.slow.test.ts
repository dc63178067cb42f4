import { createLogger } from '@sightline/runtime/logging';
import { openServerStore } from '@sightline/runtime/store/server';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDevCluster, type DevCluster } from 'sightline/dev/cluster';
import { freePort } from 'sightline/dev/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The demo through Kafka, with the real model, on the same page as embedded. */
let folder: string;
let cluster: DevCluster;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cluster-'));
  cluster = await startDevCluster({ folder, logger: createLogger({ level: 'warn' }), port: await freePort() });
}, 300_000);
afterAll(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('sightline dev cluster', () => {
  it('shows the demo’s camera as healthy, its zones live, and its counts in the store', async () => {
    const get = async <T>(at: string): Promise<T> => (await (await fetch(`${cluster.url}${at}`)).json()) as T;
    await expect.poll(async () => (await get<{ status: string }>('/api/health')).status, { timeout: 60_000, interval: 500 }).toBe('ok');
    await expect.poll(async () => JSON.stringify(await get('/api/v1/live')), { timeout: 60_000, interval: 500 }).toContain('walkway');
    const store = await openServerStore({ url: cluster.storeUrl });
    await expect.poll(async () => (await store.query<{ n: number }>('SELECT toInt64(count()) AS n FROM samples'))[0]!.n, { timeout: 60_000, interval: 500 }).toBeGreaterThan(10);
    await store.close();
  }, 240_000);
});
