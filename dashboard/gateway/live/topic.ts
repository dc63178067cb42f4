import type { LiveData } from '@sightline/schemas';

/**
 * One topic of the live protocol: last values by key, or a list of the newest. Changes are coalesced until they are
 * drained; messages are encoded once, whoever many viewers there are.
 */
export interface Topic {
  readonly name: keyof LiveData;
  /** Seq of the last change that was drained. */
  seq(): number;
  /** Snapshot message at `seq()`, encoded once per seq. */
  snapshot(): Buffer;
  /** Encoded changes after the given seq, oldest first, or null when they are no longer held. */
  since(seq: number): readonly Buffer[] | null;
  /** Encodes what changed since the last drain as the next change; null when nothing did. */
  drain(): Buffer | null;
}

/** A viewer that reconnects within so many changes is given those instead of a snapshot. */
const changesKept = 50;

function createTopic(name: keyof LiveData, snapshotData: () => unknown, takeChanges: () => unknown): Topic {
  let seq = 0;
  let cached: { seq: number; message: Buffer } | null = null;
  const kept: { seq: number; message: Buffer }[] = [];
  return {
    name,
    seq: () => seq,
    snapshot() {
      if (cached?.seq !== seq) cached = { seq, message: encode({ type: 'snapshot', topic: name, seq, data: snapshotData() }) };
      return cached.message;
    },
    since(after) {
      if (after === seq) return [];
      if (after > seq || kept.length === 0 || kept[0]!.seq > after + 1) return null;
      return kept.filter((change) => change.seq > after).map((change) => change.message);
    },
    drain() {
      const data = takeChanges();
      if (data === null) return null;
      seq += 1;
      const message = encode({ type: 'change', topic: name, seq, data });
      kept.push({ seq, message });
      if (kept.length > changesKept) kept.shift();
      return message;
    },
  };
}

function encode(message: unknown): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** Last value by key. What a snapshot shows is what was drained, so that a change never repeats or skips. */
export interface KeyedTopic<T> extends Topic {
  set(key: string, value: T): void;
  get(key: string): T | undefined;
  values(): readonly T[];
  /** Forgets keys for which `keep` is false; viewers are sent a snapshot's worth in the next change of `site`. */
  retain(keep: (value: T) => boolean): void;
}

export function createKeyedTopic<T>(name: 'zones' | 'cameras'): KeyedTopic<T> {
  const all = new Map<string, T>();
  const drained = new Map<string, T>();
  const changed = new Set<string>();
  const topic = createTopic(
    name,
    () => [...drained.values()],
    () => {
      if (changed.size === 0) return null;
      const data = [...changed].map((key) => all.get(key)!);
      for (const key of changed) drained.set(key, all.get(key)!);
      changed.clear();
      return data;
    },
  );
  return {
    ...topic,
    set(key, value) {
      all.set(key, value);
      changed.add(key);
    },
    get: (key) => all.get(key),
    values: () => [...all.values()],
    retain(keep) {
      for (const [key, value] of all) {
        if (keep(value)) continue;
        all.delete(key);
        drained.delete(key);
        changed.delete(key);
      }
    },
  };
}

/** The newest of a list, newest first. */
export interface ListTopic<T> extends Topic {
  add(value: T): void;
  values(): readonly T[];
}

export function createListTopic<T extends { readonly id: string }>(name: 'events', most: number): ListTopic<T> {
  let drained: T[] = [];
  let fresh: T[] = [];
  const topic = createTopic(
    name,
    () => drained,
    () => {
      if (fresh.length === 0) return null;
      const data = fresh;
      drained = [...fresh, ...drained].slice(0, most);
      fresh = [];
      return data;
    },
  );
  return {
    ...topic,
    add(value) {
      fresh.unshift(value);
      if (fresh.length > most) fresh.pop();
    },
    values: () => [...fresh, ...drained].slice(0, most),
  };
}

/** One value as a whole: each change carries all of it. */
export interface WholeTopic<T> extends Topic {
  set(value: T): void;
  value(): T;
}

export function createWholeTopic<T>(name: 'site' | 'alerts' | 'parts', first: T): WholeTopic<T> {
  let value = first;
  let drained = first;
  let changed = false;
  const topic = createTopic(
    name,
    () => drained,
    () => {
      if (!changed) return null;
      changed = false;
      drained = value;
      return value;
    },
  );
  return {
    ...topic,
    set(next) {
      value = next;
      changed = true;
    },
    value: () => value,
  };
}
