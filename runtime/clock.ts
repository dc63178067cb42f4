/**
 * Wall clock, waiting and chance, passed in so that tests can choose them. Nothing in detect, track, zones or drift asks it.
 *
 *     await clock.sleep(1000 * clock.random(), signal);
 */
export interface Clock {
  /** ms since the Unix epoch. */
  now(): number;
  /** Resolves after so many ms, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      signal?.addEventListener('abort', finish, { once: true });
    }),
};
