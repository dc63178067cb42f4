import { siteSchema, type SiteInput } from '@sightline/schemas';
import { describe, expect, test } from 'vitest';
import { compileRules, type CompiledRule } from './compile.js';
import { idle, step } from './state.js';

const start = 1_700_000_000_000_000;

function ruleOf(rule: Partial<NonNullable<SiteInput['rules']>[number]> = {}): CompiledRule {
  const site = siteSchema.parse({
    cameras: [{ name: 'plaza', source: 'plaza.avi' }],
    zones: [{ name: 'till-3', kind: 'queue', camera: 'plaza', polygon: [[0, 0], [1, 0], [1, 1]] }],
    rules: [{ name: 'long-queue', when: 'till-3.length > 4', ...rule }],
  });
  return compileRules(site)[0]!;
}

/** Runs a rule over values at whole seconds; `-` is unknown. Answers `second:change` for each change. */
function run(rule: CompiledRule, values: readonly (number | '-' | null)[], every = 1): string[] {
  const state = idle();
  return values.flatMap((value, i) => {
    if (value === null) return [];
    const change = step(state, rule, { at: start + i * every * 1e6, value: value === '-' ? null : value, offset: i });
    return change ? [`${i * every}:${change}`] : [];
  });
}

const repeat = (value: number | '-' | null, times: number): (number | '-' | null)[] => Array.from({ length: times }, () => value);

describe('a rule', () => {
  test('fires after its condition has held, and resolves after it has not held', () => {
    expect(run(ruleOf({ for: '3s', clearFor: '2s' }), [1, 5, 5, 5, 5, 5, 1, 1, 1])).toEqual(['1:pending', '4:firing', '8:resolved']);
  });

  test('without `for` it fires at once', () => {
    expect(run(ruleOf({ for: 0, clearFor: 0 }), [5, 4])).toEqual(['0:firing', '1:resolved']);
  });

  test('lapses when the condition ends before it fired', () => {
    expect(run(ruleOf({ for: '3s' }), [5, 5, 1, 5, 5, 5, 5])).toEqual(['0:pending', '2:lapsed', '3:pending', '6:firing']);
  });

  test('a condition that comes back while firing begins the clearing anew', () => {
    expect(run(ruleOf({ clearFor: '3s' }), [5, 1, 1, 5, 1, 1, 1, 1])).toEqual(['0:firing', '7:resolved']);
  });

  test('unknown values neither fire nor resolve, and unknown time counts towards nothing', () => {
    expect(run(ruleOf({ for: '3s' }), [5, 5, ...repeat('-', 60), 5, 5, 5])).toEqual(['0:pending', '64:firing']);
    expect(run(ruleOf({ clearFor: '3s' }), [5, 1, ...repeat('-', 60), 1, 1, 1, 1])).toEqual(['0:firing', '65:resolved']);
    expect(run(ruleOf({ for: '3s' }), [...repeat('-', 20)])).toEqual([]);
  });

  test('a gap in the stream is unknown time', () => {
    expect(run(ruleOf({ for: '5s' }), [5, 5, 5, ...repeat(null, 100), 5, 5, 5, 5])).toEqual(['0:pending', '106:firing']);
  });

  test('a camera of one frame in ten seconds is as well known as one of ten frames a second', () => {
    const site = siteSchema.parse({
      cameras: [{ name: 'lot', source: 'lot.jpg', fps: 0.1 }],
      zones: [{ name: 'lot-a', kind: 'area', camera: 'lot', polygon: [[0, 0], [1, 0], [1, 1]] }],
      rules: [{ name: 'full', when: 'lot-a.count > 4', for: '20s' }],
    });
    expect(run(compileRules(site)[0]!, [5, 5, 5, 5], 10)).toEqual(['0:pending', '20:firing']);
  });

  test('a clock that jumps back adds no time', () => {
    const rule = ruleOf({ for: '3s' });
    const state = idle();
    const changes = [0, 1, -100, -99, -98].map((second, offset) => step(state, rule, { at: start + second * 1e6, value: 5, offset }));
    expect(changes).toEqual(['pending', null, null, null, 'firing']);
  });

  test.each([
    ['>', 4, [4, 5], ['1:firing']],
    ['>=', 4, [3, 4], ['1:firing']],
    ['<', 0.5, [0.5, 0.4], ['1:firing']],
    ['<=', 4, [5, 4], ['1:firing']],
    ['==', 0, [1, 0], ['1:firing']],
    ['!=', 0, [0, 2], ['1:firing']],
    ['>', -1.5, [-2, -1], ['1:firing']],
  ])('till-3.length %s %d', (op, limit, values, expected) => {
    expect(run(ruleOf({ when: `till-3.length ${op} ${limit}` }), values)).toEqual(expected);
  });
});

test('equal definitions ignore spaces, severity and receivers', () => {
  const definition = ruleOf().definition;
  expect(ruleOf({ when: 'till-3.length>4', severity: 'critical' }).definition).toBe(definition);
  expect(ruleOf({ for: '1s' }).definition).not.toBe(definition);
});
