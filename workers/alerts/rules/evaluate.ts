import { comparePositions, type AlertRecord, type CameraStatus, type FramePosition, type ResultsRecord } from '@sightline/schemas';
import type { StoredRecord, TopicPartition } from '@sightline/runtime/log/log';
import type { WrittenAlert } from '../record.js';
import type { CompiledRule } from './compile.js';
import type { RuleHistory } from './history.js';
import { journeysEnded } from './journey.js';
import { cameraMeasures } from './measures.js';
import { idle, step, type RuleChange, type RuleState } from './state.js';

/**
 * Evaluates the rules whose values arrive in one partition of `results` or `camera-status`. A fold over that partition: what
 * it has said before, as the history knows, it never says again.
 *
 *     const evaluator = createEvaluator({ at, history: await readHistory(log, at) });
 *     alerts.push(...evaluator.configure(compileRules(site)));
 *     for (const record of batch) alerts.push(...evaluator.record(record));
 */
export interface Evaluator {
  record(record: StoredRecord): readonly WrittenAlert[];
  /** Puts other rules in force. A rule that went or changed while its alert was open resolves it. */
  configure(rules: readonly CompiledRule[]): readonly WrittenAlert[];
  /** Takes cameras from which nothing was heard for a while as offline. `now` in µs. */
  silence(now: number): readonly WrittenAlert[];
  /** Where a replay must begin to find the state that holds before the record at `next`. */
  resumeFrom(next: number): number;
}

export interface EvaluatorOptions {
  readonly at: TopicPartition;
  readonly history: ReadonlyMap<string, RuleHistory>;
  /** What cameras said last, before the first record. */
  readonly statuses?: readonly CameraStatus[];
  /** µs: silence is counted from here at the earliest. */
  readonly startedAt?: number;
  /** Told of records that cannot be read; they are skipped (the sink puts them into dead-letter). */
  readonly unreadable?: (record: StoredRecord) => void;
}

interface Running {
  compiled: CompiledRule;
  readonly state: RuleState;
  /** What the topic holds about it. */
  written: RuleHistory;
  /** Whether the fold has passed everything that was written before. */
  caughtUp: boolean;
}

/** Seconds without a word from a camera's process after which the camera counts as offline. */
const silentAfterSeconds = 30;

