import { createAtom, useAtom, usePicked } from './atom';

/** ms since the Unix epoch by the gateway's clock, ticking once a second: ages must not depend on the browser's clock. */
const seconds = createAtom(0);
let offset = 0;

export function setGatewayClock(now: number): void {
  offset = now - Date.now();
  seconds.set(Math.floor(gatewayNow() / 1000) * 1000);
}

export function gatewayNow(): number {
  return Date.now() + offset;
}

export function startClock(): () => void {
  const tick = (): void => seconds.set(Math.floor(gatewayNow() / 1000) * 1000);
  tick();
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}

export function useNow(): number {
  return useAtom(seconds);
}

/** What `pick` makes of now, once a second; while that stays the same nothing is rendered. Of 0 before there is a clock. */
export function useOfNow<P extends string | number | boolean | null>(pick: (now: number) => P): P {
  return usePicked(seconds, pick, pick(0));
}
