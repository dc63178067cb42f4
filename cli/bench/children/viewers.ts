import { WebSocket } from 'ws';

/** A load of viewers in a process of its own: opens so many live sockets and times how long a value takes to reach each; `stuck`: they take nothing. */
const [url, countText, secondsText, manner] = process.argv.slice(2);
const count = Number(countText);
/** Sockets that open at once. */
const wave = 50;
const settleMilliseconds = 2000;

const latencies: number[] = [];
let measuring = false;
let open = 0;

/** A gateway that is being opened by thousands may cut one off: it is tried again. */
const tries = 3;

async function connect(): Promise<void> {
  for (let left = tries - 1; ; left--) {
    try {
      return await dial();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

function dial(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url!.replace('http', 'ws')}/api/v1/live/socket`, { perMessageDeflate: false });
    socket.on('error', reject);
    socket.on('open', () => {
      open += 1;
      socket.send(JSON.stringify({ type: 'subscribe', topics: ['zones', ...(manner === 'stuck' ? ['cameras', 'events'] : [])] }));
      if (manner === 'stuck') socket.pause();
      resolve();
    });
    socket.on('message', (data: Buffer) => {
      if (!measuring) return;
      const arrived = Date.now();
      // Parsing every message 2,000 times over would measure this process: the first `"at":` (µs) says when it was made.
      const text = data.toString('latin1', 0, 400);
      const made = /"type":"change".*?"at":(\d+)/.exec(text)?.[1];
      if (made !== undefined) latencies.push(arrived - Number(made) / 1000);
    });
  });
}

for (let i = 0; i < count; i += wave) await Promise.all(Array.from({ length: Math.min(wave, count - i) }, connect));
await new Promise((resolve) => setTimeout(resolve, settleMilliseconds));
measuring = true;
await new Promise((resolve) => setTimeout(resolve, Number(secondsText) * 1000));
measuring = false;
latencies.sort((a, b) => a - b);
const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
process.stdout.write(`${JSON.stringify({ open, messages: latencies.length, p50: at(0.5), p99: at(0.99) })}\n`);
process.exit(0);
