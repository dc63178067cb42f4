import { useSyncExternalStore } from 'react';

/** One value that components can read and be told about: a change of one zone renders one tile, not the page. */
export interface Atom<T> {
  get(): T;
  set(value: T): void;
  subscribe(listener: () => void): () => void;
}

export function createAtom<T>(first: T): Atom<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const firstValues = new WeakMap<Atom<unknown>, unknown>();

/** The pages are prerendered with every atom at its first value; hydration must see the same. */
export function useAtom<T>(atom: Atom<T>): T {
  if (!firstValues.has(atom as Atom<unknown>)) firstValues.set(atom as Atom<unknown>, atom.get());
  return useSyncExternalStore(atom.subscribe, atom.get, () => firstValues.get(atom as Atom<unknown>) as T);
}

/** What `pick` makes of an atom's value; a change that leaves it the same renders nothing. `first` is what the prerendered page shows. */
export function usePicked<T, P extends string | number | boolean | null>(atom: Atom<T>, pick: (value: T) => P, first: P): P {
  return useSyncExternalStore(atom.subscribe, () => pick(atom.get()), () => first);
}
