import { startBenchSite } from '../dashboard-site.js';
import { simulateSite, type SimulatedSite } from '../store-site.js';

/** Times the questions of the history page through the gateway, on two days of 50 cameras times a scale. Prints `{ rows, p95: { name: ms } }`. */
const scale = Number(process.argv[2] ?? 1);
const runs = 40;
const names = Array.from({ length: 50 }, (_, i) => `camera-${String(i + 1).padStart(2, '0')}`);

let simulated: SimulatedSite | undefined;
let rows = 0;
const site = await startBenchSite(names.length, {
  names,
  async fill(store) {
    simulated = await simulateSite(store, scale, () => undefined);
    [{ rows }] = (await store.query<{ rows: number }>('SELECT toFloat64(sum(p.rows)) AS rows FROM system.parts AS p WHERE active AND database = currentDatabase()')) as [{ rows: number }];
  },
});
const { from, to, camera } = simulated!;
const day = Math.max(from, to - 86_400);
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
const series = (zone: string, measure: string, since: number) => (): string => `/api/v1/history?camera=${camera()}&zone=${zone}&measure=${measure}&from=${iso(since)}&to=${iso(to)}`;
const questions: Readonly<Record<string, () => string>> = {
  'ten minutes': series('till', 'length', to - 600),
  'an hour': series('lounge', 'count', to - 3600),
  'a day': series('till', 'wait', day),
  'crossings of a day': series('entrance', 'in', day),
  'newest events of a zone': () => `/api/v1/events?camera=${camera()}&zone=till&from=${iso(day)}&to=${iso(to)}`,
  'longest waits of a zone': () => `/api/v1/events?camera=${camera()}&zone=till&order=longest&from=${iso(day)}&to=${iso(to)}&limit=8`,
  'heat of an hour': () => `/api/v1/cameras/${camera()}/heat?from=${iso(to - 3600)}&to=${iso(to)}`,
};
const p95: Record<string, number> = {};
for (const [name, question] of Object.entries(questions)) {
  const times: number[] = [];
  for (let i = 0; i <= runs; i++) {
    const began = performance.now();
    const answer = await fetch(site.url + question());
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    // The first one reads what is cold.
    if (i > 0) times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  p95[name] = times[Math.ceil(runs * 0.95) - 1]!;
}
process.stdout.write(`${JSON.stringify({ rows, p95 })}\n`);
await site.close();
process.exit(0);
