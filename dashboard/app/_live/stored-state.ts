'use client';

import { useEffect, useState } from 'react';

/** A viewer's own preference, kept in this browser. Prerendered and hydrated with `first`. */
export function useStoredState<T>(key: string, first: T): [T, (next: T) => void] {
  const [value, setValue] = useState(first);
  useEffect(() => {
    try {
      const stored = localStorage.getItem(key);
      if (stored !== null) setValue(JSON.parse(stored) as T);
    } catch {
      // A preference that cannot be read is as good as none.
    }
  }, [key]);
  return [
    value,
    (next) => {
      setValue(next);
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // It then lasts for this visit only.
      }
    },
  ];
}
