import type { Log } from '@sightline/runtime/log/log';
import type { Store } from '@sightline/runtime/store/store';
import type { LivePart, LiveParts } from '@sightline/schemas';

/**
 * Asks log and store every two seconds whether they answer, and says when that changes.
 *
 *     const parts = watchParts({ log, store, logProblem: () => consumer.problem(), now, changed: (parts) => state.parts(parts) });
 */
export interface PartsWatch {
  current(): LiveParts;
  close(): void;
}

export interface WatchPartsOptions {
  readonly log: Pick<Log, 'offsets'>;
  readonly store: Pick<Store, 'query'>;
  /** What ended the gateway's own subscription; null while it runs. */
  readonly logProblem: () => string | null;
  readonly now: () => number;
  readonly changed: (parts: LiveParts) => void;
}

const everyMs = 2000;
/** A part that does not answer within this time is away: a page's own question would wait longer than anyone does. */
const patienceMs = 3000;

export function watchParts({ log, store, logProblem, now, changed }: WatchPartsOptions): PartsWatch {
  const started: LivePart = { state: 'ok', since: now() };
  let parts: LiveParts = { log: started, store: started };
  const stops = [
    ask(async () => void (await log.offsets({ topic: 'results', partition: 0 })), (ok) => set('log', ok && logProblem() === null)),
    ask(async () => void (await store.query('SELECT 1', {}, { timeoutSeconds: patienceMs / 1000 })), (ok) => set('store', ok)),
  ];

  function set(name: keyof LiveParts, ok: boolean): void {
    const state = ok ? 'ok' : 'lost';
    if (parts[name].state === state) return;
    parts = { ...parts, [name]: { state, since: now() } };
    changed(parts);
  }

  return { current: () => parts, close: () => stops.forEach((stop) => stop()) };
}

/** One question at a time: one that hangs is not joined by others, and its late answer counts. */
function ask(question: () => Promise<void>, tell: (ok: boolean) => void): () => void {
  let stopped = false;
  let next: NodeJS.Timeout | undefined;
  const once = (): void => {
    const late = setTimeout(() => stopped || tell(false), patienceMs);
    const answered = (ok: boolean): void => {
      clearTimeout(late);
      if (stopped) return;
      tell(ok);
      next = setTimeout(once, everyMs);
    };
    question().then(
      () => answered(true),
      () => answered(false),
    );
  };
  once();
  return () => {
    stopped = true;
    clearTimeout(next);
  };
}
