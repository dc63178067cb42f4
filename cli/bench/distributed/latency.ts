import type { Figure } from '../../figures.js';
import { BenchSite, pause, quantile } from './site.js';

/** 4 cameras × 10 fps, two workers, well below saturation: from the moment a frame was captured to its record in the log. */
const cameras = 4;
const fps = 10;
const inferenceSeconds = 0.02;
/** Only then is the group at rest and every process warm. */
const warmSeconds = 8;
const measuredSeconds = 30;

export async function latency(brokers: readonly string[]): Promise<Figure[]> {
  const site = await BenchSite.open({ brokers, prefix: 'latency.', cameras, partitions: cameras });
  try {
    await Promise.all([0, 1].map((n) => site.run(`worker-${n}`, { role: 'worker', threads: 1, simulatedSeconds: inferenceSeconds })));
    await site.run('ingest', { role: 'ingest', simulatedSource: { frames: 10 ** 6, fps, live: true } });
    await site.until(cameras * fps, 30);
    await pause(warmSeconds);
    const from = Date.now();
    await pause(measuredSeconds);
    const to = Date.now();
    const whole: number[] = [];
    const stages = new Map<string, number[]>();
    const put = (stage: string, ms: number): number => stages.set(stage, stages.get(stage) ?? []).get(stage)!.push(ms);
    for await (const { at, record } of site.results()) {
      const { timing = {}, input } = record;
      const captured = input.capturedAt / 1000;
      if (captured < from || captured > to) continue;
      const inference = timing['inference'] ?? 0;
      whole.push(at - captured - inference);
      put('to the worker', timing['queued'] ?? 0);
      put('decoding and waiting for a place', (timing['detect'] ?? 0) - inference);
      put('tracking and zones', timing['step'] ?? 0);
      put('into results', at - captured - (timing['queued'] ?? 0) - (timing['detect'] ?? 0) - (timing['step'] ?? 0));
    }
    const name = `${cameras} cameras × ${fps} fps`;
    const row = (metric: string, value: number, more: Partial<Figure> = {}): Figure => ({ case: name, metric, value, unit: 'ms', better: 'lower', ...more });
    return [
      row('p50 beyond inference', quantile(whole, 0.5)),
      row('p95 beyond inference', quantile(whole, 0.95)),
      row('p99 beyond inference', quantile(whole, 0.99), { goal: 250, note: `${whole.length} frames` }),
      ...[...stages].flatMap(([stage, values]) => [0.5, 0.95, 0.99].map((share): Figure => ({ case: `of which ${stage}`, metric: `p${share * 100}`, value: quantile(values, share), unit: 'ms', better: 'lower' }))),
    ];
  } finally {
    await site.close();
  }
}
