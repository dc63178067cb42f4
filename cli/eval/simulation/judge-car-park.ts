import type { FrameInput } from '@sightline/schemas';
import { createZone } from '@sightline/workers/zones/create';
import type { Figure } from '../../figures.js';
import { carPark, simulateCarPark, type CarParkScenario, type Stay } from './car-park.js';

/** A simulated car park held against what was true, stall by stall and minute by minute. */
const epoch = 1_767_225_600_000;
const second = 1_000_000;

export function judgeCarPark(label: string, scenario: CarParkScenario): Figure[] {
  const zone = createZone(carPark);
  const stays: Stay[] = [];
  const said: { readonly part: string; readonly kind: string; readonly at: number }[] = [];
  let seq = 0;
  for (const { at, detections } of simulateCarPark(scenario, stays)) {
    const input: FrameInput = {
      camera: 'eval',
      epoch,
      seq,
      capturedAt: epoch * 1000 + at * second,
      recording: true,
      state: 'inferred',
      quality: { brightness: 128, contrast: 50, sharpness: 10, state: 'ok' },
      motion: [0, 0],
      dropped: {},
      site: 'eval',
      model: 'simulated',
      aspect: 16 / 9,
      detections,
    };
    const { events } = zone.step({ input, tracks: [], ended: [], seconds: seq++ === 0 ? 0 : scenario.secondsPerFrame });
    for (const event of events) said.push({ part: event.part!, kind: event.kind, at: (event.at - epoch * 1000) / second });
  }
  const end = scenario.hours * 3600;
  const truth = carPark.stalls.map((_, stall) => stays.filter((stay) => stay.stall === stall));
  const told = carPark.stalls.map(({ name }) => intervals(said.filter(({ part }) => part === name), end));
  let exact = 0;
  let total = 0;
  // The first minute belongs to a zone that has only begun to look.
  for (let minute = 1; minute < end / 60; minute++) {
    const at = minute * 60 + 30;
    truth.forEach((trueStays, stall) => {
      total += 1;
      const taken = trueStays.some(({ from, to }) => from <= at && at < to);
      if (taken === told[stall]!.some(({ from, to }) => from <= at && at < to)) exact += 1;
    });
  }
  const of = (metric: string, value: number, more: Partial<Figure> = {}): Figure => ({ case: label, metric, value, unit: '', ...more });
  return [
    of('exact stall-minutes', (100 * exact) / total, { unit: '%', goal: 99.5 }),
    of('true', stays.length),
    of('parked', said.filter(({ kind }) => kind === 'parked').length),
    of('departed true', stays.filter(({ to }) => to < end).length),
    of('departed', said.filter(({ kind }) => kind === 'departed').length),
  ];
}

function intervals(changes: readonly { readonly kind: string; readonly at: number }[], end: number): { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const { kind, at } of changes) {
    if (kind === 'parked') found.push({ from: at, to: end });
    else if (found.length > 0) found.at(-1)!.to = at;
  }
  return found;
}
