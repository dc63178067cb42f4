import { setTimeout as sleep } from 'node:timers/promises';
import { part, round, type Part } from './dashboard-part.js';
import type { GatewayUsage } from './children/dashboard-gateway.js';
import { startGatewayProcess } from './dashboard-gateway.js';
import { wallCameras, type Stage } from './dashboard-stage.js';
import { measuringProgram, runPinned } from './pinned.js';

/** One gateway on one core and many who look: how soon a value is with all of them, what one that is stuck costs, whether it grows. */
const viewers = 2000;
const measuredSeconds = 15;
/** The load has the first core, the gateway the last. */
const loadCore = 0;
/** Enough zones to fill what the kernel holds for a connection in the ten seconds until the gateway gives it up. */
const stuckCameras = 600;
const stuckPerSecond = 4;
const stuckViewers = 10;
const stuckSeconds = 12;
const watching = 100;
const hourSeconds = 3600;
/** Readings of a gateway's memory at rest, of which the least counts: work on its way is no growth, and buffers outlive the first collection. */
const restReadings = 8;
const restMs = 300;

export function viewerParts(stage: Stage): readonly Part[] {
  return [manyViewers(stage), stuck(), anHour(stage)];
}

function manyViewers({ gateway }: Stage): Part {
  const name = `${viewers} viewers, ${wallCameras * 2} zones each second`;
  return part<'viewers' | 'p50' | 'p99' | 'cores'>({
    name: `${viewers} viewers`,
    seconds: 90,
    figures: {
      viewers: { case: name, metric: 'viewers', unit: '', goal: viewers },
      p50: { case: name, metric: 'p50 event to socket', unit: 'ms', better: 'lower' },
      p99: { case: name, metric: 'p99 event to socket', unit: 'ms', goal: 250, better: 'lower' },
      cores: { case: name, metric: 'gateway cores', unit: '', goal: 1, better: 'lower' },
    },
    async run(signal) {
      const { url, play, usage } = await gateway();
      await play(1);
      const before = await usage();
      const began = performance.now();
      const { open, p50, p99, messages } = await runPinned<{ open: number; p50: number; p99: number; messages: number }>(loadCore, process.execPath, [measuringProgram('viewers'), url, String(viewers), String(measuredSeconds)], signal);
      const after = await usage();
      return { viewers: open, p50: round(p50, 0), p99: { value: round(p99, 0), note: `${messages} messages` }, cores: round((after.cpuMs - before.cpuMs) / (performance.now() - began), 2) };
    },
  });
}

/** On a gateway of its own, since what it sends must be more than the kernel takes. */
function stuck(): Part {
  return part<'bytes'>({
    name: 'a stuck viewer',
    seconds: 45,
    figures: { bytes: { case: `a viewer that takes nothing, ${stuckCameras} cameras`, metric: 'bytes held', unit: 'kB', goal: 1000, better: 'lower' } },
    async run(signal) {
      const own = await startGatewayProcess(stuckCameras, signal);
      try {
        await own.play(stuckPerSecond);
        const load = runPinned(loadCore, process.execPath, [measuringProgram('viewers'), own.url, String(stuckViewers), String(stuckSeconds), 'stuck'], signal);
        let most = 0;
        let done = false;
        const end = (): void => void (done = true);
        load.then(end, end);
        while (!done) {
          await sleep(200);
          const { bufferedBytes, viewers: open } = await own.usage();
          if (open > 0) most = Math.max(most, bufferedBytes / open);
        }
        await load;
        return { bytes: { value: round(most / 1000, 0), note: `the most at any moment, mean of ${stuckViewers}; then the gateway gives it up` } };
      } finally {
        own.close();
      }
    },
  });
}

function anHour({ gateway }: Stage): Part {
  return part<'growth'>({
    name: 'an hour of the gateway',
    seconds: 75,
    figures: { growth: { case: `gateway, an hour of ${wallCameras} cameras, ${watching} viewers`, metric: 'memory growth', unit: 'MB', goal: 20, better: 'lower' } },
    async run(signal) {
      const { url, play, seconds, usage } = await gateway();
      await play(0);
      // An hour before it fills what is bounded: the log's buffers, the newest events, changes kept for those who come back.
      const load = runPinned(loadCore, process.execPath, [measuringProgram('viewers'), url, String(watching), '70'], signal).catch(() => undefined);
      await seconds(hourSeconds / 2);
      const before = await bytesAtRest(usage);
      await seconds(hourSeconds);
      const after = await bytesAtRest(usage);
      void load;
      return { growth: { value: round((after - before) / 1e6, 2), note: `${hourSeconds * wallCameras} records as fast as they go; ${round(after / 1e6, 0)} MB at the end, at rest, after collecting garbage` } };
    },
  });
}

/** What the gateway holds once all that was sent has left it. */
async function bytesAtRest(usage: () => Promise<GatewayUsage>): Promise<number> {
  let least = Infinity;
  for (let reading = 0; reading < restReadings; reading++) {
    await sleep(restMs);
    const { heapBytes } = await usage();
    least = Math.min(least, heapBytes);
  }
  return least;
}
