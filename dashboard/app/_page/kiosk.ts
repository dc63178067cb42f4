'use client';

import { createContext, useContext, useEffect, useState } from 'react';

/** `?kiosk=1`: a wall screen without navigation that stays awake. */
export const KioskContext = createContext(false);

export function useKiosk(): boolean {
  return useContext(KioskContext);
}

export function useKioskFromUrl(): boolean {
  const [kiosk, setKiosk] = useState(false);
  useEffect(() => {
    setKiosk(new URLSearchParams(location.search).get('kiosk') === '1');
  }, []);
  useEffect(() => {
    if (!kiosk || !('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const stayAwake = (): void => {
      if (document.visibilityState !== 'visible') return;
      navigator.wakeLock.request('screen').then(
        (granted) => {
          if (over) void granted.release();
          else lock = granted;
        },
        () => undefined,
      );
    };
    stayAwake();
    document.addEventListener('visibilitychange', stayAwake);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', stayAwake);
      void lock?.release();
    };
  }, [kiosk]);
  return kiosk;
}
