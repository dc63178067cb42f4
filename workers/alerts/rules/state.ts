import type { CompiledRule } from './compile.js';

/**
 * The life of one rule as a fold over its measure in event time: idle → pending → firing → idle. A value that is unknown
 * neither fires nor resolves, and unknown time counts towards nothing.
 *
 *     const state = idle();
 *     const change = step(state, rule, { at, value: 5, offset }); // 'pending'
 */
export interface RuleState {
  phase: 'idle' | 'pending' | 'firing';
  /** µs: when the condition began; names the alert. Meaningful unless idle. */
  since: number;
  /** Known seconds for which the condition has held (pending), or has not held (firing). */
  seconds: number;
  /** What was known last, and when (µs). */
  truth: boolean | null;
  at: number | null;
  /** Offset of the input at which the running time began: a replay from there finds the same state. null: none runs. */
  anchor: number | null;
}

export interface RuleInput {
  /** µs event time. */
  readonly at: number;
  readonly value: number | null;
  readonly offset: number;
}

/** What a step led to; `lapsed` is a pending rule whose condition ended before it fired. */
export type RuleChange = 'pending' | 'firing' | 'resolved' | 'lapsed';

const microseconds = 1e6;

export function idle(): RuleState {
  return { phase: 'idle', since: 0, seconds: 0, truth: null, at: null, anchor: null };
}

export function step(state: RuleState, rule: CompiledRule, { at, value, offset }: RuleInput): RuleChange | null {
  const truth = value === null || !Number.isFinite(value) ? null : rule.test(value);
  const elapsed = state.at === null ? 0 : (at - state.at) / microseconds;
  const known = truth !== null && truth === state.truth && elapsed >= 0 && elapsed <= rule.longestGap ? elapsed : 0;
  const change = truth === null ? null : advance(state, rule, truth, known, at, offset);
  state.truth = truth;
  state.at = at;
  return change;
}

function advance(state: RuleState, { rule }: CompiledRule, truth: boolean, known: number, at: number, offset: number): RuleChange | null {
  if (state.phase === 'idle') {
    if (!truth) return null;
    Object.assign(state, { phase: rule.for === 0 ? 'firing' : 'pending', since: at, seconds: 0, anchor: rule.for === 0 ? null : offset });
    return rule.for === 0 ? 'firing' : 'pending';
  }
  if (state.phase === 'pending') {
    if (!truth) return settle(state, 'idle', 'lapsed');
    state.seconds += known;
    return state.seconds >= rule.for ? settle(state, 'firing', 'firing') : null;
  }
  if (truth) {
    state.seconds = 0;
    state.anchor = null;
    return null;
  }
  state.anchor ??= offset;
  state.seconds += known;
  return state.seconds >= rule.clearFor ? settle(state, 'idle', 'resolved') : null;
}

function settle(state: RuleState, phase: RuleState['phase'], change: RuleChange): RuleChange {
  state.phase = phase;
  state.seconds = 0;
  state.anchor = null;
  return change;
}
