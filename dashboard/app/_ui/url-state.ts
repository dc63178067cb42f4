'use client';

import { useCallback, useEffect, useState } from 'react';

/**
 * The state of a page in its address: shareable, and back works. Hydrated with nothing, then read from the address.
 *
 *     const [params, setParams] = useUrlState();
 *     setParams({ camera: 'door' });
 */
export type Params = Readonly<Record<string, string>>;

export function useUrlState(): [Params, (change: Readonly<Record<string, string | null>>) => void, boolean] {
  const [params, setParams] = useState<Params>({});
  const [ready, setReady] = useState(false);

  useEffect(() => {
    const read = (): void => setParams(Object.fromEntries(new URLSearchParams(location.search)));
    read();
    setReady(true);
    window.addEventListener('popstate', read);
    return () => window.removeEventListener('popstate', read);
  }, []);

  const change = useCallback((changed: Readonly<Record<string, string | null>>) => {
    const next = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries(changed)) {
      if (value === null || value === '') next.delete(key);
      else next.set(key, value);
    }
    const query = next.toString();
    // The same state again is no step back to come.
    if (query === new URLSearchParams(location.search).toString()) return;
    window.history.pushState(null, '', query === '' ? location.pathname : `?${query}`);
    setParams(Object.fromEntries(next));
  }, []);

  return [params, change, ready];
}