export function createEvaluator({ at, history, statuses = [], startedAt = 0, unreadable }: EvaluatorOptions): Evaluator {
  const unclaimed = new Map(history);
  const running = new Map<string, Running>();
  const positions = new Map<string, FramePosition>();
  const lastStatus = new Map(statuses.map((status) => [status.camera, status]));
  let byCamera = new Map<string, Running[]>();
  let lastOffset = Math.max(-1, ...[...history.values()].map(({ high }) => high));

  function feed(one: Running, time: number, value: number | null, offset: number, live: boolean): WrittenAlert[] {
    if (!one.caughtUp && (live || offset > one.written.high)) {
      reconcile(one, offset);
      one.caughtUp = true;
    }
    const change = step(one.state, one.compiled, { at: time, value, offset });
    if (change === null || !one.caughtUp) return [];
    return [write(one, change, time, value, offset)];
  }

  function write(one: Running, change: RuleChange, time: number, value: number | null, offset: number): WrittenAlert {
    const { compiled, state } = one;
    const alert: WrittenAlert = {
      record: recordOf(compiled, change === 'lapsed' ? 'resolved' : change, state.since, time, value),
      input: { ...at, offset },
      definition: compiled.definition,
      to: receivers(one, change, time),
    };
    one.written = { definition: compiled.definition, high: offset, open: change === 'pending' || change === 'firing' ? alert : null };
    return alert;
  }

  function parse<T>(record: StoredRecord): T | null {
    if (!record.value) return null;
    try {
      return JSON.parse(Buffer.from(record.value).toString()) as T;
    } catch {
      unreadable?.(record);
      return null;
    }
  }

  function fromResults(record: StoredRecord): WrittenAlert[] {
    const rules = byCamera.get(record.key);
    if (!rules) return [];
    const results = parse<ResultsRecord>(record);
    if (!results) return [];
    const { camera, epoch, seq } = results.input;
    const mark = positions.get(camera);
    if (mark && comparePositions({ epoch, seq }, mark) <= 0) return [];
    positions.set(camera, { epoch, seq });
    const journeys = rules.flatMap((one) => {
      const ended = one.compiled.journey ? journeysEnded(one.compiled.journey, results.events) : 0;
      // Nobody at the end of the way counts once a second, as a measure does.
      return one.compiled.journey && (ended > 0 || results.samples.length > 0) ? feed(one, results.input.capturedAt, ended, record.offset, false) : [];
    });
    const measured = results.samples.flatMap((sample) =>
      rules.filter(({ compiled }) => !compiled.journey && compiled.subject === sample.zone).flatMap((one) => feed(one, sample.at, sample.measures[one.compiled.measure] ?? null, record.offset, false)),
    );
    return [...measured, ...journeys];
  }

  function fromStatus(record: StoredRecord): WrittenAlert[] {
    const status = parse<CameraStatus>(record);
    if (!status) return [];
    const before = lastStatus.get(status.camera);
    lastStatus.set(status.camera, status);
    const rules = byCamera.get(status.camera);
    if (!rules || (before && before.at > status.at && before.epoch >= status.epoch)) return [];
    const measures = cameraMeasures(status);
    return rules.flatMap((one) => feed(one, status.at * 1000, measures[one.compiled.measure] ?? null, record.offset, false));
  }

  return {
    record(record) {
      lastOffset = record.offset;
      return at.topic === 'results' ? fromResults(record) : fromStatus(record);
    },
    configure(next) {
      const wanted = new Map(next.map((compiled) => [compiled.rule.name, compiled]));
      const closing: WrittenAlert[] = [];
      for (const [name, one] of running) {
        const compiled = wanted.get(name);
        if (compiled && sameRule(compiled, one.compiled)) one.compiled = compiled;
        else {
          running.delete(name);
          closing.push(...close(one.written, lastOffset));
        }
      }
      for (const [name, compiled] of wanted) {
        if (running.has(name)) continue;
        const known = unclaimed.get(name);
        const same = known?.definition === compiled.definition && (known.open === null || known.open.record.camera === compiled.camera);
        if (known && !same) closing.push(...close(known, lastOffset));
        const one: Running = { compiled, state: idle(), written: known && same ? known : unwritten(compiled), caughtUp: false };
        reconcile(one, null);
        running.set(name, one);
      }
      for (const [name, known] of unclaimed) if (!wanted.has(name)) closing.push(...close(known, lastOffset));
      unclaimed.clear();
      byCamera = groupByCamera(running.values());
      return closing;
    },
    silence(now) {
      return [...lastStatus.values()].flatMap((status) => {
        const rules = byCamera.get(status.camera);
        const heardAt = Math.max(status.at * 1000, startedAt);
        if (!rules || status.state === 'ended' || (now - heardAt) / 1e6 < silentAfterSeconds) return [];
        const measures = cameraMeasures({ ...status, at: now / 1000, state: 'offline', fpsGot: 0 });
        return rules.flatMap((one) => feed(one, now, measures[one.compiled.measure] ?? null, lastOffset, true));
      });
    },
    resumeFrom(next) {
      let least = next;
      for (const { state } of running.values()) if (state.anchor !== null) least = Math.min(least, state.anchor);
      return least;
    },
  };
}

function recordOf({ rule, camera, subject, measure }: CompiledRule, state: AlertRecord['state'], since: number, at: number, value: number | null): AlertRecord {
  return { id: `${rule.name}/${since}`, rule: rule.name, state, severity: rule.severity, camera, subject, measure, condition: rule.when, value, since, at };
}

/** Who was told that it fires is told that it is over; nobody else. */
function receivers({ compiled, written }: Running, change: RuleChange, at: number): readonly string[] {
  if (change === 'firing') return compiled.silent(at) ? [] : compiled.rule.to;
  return change === 'resolved' ? (written.open?.to ?? []) : [];
}

/** Resolves the alert of a rule that is no longer in force. */
function close({ definition, open }: RuleHistory, offset: number): WrittenAlert[] {
  if (!open) return [];
  return [{ record: { ...open.record, state: 'resolved', value: null }, input: { ...open.input, offset }, definition, to: open.to }];
}

/** The topic is right about what was said; the fold only adds the time that runs. */
function reconcile(one: Running, offset: number | null): void {
  const { state, written } = one;
  const phase = written.open === null ? 'idle' : written.open.record.state === 'firing' ? 'firing' : 'pending';
  if (written.open) state.since = written.open.record.since;
  if (phase === state.phase) return;
  Object.assign(state, { phase, seconds: 0, anchor: phase === 'pending' ? offset : null });
}

function unwritten({ definition }: CompiledRule): RuleHistory {
  return { definition, high: -1, open: null };
}

function sameRule(a: CompiledRule, b: CompiledRule): boolean {
  return a.definition === b.definition && a.camera === b.camera && a.source === b.source;
}

function groupByCamera(rules: Iterable<Running>): Map<string, Running[]> {
  const groups = new Map<string, Running[]>();
  for (const one of rules) {
    const group = groups.get(one.compiled.camera);
    if (group) group.push(one);
    else groups.set(one.compiled.camera, [one]);
  }
  return groups;
}
