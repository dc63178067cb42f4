'use client';

import { useEffect, useState } from 'react';

type Theme = 'system' | 'light' | 'dark';
/** Read by the script in the layout before the first paint. */
const key = 'sightline.theme';

export function useStoredTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>('system');
  useEffect(() => {
    const now = document.documentElement.dataset['theme'];
    setTheme(now === 'light' || now === 'dark' ? now : 'system');
  }, []);
  return [
    theme,
    (next) => {
      setTheme(next);
      if (next === 'system') delete document.documentElement.dataset['theme'];
      else document.documentElement.dataset['theme'] = next;
      try {
        if (next === 'system') localStorage.removeItem(key);
        else localStorage.setItem(key, next);
      } catch {
        // It then lasts for this visit only.
      }
    },
  ];
}
