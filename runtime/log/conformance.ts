import { topics, type TopicName } from '@sightline/schemas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log, LogRecord, StoredRecord, SubscribeOptions, Subscription } from './log.js';

/**
 * What every log must keep, run against each implementation.
 *
 *     logConformance('in process', async () => ({ open: () => openMemoryLog({ folder }), end: async () => undefined }));
 */
export interface LogUnderTest {
  /** Opens the log again on the same data; 4 partitions, and few `frames` may wait where they are bounded. */
  open(): Promise<Log>;
  end(): Promise<void>;
  /** Whether a producer of `frames` waits while nobody consumes (in process); on a broker ingest reads the lag instead. */
  readonly framesWait: boolean;
}

const patience = { timeout: 15_000, interval: 20 };

export function logConformance(name: string, make: () => Promise<LogUnderTest>): void {
  describe(`log: ${name}`, () => {
    let subject: LogUnderTest;
    let log: Log;
    const more: Log[] = [];

    beforeEach(async () => {
      subject = await make();
      log = await subject.open();
      await log.ensureTopics(topics);
    });
    afterEach(async () => {
      for (const each of more.splice(0)) await each.close();
      await log.close();
      await subject.end();
    });

    const text = (value: string): Uint8Array => Buffer.from(value, 'utf8');
    const records = (key: string, from: number, to: number): LogRecord[] => Array.from({ length: to - from }, (_, n) => ({ key, value: text(`${key}-${from + n}`), headers: { n: String(from + n) } }));
    const said = ({ value }: StoredRecord): string => Buffer.from(value ?? []).toString();

    async function send(topic: TopicName, batch: readonly LogRecord[], through = log): Promise<readonly { partition: number; offset: number }[]> {
      const producer = await through.producer();
      try {
        return await producer.send(topic, batch);
      } finally {
        await producer.close();
      }
    }

    async function readAll(topic: TopicName, partition: number, from = 0, to?: number): Promise<StoredRecord[]> {
      const found: StoredRecord[] = [];
      for await (const record of log.read({ topic, partition }, from, to)) found.push(record);
      return found;
    }

    /** A subscription that keeps what it got. */
    async function gather(options: Partial<SubscribeOptions> & { group: string }, through = log): Promise<{ got: StoredRecord[]; subscription: Subscription }> {
      const got: StoredRecord[] = [];
      const subscription = await through.subscribe({
        topics: ['results'],
        assigned: async () => 'committed',
        records: async (batch, context) => {
          got.push(...batch);
          await context.commit(batch.at(-1)!.offset + 1);
        },
        ...options,
      });
      return { got, subscription };
    }

    it('puts a key into the partition that partitionOf says, and answers with the position', async () => {
      expect(await log.partitions('results')).toBe(4);
      expect(await log.partitions('alerts')).toBe(1);
      const [position] = await send('results', records('door', 0, 1));
      expect(position!.partition).toBe(log.partitionOf('results', 'door'));
      const [stored] = await readAll('results', position!.partition, position!.offset);
      expect(stored).toMatchObject({ key: 'door', offset: position!.offset, headers: { n: '0' } });
      expect(Math.abs(stored!.appendedAt - Date.now())).toBeLessThan(600_000);
    });

    it('obeys a partition that is given', async () => {
      const [position] = await send('results', [{ key: 'door', value: text('x'), partition: 3 }]);
      expect(position!.partition).toBe(3);
    });

    it('keeps the order of each key, and positions grow', async () => {
      const producer = await log.producer();
      const cameras = ['a', 'b', 'c', 'd', 'e'];
      const sends = [];
      for (let n = 0; n < 40; n++) sends.push(producer.send('results', cameras.flatMap((camera) => records(camera, n, n + 1))));
      const positions = (await Promise.all(sends)).flat();
      const seen = new Map<string, string[]>();
      for (let partition = 0; partition < 4; partition++) {
        const all = await readAll('results', partition);
        for (const record of all) seen.set(record.key, [...(seen.get(record.key) ?? []), said(record)]);
        expect(all.map(({ offset }) => offset)).toEqual([...all.map(({ offset }) => offset)].sort((a, b) => a - b));
        for (const { offset } of all) expect(positions).toContainEqual({ partition, offset });
      }
      for (const camera of cameras) expect(seen.get(camera)).toEqual(Array.from({ length: 40 }, (_, n) => `${camera}-${n}`));
      await producer.close();
    });

    it('carries null, empty and large values, and headers of any script', async () => {
      const large = new Uint8Array(1_500_000).fill(7);
      await send('results', [
        { key: 'k', value: null, partition: 0 },
        { key: 'k', value: new Uint8Array(0), partition: 0 },
        { key: 'kämera-北', value: large, partition: 0, headers: { wort: 'größe 北' } },
      ]);
      const [first, second, third] = await readAll('results', 0);
      expect(first!.value).toBeNull();
      expect(second!.value!.byteLength).toBe(0);
      expect(third).toMatchObject({ key: 'kämera-北', headers: { wort: 'größe 北' } });
      expect(Buffer.from(third!.value!).equals(Buffer.from(large))).toBe(true);
    });

    it('reads exactly the range between two offsets', async () => {
      const positions = await send('results', records('x', 0, 50).map((record) => ({ ...record, partition: 1 })));
      const all = await readAll('results', 1, positions[10]!.offset, positions[20]!.offset);
      expect(all.map(said)).toEqual(Array.from({ length: 10 }, (_, n) => `x-${10 + n}`));
      expect(await readAll('results', 1, (await log.offsets({ topic: 'results', partition: 1 })).end)).toEqual([]);
      expect(await readAll('results', 2)).toEqual([]);
    });

    it('begins where the subscriber says: at the beginning, the end, an offset, or what was committed', async () => {
      const positions = await send('results', records('x', 0, 20).map((record) => ({ ...record, partition: 2 })));
      const only = (group: string, from: number | 'begin' | 'committed' | 'end'): ReturnType<typeof gather> =>
        gather({ group, assigned: async ({ partition }) => (partition === 2 ? from : 'end') });
      const begin = await only('g-begin', 'begin');
      const middle = await only('g-middle', positions[15]!.offset);
      await expect.poll(() => begin.got.length, patience).toBe(20);
      await expect.poll(() => middle.got.map(said), patience).toEqual(['x-15', 'x-16', 'x-17', 'x-18', 'x-19']);
      await begin.subscription.close();
      await send('results', [{ key: 'x', value: text('after'), partition: 2 }]);
      const committed = await only('g-begin', 'committed');
      await expect.poll(() => committed.got.map(said), patience).toEqual(['after']);
      const end = await only('g-end', 'end');
      await expect.poll(async () => (await end.subscription.lag()).size, patience).toBe(4);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(end.got).toEqual([]);
    });

    it('knows when a partition is read to its end', async () => {
      await send('results', records('x', 0, 30));
      const { subscription, got } = await gather({ group: 'lag' });
      await expect.poll(async () => [...(await subscription.lag()).values()].reduce((sum, lag) => sum + lag, 0), patience).toBe(0);
      expect(got).toHaveLength(30);
    });

    it('hands out one batch of a partition at a time, and others meanwhile', async () => {
      let busy = 0;
      let most = 0;
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (release = resolve));
      const got: string[] = [];
      const subscription = await log.subscribe({
        group: 'one-at-a-time',
        topics: ['results'],
        maxBatchRecords: 5,
        assigned: async () => 'begin',
        records: async (batch) => {
          if (batch[0]!.partition === 0) {
            most = Math.max(most, ++busy);
            await gate;
            busy -= 1;
          }
          expect(batch.length).toBeLessThanOrEqual(5);
          got.push(...batch.map(said));
        },
      });
      await send('results', [...records('slow', 0, 30).map((record) => ({ ...record, partition: 0 })), ...records('quick', 0, 30).map((record) => ({ ...record, partition: 1 }))]);
      await expect.poll(() => got.filter((value) => value.startsWith('quick')).length, patience).toBe(30);
      expect(got.filter((value) => value.startsWith('slow'))).toEqual([]);
      release();
      await expect.poll(() => got.length, patience).toBe(60);
      expect(most).toBe(1);
      await subscription.close();
    });

    it('pauses and resumes a partition', async () => {
      const { got, subscription } = await gather({ group: 'pausing', assigned: async () => 'begin' });
      await expect.poll(async () => (await subscription.lag()).size, patience).toBe(4);
      subscription.pause({ topic: 'results', partition: 0 });
      await send('results', [{ key: 'a', value: text('held'), partition: 0 }, { key: 'b', value: text('free'), partition: 1 }]);
      await expect.poll(() => got.map(said), patience).toEqual(['free']);
      subscription.resume({ topic: 'results', partition: 0 });
      await expect.poll(() => got.map(said), patience).toEqual(['free', 'held']);
    });

    it('shares partitions among a group and moves few when somebody joins or leaves', async () => {
      const first = await gather({ group: 'shared' });
      expect(first.subscription.assignment()).toHaveLength(4);
      const other = await subject.open().catch(() => log);
      if (other !== log) more.push(other);
      const second = await gather({ group: 'shared' }, other);
      await expect.poll(() => [first.subscription.assignment().length, second.subscription.assignment().length], patience).toEqual([2, 2]);
      await send('results', [0, 1, 2, 3].map((partition) => ({ key: 'k', value: text(`p${partition}`), partition })));
      await expect.poll(() => first.got.length + second.got.length, patience).toBe(4);
      expect([first.got.length, second.got.length]).toEqual([2, 2]);
      await second.subscription.close();
      await expect.poll(() => first.subscription.assignment().length, patience).toBe(4);
    });

    it('tells an owner that a partition goes, and the next owner begins after what was committed', async () => {
      const gone: number[] = [];
      const first = await gather({ group: 'handing-over', revoked: async ({ partition }) => void gone.push(partition) });
      await send('results', records('x', 0, 10).map((record) => ({ ...record, partition: 3 })));
      await expect.poll(() => first.got.length, patience).toBe(10);
      await first.subscription.close();
      expect(gone.sort()).toEqual([0, 1, 2, 3]);
      const second = await gather({ group: 'handing-over' });
      await send('results', records('x', 10, 12).map((record) => ({ ...record, partition: 3 })));
      await expect.poll(() => second.got.map(said), patience).toEqual(['x-10', 'x-11']);
    });

    it('tells what a group has committed, and lets a member share without getting records', async () => {
      const first = await gather({ group: 'counted' });
      const member = await gather({ group: 'members', membershipOnly: true });
      expect(member.subscription.assignment()).toHaveLength(4);
      await send('results', records('x', 0, 7).map((record) => ({ ...record, partition: 2 })));
      await expect.poll(() => first.got.length, patience).toBe(7);
      await expect.poll(async () => (await log.committed('counted', 'results')).get(2), patience).toBe(first.got.at(-1)!.offset + 1);
      expect((await log.committed('nobody', 'results')).size).toBe(0);
      expect(member.got).toEqual([]);
    });

    it('lets a partition go and takes it again when its owner asks', async () => {
      const assigned: number[] = [];
      const revoked: number[] = [];
      const { got, subscription } = await gather({
        group: 'again',
        assigned: async ({ partition }) => {
          assigned.push(partition);
          return 'begin';
        },
        revoked: async ({ partition }) => void revoked.push(partition),
      });
      await send('results', records('x', 0, 3).map((record) => ({ ...record, partition: 1 })));
      await expect.poll(() => got.length, patience).toBe(3);
      await subscription.restart({ topic: 'results', partition: 1 });
      await expect.poll(() => got.length, patience).toBe(6);
      expect(revoked).toEqual([1]);
      expect(assigned.filter((partition) => partition === 1)).toHaveLength(2);
    });

    it('keeps the last value of each key of a compacted topic, and forgets deleted keys', async () => {
      const producer = await log.producer();
      for (let n = 0; n < 20; n++) await producer.send('camera-status', [{ key: 'door', value: text(`${n}`) }, { key: 'hall', value: text(`${n}`) }]);
      await producer.send('camera-status', [{ key: 'hall', value: null }]);
      await producer.close();
      const latest = await log.latest('camera-status');
      expect([...latest.keys()]).toEqual(['door']);
      expect(said(latest.get('door')!)).toBe('19');
      const { got } = await gather({ group: 'statuses', topics: ['camera-status'], assigned: async () => 'begin' });
      await expect.poll(() => got.filter(({ key }) => key === 'door').map(said).at(-1), patience).toBe('19');
    });

    it('shuts out a producer once another was opened with the same fence', async () => {
      const old = await log.producer({ fence: 'results-0' });
      await old.send('results', [{ key: 'k', value: text('old'), partition: 0 }]);
      const other = await log.producer({ fence: 'results-1' });
      const heir = await log.producer({ fence: 'results-0' });
      const { end } = await log.offsets({ topic: 'results', partition: 0 });
      await expect(old.send('results', [{ key: 'k', value: text('stale'), partition: 0 }])).rejects.toMatchObject({ code: 'FENCED' });
      await heir.send('results', [{ key: 'k', value: text('new'), partition: 0 }, { key: 'k', value: text('newer'), partition: 0 }]);
      await other.send('results', [{ key: 'k', value: text('other'), partition: 1 }]);
      expect((await readAll('results', 0)).map(said)).toEqual(['old', 'new', 'newer']);
      expect(end).toBeLessThanOrEqual((await log.offsets({ topic: 'results', partition: 0 })).end);
      await Promise.all([old.close(), heir.close(), other.close()]);
    });

    it('stops a subscription whose handler fails, and says why', async () => {
      let failure: unknown;
      await gather({
        group: 'failing',
        assigned: async () => 'begin',
        records: async () => {
          throw new Error('poison');
        },
        failed: (error) => (failure = error),
      });
      await send('results', records('x', 0, 1));
      await expect.poll(() => (failure as Error | undefined)?.message, patience).toBe('poison');
    });

    it('closes while a handler is busy: its signal aborts, and nothing more is handed out', async () => {
      let aborted = false;
      let calls = 0;
      const subscription = await log.subscribe({
        group: 'busy',
        topics: ['results'],
        maxBatchRecords: 1,
        assigned: async () => 'begin',
        records: async (_, { signal }) => {
          calls += 1;
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
          aborted = true;
        },
      });
      await send('results', records('x', 0, 5).map((record) => ({ ...record, partition: 0 })));
      await expect.poll(() => calls, patience).toBe(1);
      await subscription.close();
      expect([aborted, calls]).toEqual([true, 1]);
    });

    it('refuses what comes after close', async () => {
      const producer = await log.producer();
      await log.close();
      await expect(producer.send('results', records('x', 0, 1))).rejects.toMatchObject({ code: 'LOG_CLOSED' });
      await expect(log.producer()).rejects.toMatchObject({ code: 'LOG_CLOSED' });
    });

    it('bounds what waits: producers wait in process, on a broker the lag tells', async () => {
      const producer = await log.producer();
      let sent = 0;
      const frame = (): LogRecord => ({ key: 'door', value: new Uint8Array(1000), partition: 0 });
      const sending = (async () => {
        for (let n = 0; n < 64; n++) {
          await producer.send('frames', [frame()]);
          sent += 1;
        }
      })();
      await expect.poll(() => sent, patience).toBeGreaterThanOrEqual(4);
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (subject.framesWait) expect(sent).toBeLessThan(20);
      const { got } = await gather({ group: 'workers', topics: ['frames'] });
      await sending;
      await expect.poll(() => got.length, patience).toBe(64);
      expect(got.map(({ offset }) => offset)).toEqual([...got.map(({ offset }) => offset)].sort((a, b) => a - b));
      await producer.close();
    });

    it('reports a topic of other settings and changes nothing', async () => {
      const other = topics.map((spec) => (spec.name === 'results' ? { ...spec, compacted: true } : spec));
      const differences = await log.ensureTopics(other);
      expect(differences.some(({ topic, difference }) => topic === 'results' && /compact/.test(difference))).toBe(true);
      expect((await log.ensureTopics(topics)).filter(({ topic }) => topic === 'results')).toEqual([]);
    });
  });
}
