import type { StoredRecord } from '@sightline/runtime/log/log';
import { parseSite } from '@sightline/runtime/site-load';
import type { ResultsRecord, ZoneEvent } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { compileRules } from './compile.js';
import { createEvaluator } from './evaluate.js';
import { journeysEnded } from './journey.js';

const start = 1_700_000_000_000_000;
let n = 0;

function at(zone: string, passed: readonly string[], kind: ZoneEvent['kind'] = 'crossed'): ZoneEvent {
  return { id: String(n++), kind, zone, zoneKind: 'line', at: start, track: 'a', passed };
}

function record(offset: number, events: readonly ZoneEvent[]): StoredRecord {
  const capturedAt = start + offset * 1e6;
  const value: Partial<ResultsRecord> = { v: 1, input: { camera: 'hall', epoch: 1, seq: offset, capturedAt } as ResultsRecord['input'], events, samples: [{ zone: 'exit', zoneKind: 'line', at: capturedAt, measures: { in: 0, out: 0 }, coverage: 1 }] };
  return { key: 'hall', value: Buffer.from(JSON.stringify(value)), offset, topic: 'results', partition: 0 } as unknown as StoredRecord;
}

const file = (when: string): string => `
cameras: [{ name: hall, source: a.mp4 }]
zones:
  - { kind: area, name: spirits, polygon: [[0, 0], [0.2, 0], [0.2, 0.2]] }
  - { kind: queue, name: till-1, polygon: [[0.4, 0], [0.6, 0], [0.6, 0.2]] }
  - { kind: line, name: exit, line: [[0, 0.9], [1, 0.9]] }
  - { kind: shelf, name: rum, facings: [{ name: a, polygon: [[0.4, 0], [0.6, 0], [0.6, 0.2]] }] }
rules: [{ name: unpaid, when: "${when}" }]
`;

describe('a rule about a journey', () => {
  const unpaid = { path: ['spirits', 'exit'], without: ['till-1', 'till-2'] };

  it.each([
    [['spirits'], 1],
    [['entrance', 'spirits', 'aisle'], 1],
    [['spirits', 'till-2'], 0],
    [['till-1', 'spirits'], 1],
    [['spirits', 'till-1', 'spirits'], 1],
    [['entrance'], 0],
    [[], 0],
    [['spirits', 'exit'], 1],
    [['spirits', 'till-1', 'exit'], 0],
  ] as const)('asks what was passed before the exit: %j', (passed, count) => {
    expect(journeysEnded(unpaid, [at('exit', passed)])).toBe(count);
  });

  it('is settled by the last zone only, when it is entered', () => {
    expect(journeysEnded(unpaid, [at('aisle', ['spirits']), at('exit', ['spirits'], 'left')])).toBe(0);
    expect(journeysEnded({ path: ['a', 'b', 'c'], without: [] }, [at('c', ['a', 'x', 'b']), at('c', ['b', 'a'])])).toBe(1);
  });

  it('fires when somebody reaches the end of the way, and is over some seconds later', () => {
    const { site, mistakes } = parseSite(file('spirits -> exit without till-1'));
    expect(mistakes).toEqual([]);
    const evaluator = createEvaluator({ at: { topic: 'results', partition: 0 }, history: new Map() });
    evaluator.configure(compileRules(site!));
    const said = Array.from({ length: 30 }, (_, k) => evaluator.record(record(k, k === 5 ? [at('exit', ['spirits', 'till-1'])] : k === 8 ? [at('exit', ['spirits'])] : []))).flat();
    expect(said.map((alert) => [alert.record.state, alert.record.subject, alert.record.value, alert.input.offset])).toEqual([['firing', 'exit', 1, 8], ['resolved', 'exit', 0, 19]]);
    expect(said[0]!.record).toMatchObject({ rule: 'unpaid', camera: 'hall', measure: 'journeys', condition: 'spirits -> exit without till-1' });
  });

  it.each([
    ['spirits -> exitt', 'there is no zone "exitt"'],
    ['rum -> exit', '"rum" is a shelf zone, through which nobody passes'],
    ['spirits ->', 'a condition reads zone.measure op number'],
  ])('is refused when it is wrong: %s', (when, message) => {
    const { mistakes } = parseSite(file(when));
    expect(mistakes.map((mistake) => JSON.stringify(mistake)).join()).toContain(JSON.stringify(message).slice(1, -1));
  });
});
