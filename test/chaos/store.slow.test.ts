import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cluster } from './cluster.js';
import { afterwards, chaos, minutes, mostMinutes, pause } from './harness.js';
import { mountSmallDisk } from './small-disk.js';
import { reached } from './verdict.js';

/** The store away for the whole of a run, and a disk without room: sinks lag in Kafka, then everything is there once. */
const cameras = 6;
/** What a sink may gather while it waits, by far: its batches are bounded to 32 MB each, a frame's record is 3 kB. */
const mostGrowthMb = 300;

describe('chaos at the store', () => {
  it('the store is away while all frames come, and sinks are killed meanwhile: they lag, then catch up', async () => {
    const frames = 1500;
    await chaos('store away', {
      frames,
      disturb: async (cluster) => {
        await pause(2);
        await cluster.hold('store');
        const before = residentMb(cluster, 'sink-1');
        await pause(5);
        await cluster.kill('sink-0');
        await reached(cluster, cameras * frames);
        // Whatever came is in Kafka, not in the memory of a sink.
        expect(await lagOfSinks(cluster)).toBeGreaterThan((cameras * frames) / 2);
        expect(residentMb(cluster, 'sink-1') - before).toBeLessThan(mostGrowthMb);
        await cluster.letIn('store');
      },
    });
  }, mostMinutes * minutes);

  it('the store’s disk is full for a while, a sink and the store are killed meanwhile', async (context) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'chaos-disk-'));
    const disk = mountSmallDisk(folder, 256);
    if (!disk) return context.skip('a disk of its own can only be mounted as root, on Linux');
    afterwards(async () => {
      disk.remove();
      await rm(folder, { recursive: true, force: true });
    });
    await chaos('disk full', {
      frames: 1000,
      storeFolder: path.join(folder, 'store'),
      disturb: async (cluster) => {
        await pause(3);
        disk.fill();
        await expect.poll(() => cluster.lines.some((line) => line.startsWith('sink-') && /space|DISK_FULL|disk/i.test(line)), { timeout: 60_000, interval: 250 }).toBe(true);
        await cluster.kill('sink-0');
        await pause(2);
        await cluster.kill('store');
        disk.fill();
        await pause(3);
        disk.empty();
      },
    });
  }, mostMinutes * minutes);
});

function residentMb(cluster: Cluster, name: string): number {
  const pages = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${cluster.pid(name)}/status`, 'utf8'));
  return Number(pages?.[1] ?? NaN) / 1024;
}

async function lagOfSinks({ log }: Cluster): Promise<number> {
  const marks = await log.committed('sink', 'results');
  let lag = 0;
  for (let partition = 0; partition < (await log.partitions('results')); partition++) {
    const { begin, end } = await log.offsets({ topic: 'results', partition });
    lag += end - (marks.get(partition) ?? begin);
  }
  return lag;
}
