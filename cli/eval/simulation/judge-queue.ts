import type { Figure } from '../../figures.js';
import { runZones } from '../events-run.js';
import { queueZone, simulateQueue, type QueueScenario } from './queue.js';

/** Simulated queues, through tracker and zone, held against what was true. */
export const queueScenarios: Readonly<Record<string, Omit<QueueScenario, 'seed' | 'minutes'>>> = {
  'queue M/M/1, 70 % busy': { fps: 5, servers: 1, arrivals: () => 1.05, serviceSeconds: 40, patienceSeconds: 3600 },
  'queue M/M/2, 90 % busy': { fps: 5, servers: 2, arrivals: () => 3.6, serviceSeconds: 30, patienceSeconds: 3600 },
  'queue M/M/3, 95 % busy, impatient': { fps: 5, servers: 3, arrivals: () => 7.1, serviceSeconds: 24, patienceSeconds: 600 },
  'queue, rush to 30 people': { fps: 5, servers: 2, arrivals: (minute) => (minute < 20 ? 2 + 0.35 * minute : minute < 32 ? 3 : 1.5), serviceSeconds: 28, patienceSeconds: 3600 },
};

export function judgeQueue(label: string, scenario: QueueScenario): Figure[] {
  const { footage, truth } = simulateQueue(scenario);
  const { events, samples } = runZones(footage, [queueZone], { every: 1, start: 0 });
  const measured = new Map(samples.map(({ at, measures }) => [Math.round((at - samples[0]!.at) / 1e6), measures]));
  const seconds = truth.length.map((length, second) => ({ length, said: measured.get(second)?.['length'] ?? NaN }));
  const served = events.filter(({ kind }) => kind === 'served');
  const trulyServed = truth.customers.filter((customer) => customer.served);
  const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length);
  const trueWait = mean(trulyServed.map(({ joined, ended }) => ended - joined));
  const wait = mean(served.map((event) => event.seconds ?? 0));
  const pace = scenario.serviceSeconds / scenario.servers;
  const forecasts = trulyServed.flatMap(({ joined, ended, ahead }) => {
    const forecast = measured.get(Math.floor(joined))?.['waitForecast'];
    return forecast === null || forecast === undefined ? [] : [{ error: forecast - (ended - joined), ideal: (ahead === 0 ? 0 : (ahead + 1) * pace) - (ended - joined) }];
  });
  const of = (metric: string, value: number, more: Partial<Figure> = {}): Figure => ({ case: label, metric, value, unit: '', ...more });
  return [
    of('longest', Math.max(...truth.length)),
    of('length within 1', (100 * seconds.filter(({ length, said }) => Math.abs(length - said) <= 1).length) / seconds.length, { unit: '%', goal: 95 }),
    of('length error', mean(seconds.map(({ length, said }) => Math.abs(length - said)))),
    of('true', trulyServed.length),
    of('served', served.length),
    of('abandoned true', truth.customers.length - trulyServed.length),
    of('abandoned', events.filter(({ kind }) => kind === 'abandoned').length),
    of('mean wait true', trueWait, { unit: 's' }),
    of('mean wait', wait, { unit: 's' }),
    of('mean wait error', (100 * Math.abs(wait - trueWait)) / trueWait, { unit: '%', goal: 10, better: 'lower' }),
    of('forecast error', mean(forecasts.map(({ error }) => Math.abs(error))), { unit: 's', better: 'lower' }),
    of('forecast error of who knows the rates', mean(forecasts.map(({ ideal }) => Math.abs(ideal))), { unit: 's' }),
    of('forecast bias', mean(forecasts.map(({ error }) => error)), { unit: 's' }),
  ];
}
