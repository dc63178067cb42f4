import { readFileSync } from 'node:fs';
import { labelsSchema, type Labels } from '@sightline/schemas';
import { describe, expect, test } from 'vitest';
import { judgeLabels, saidOf, type Judgement, type Said } from './judge.js';
import { clipTime, labelFigures, summarise } from './summary.js';

const door = { name: 'door', kind: 'line', line: [[0, 0.5], [1, 0.5]] };
const desk = { name: 'desk', kind: 'area', polygon: [[0, 0], [1, 0], [1, 1]] };
const lot = { name: 'lot', kind: 'stalls', stalls: ['a', 'b'].map((name) => ({ name, polygon: [[0, 0], [1, 0], [1, 1]] })) };

function labelsOf(events: readonly object[], changes: object = {}): Labels {
  return labelsSchema.parse({ clip: 'door.mp4', zones: [door, desk, lot], events, ...changes });
}
const crossed = (at: number, changes: Partial<Said> = {}): Said => ({ zone: 'door', kind: 'crossed', at, direction: 'in', ...changes });
const label = (at: number, changes: object = {}): object => ({ zone: 'door', kind: 'crossed', at, direction: 'in', ...changes });
const counts = ({ matched, missed, double, wrongWay, invented }: Judgement): number[] => [matched.length, missed.length, double.length, wrongWay.length, invented.length];
const judge = (events: readonly object[], said: readonly Said[]): number[] => counts(judgeLabels(labelsOf(events), said)[0]!);

describe('judgeLabels: found, missed, twice, the wrong way, invented', () => {
  test.each([
    ['all found', [label(1), label(5)], [crossed(1.2), crossed(4.5)], [2, 0, 0, 0, 0]],
    ['one missed', [label(1), label(5)], [crossed(1)], [1, 1, 0, 0, 0]],
    ['one said twice', [label(1)], [crossed(1), crossed(1.4)], [1, 0, 1, 0, 0]],
    ['one invented', [label(1)], [crossed(1), crossed(9)], [1, 0, 0, 0, 1]],
    ['the wrong way is missed and said wrongly', [label(1)], [crossed(1, { direction: 'out' })], [0, 1, 0, 1, 0]],
    ['any way will do when the label has none', [label(1, { direction: undefined })], [crossed(1, { direction: 'out' })], [1, 0, 0, 0, 0]],
    ['beyond the tolerance is missed and invented', [label(1)], [crossed(2.1)], [0, 1, 0, 0, 1]],
    ['two at once are told apart along the line', [label(1, { along: 0.2 }), label(1, { along: 0.8 })], [crossed(1, { along: 0.25 }), crossed(1, { along: 0.3 })], [1, 1, 1, 0, 0]],
    ['the best pairing is found, not the first', [label(1), label(2)], [crossed(1.5), crossed(0.5)], [2, 0, 0, 0, 0]],
  ])('%s', (_, events, said, expected) => expect(judge(events, said)).toEqual(expected));

  test.each([
    ['found when they overlap by half of both together', 12, 20, [1, 0, 0, 0, 0]],
    ['not when they barely touch', 19, 30, [0, 1, 0, 0, 1]],
    ['not when far too long', 0, 40, [0, 1, 0, 0, 1]],
  ])('visits are %s', (_, at, until, expected) => {
    const [, area] = judgeLabels(labelsOf([{ zone: 'desk', kind: 'visit', at: 10, until: 20 }]), [{ zone: 'desk', kind: 'visit', at, until }]);
    expect(counts(area!)).toEqual(expected);
  });

  test('stalls are told apart by name', () => {
    const judgements = judgeLabels(labelsOf([{ zone: 'lot', kind: 'parked', at: 3, part: 'a' }]), [{ zone: 'lot', kind: 'parked', at: 3, part: 'b' }]);
    expect(counts(judgements.find(({ zone }) => zone === 'lot')!)).toEqual([0, 1, 0, 0, 1]);
  });

  test('a zone without labels is one in which nothing happens', () => {
    const judgements = judgeLabels(labelsOf([]), [crossed(3)]);
    expect(judgements.map(({ zone, kind, truths, invented }) => [zone, kind, truths, invented.length])).toEqual([
      ['door', 'crossed', 0, 1],
      ['desk', 'visit', 0, 0],
      ['lot', 'parked', 0, 0],
    ]);
  });
});

