import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logConformance } from '../conformance.js';
import type { Log, StoredRecord } from '../log.js';
import { openMemoryLog } from './memory-log.js';

const small = { partitions: 4, frameRecords: 8 };
logConformance('in process, in memory', async () => {
  let log: Log | null = null;
  return { framesWait: true, open: async () => (log ??= await openMemoryLog(small)), end: async () => undefined };
});
logConformance('in process, in files', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'log-'));
  let log: Log | null = null;
  return { framesWait: true, open: async () => (log ??= await openMemoryLog({ ...small, folder })), end: () => rm(folder, { recursive: true, force: true }) };
});

describe('the files of the log', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'log-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const text = (value: string): Uint8Array => Buffer.from(value);
  async function readAll(log: Log, from = 0): Promise<StoredRecord[]> {
    const found: StoredRecord[] = [];
    for await (const record of log.read({ topic: 'results', partition: 0 }, from)) found.push(record);
    return found;
  }
  async function fill(log: Log, count: number, size = 100): Promise<void> {
    const producer = await log.producer();
    for (let n = 0; n < count; n += 50) await producer.send('results', Array.from({ length: 50 }, (_, i) => ({ key: `k${n + i}`, value: Buffer.alloc(size, n + i) })));
  }

  it('holds records, offsets and commits over a restart', async () => {
    const first = await openMemoryLog({ folder, partitions: 1 });
    await fill(first, 200);
    const subscription = await first.subscribe({ group: 'sink', topics: ['results'], assigned: async () => 'committed', records: async (batch, context) => context.commit(Math.min(150, batch.at(-1)!.offset + 1)) });
    await expect.poll(async () => [...(await subscription.lag()).values()]).toEqual([0]);
    await first.close();
    const second = await openMemoryLog({ folder, partitions: 1 });
    expect((await readAll(second)).map(({ key }) => key)).toEqual(Array.from({ length: 200 }, (_, n) => `k${n}`));
    const got: number[] = [];
    await second.subscribe({ group: 'sink', topics: ['results'], assigned: async () => 'committed', records: async (batch) => void got.push(...batch.map(({ offset }) => offset)) });
    await expect.poll(() => got.length).toBe(50);
    expect(got[0]).toBe(150);
    expect(await (await second.producer()).send('results', [{ key: 'k', value: text('x') }])).toEqual([{ partition: 0, offset: 200 }]);
    await second.close();
  });

  it('cuts off a torn tail at every possible place, and goes on behind what is whole', async () => {
    const at = path.join(folder, 'results-0', '0000000000000000.segment');
    const first = await openMemoryLog({ folder, partitions: 1 });
    const producer = await first.producer();
    await producer.send('results', [{ key: 'whole', value: text('1') }]);
    const whole = (await stat(at)).size;
    await producer.send('results', [{ key: 'torn', value: text('2') }, { key: 'torn', value: text('3') }]);
    await first.close();
    const { size } = await stat(at);
    for (let cut = size - 1; cut >= whole; cut -= 3) {
      const file = await open(at, 'r+');
      await file.truncate(cut);
      await file.close();
      const problems: string[] = [];
      const log = await openMemoryLog({ folder, partitions: 1, report: (problem) => problems.push(problem) });
      expect((await readAll(log)).map(({ key }) => key)).toEqual(['whole']);
      expect(problems).toHaveLength(cut > whole ? 1 : 0);
      await (await log.producer()).send('results', [{ key: 'torn', value: text('2') }, { key: 'torn', value: text('3') }]);
      expect(await readAll(log)).toHaveLength(3);
      await log.close();
    }
  });

  it('passes over a damaged entry in the middle, says so, and keeps the rest', async () => {
    const first = await openMemoryLog({ folder, partitions: 1 });
    const producer = await first.producer();
    for (let n = 0; n < 10; n++) await producer.send('results', [{ key: `k${n}`, value: text('value') }]);
    await first.close();
    const at = path.join(folder, 'results-0', '0000000000000000.segment');
    const { size } = await stat(at);
    // A second segment follows, so that the damage does not lie in the tail that is mended at the start.
    const second = await openMemoryLog({ folder, partitions: 1, segmentBytes: size });
    await (await second.producer()).send('results', [{ key: 'k10', value: text('value') }]);
    await second.close();
    const file = await open(at, 'r+');
    await file.write(Buffer.from([255]), 0, 1, Math.floor((size / 10) * 4.5));
    await file.close();
    const problems: string[] = [];
    const third = await openMemoryLog({ folder, partitions: 1, report: (problem) => problems.push(problem) });
    const keys = (await readAll(third)).map(({ key }) => key);
    expect(keys).toContain('k10');
    expect(keys).toContain('k3');
    expect(keys).not.toContain('k4');
    expect(problems.length).toBeGreaterThan(0);
    await third.close();
  });

  it('reads across segments, drops the oldest beyond its bounds, and compacts', async () => {
    const log = await openMemoryLog({ folder, partitions: 1, segmentBytes: 20_000 });
    await fill(log, 2000);
    expect((await readdir(path.join(folder, 'results-0'))).length).toBeGreaterThan(5);
    expect((await readAll(log)).map(({ offset }) => offset)).toEqual(Array.from({ length: 2000 }, (_, n) => n));
    expect((await readAll(log, 1234))[0]!.key).toBe('k1234');
    const producer = await log.producer();
    for (let n = 0; n < 200; n++) await producer.send('checkpoints', [{ key: `camera${n % 3}`, value: Buffer.alloc(100_000, n) }]);
    await log.close();
    const bytes = (await Promise.all((await readdir(path.join(folder, 'checkpoints-0'))).map(async (name) => (await stat(path.join(folder, 'checkpoints-0', name))).size))).reduce((a, b) => a + b, 0);
    expect(bytes).toBeLessThan(6_000_000);
    const again = await openMemoryLog({ folder, partitions: 1 });
    const latest = await again.latest('checkpoints');
    expect([...latest].map(([key, { value }]) => [key, value![0]]).sort()).toEqual([['camera0', 198], ['camera1', 199], ['camera2', 197]]);
    expect((await again.offsets({ topic: 'checkpoints', partition: 0 })).end).toBe(200);
    await again.close();
  });

  it('takes a results record in little time', async () => {
    const log = await openMemoryLog({ folder, partitions: 1 });
    const producer = await log.producer();
    const value = Buffer.alloc(3000, 1);
    const begun = performance.now();
    const count = 5000;
    for (let n = 0; n < count; n += 10) await Promise.all(Array.from({ length: 10 }, () => producer.send('results', [{ key: 'door', value }])));
    const microseconds = ((performance.now() - begun) * 1000) / count;
    // The promise is 50 µs on a quiet machine; a busy one may take several times as long.
    expect(microseconds).toBeLessThan(500);
    await log.close();
  });
});
