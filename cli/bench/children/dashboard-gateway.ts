import { setTimeout as sleep } from 'node:timers/promises';
import { startBenchSite } from '../dashboard-site.js';

/**
 * The gateway of the dashboard's benchmark, in a process of its own that is told what to do by messages:
 * `{ id, what: 'play', value: 5 }`, answered by `{ id, answer }`. First it says `{ url }`.
 */
export interface GatewayUsage {
  readonly cpuMs: number;
  readonly heapBytes: number;
  /** Waits for viewers in the process. */
  readonly bufferedBytes: number;
  readonly viewers: number;
}
interface Order {
  readonly id: number;
  readonly what: 'play' | 'usage' | 'seconds';
  readonly value: number;
}

/** So many records may wait at once while time is played faster than it goes. */
const burst = 20;

const site = await startBenchSite(Number(process.argv[2] ?? 20));
let stop: (() => void) | null = null;
// The time that `seconds` has come to, so that each record is newer than the last.
let played = Date.now() - 4 * 3_600_000;

const actions: Readonly<Record<Order['what'], (value: number) => unknown>> = {
  play(perSecond) {
    stop?.();
    stop = perSecond > 0 ? site.play(perSecond) : null;
  },
  usage(): GatewayUsage {
    (globalThis as { gc?: () => void }).gc?.();
    const { heapUsed, external } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1000, heapBytes: heapUsed + external, bufferedBytes: site.gateway.buffered(), viewers: site.gateway.viewers() };
  },
  /** So many seconds of all cameras, one record each, as fast as they go. */
  async seconds(count) {
    for (let i = 0; i < count; i++) {
      played += 1000;
      await site.publish(played);
      if (i % burst === 0) await sleep(1);
    }
  },
};

process.on('message', (order: Order) => {
  void Promise.resolve(actions[order.what](order.value)).then((answer) => process.send?.({ id: order.id, answer: answer ?? null }));
});
// Whoever started it is gone: nobody would end it.
process.on('disconnect', () => process.exit(0));
process.send?.({ url: site.url });