test('a `left` tells of a visit too', () => {
  const event = { id: '1', zone: 'desk', zoneKind: 'area', kind: 'left', at: 0, seconds: 8, clipSeconds: 20, point: [0.5, 0.5] } as const;
  expect(saidOf([event])).toEqual([
    { zone: 'desk', kind: 'left', at: 20, point: [0.5, 0.5] },
    { zone: 'desk', kind: 'visit', at: 12, until: 20, point: [0.5, 0.5] },
  ]);
});

describe('the words of a manager', () => {
  const sentence = (events: readonly object[], said: readonly Said[]): string => summarise(judgeLabels(labelsOf(events), said)[0]!);
  test.each([
    [[label(1), label(5)], [crossed(1), crossed(1.1), crossed(9), crossed(5, { direction: 'out' })], 'door: counted 1 of 2 crossings, 1 twice, 1 the wrong way, 1 that did not happen.'],
    [[label(1)], [crossed(1)], 'door: counted 1 of 1 crossing.'],
    [[], [], 'door: nothing happened, and nothing was counted.'],
    [[], [crossed(1)], 'door: nothing happened, 1 that did not happen.'],
  ])('%#', (events, said, expected) => expect(sentence(events, said)).toBe(expected));

  test('stand beside figures', () => {
    const [judgement] = judgeLabels(labelsOf([label(1), label(5), label(9), label(13)]), [crossed(1.5), crossed(5), crossed(9), crossed(20)]);
    const figures = Object.fromEntries(labelFigures(judgement!).map(({ metric, value }) => [metric, value]));
    expect(figures).toEqual({ true: 4, found: 3, recall: 75, precision: 75, false: 1, double: 0, 'wrong way': 0, 'count error': 0, 'time error': 0.5 / 3 });
  });
});

describe('labels', () => {
  test('of docs/evaluation.md are valid', () => {
    const page = readFileSync(new URL('../../../docs/evaluation.md', import.meta.url), 'utf8');
    const example = /```json\n([\s\S]*?)```/.exec(page)![1]!;
    expect(labelsSchema.parse(JSON.parse(example)).events.map(({ at }) => at)).toEqual([4.5, 75, 6]);
  });

  test('take times as a player shows them', () => {
    const labels = labelsOf([label(0), { ...label(0), at: '1:15.5' }, { ...label(0), at: '1:02:03' }]);
    expect(labels.events.map(({ at }) => at)).toEqual([0, 75.5, 3723]);
    expect([0, 75.5, 59.96, 3723].map(clipTime)).toEqual(['0:00.0', '1:15.5', '1:00.0', '1:02:03.0']);
  });

  test.each([
    [{ zone: 'dor', kind: 'crossed', at: 1 }, /no zone "dor"/],
    [{ zone: 'door', kind: 'visit', at: 1, until: 2 }, /a line has no "visit"; it has crossed/],
    [{ zone: 'desk', kind: 'visit', at: 1 }, /a visit has an end/],
    [{ zone: 'desk', kind: 'left', at: 1, until: 2 }, /only a visit has an end/],
    [{ zone: 'door', kind: 'crossed', at: 'noon' }, /minutes and seconds/],
    [{ zone: 'door', kind: 'crossed', at: 1, by: 'me' }, /by/],
  ])('%o is a mistake', (event, message) => {
    const parsed = labelsSchema.safeParse({ clip: 'door.mp4', zones: [door, desk], events: [event] });
    expect(JSON.stringify(parsed.error?.issues)).toMatch(message.source.includes('"') ? new RegExp(message.source.replaceAll('"', '\\\\"')) : message);
  });
});
