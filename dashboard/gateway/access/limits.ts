/** Bounds on how often: requests of one client, and guesses at one name or from one address. */
export interface RateLimit {
  /** False when the client asks too often. */
  take(client: string, now: number): boolean;
}

/** Clients remembered at once; the longest silent ones are forgotten. */
const clientsKept = 10_000;

export function createRateLimit(perSecond: number, burst: number): RateLimit {
  const clients = new Map<string, { left: number; at: number }>();
  return {
    take(client, now) {
      const known = clients.get(client) ?? { left: burst, at: now };
      const left = Math.min(burst, known.left + (Math.max(0, now - known.at) / 1000) * perSecond);
      clients.delete(client);
      clients.set(client, { left: Math.max(0, left - 1), at: now });
      if (clients.size > clientsKept) clients.delete(clients.keys().next().value!);
      return left >= 1;
    },
  };
}

export interface LockOut {
  /** ms until the next try is heard, 0 when now. */
  waits(key: string, now: number): number;
  failed(key: string, now: number): void;
  succeeded(key: string): void;
}

/** Typing errors are free; then each failure doubles the wait. */
const freeFailures = 4;
const firstWaitSeconds = 15;
const longestWaitSeconds = 900;

export function createLockOut(): LockOut {
  const keys = new Map<string, { failures: number; until: number }>();
  return {
    waits: (key, now) => Math.max(0, (keys.get(key)?.until ?? 0) - now),
    failed(key, now) {
      const failures = (keys.get(key)?.failures ?? 0) + 1;
      const wait = failures <= freeFailures ? 0 : Math.min(longestWaitSeconds, firstWaitSeconds * 2 ** (failures - freeFailures - 1));
      keys.delete(key);
      keys.set(key, { failures, until: now + wait * 1000 });
      if (keys.size > clientsKept) keys.delete(keys.keys().next().value!);
    },
    succeeded: (key) => void keys.delete(key),
  };
}
