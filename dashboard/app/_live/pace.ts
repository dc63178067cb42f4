/**
 * Values that change many times a second are handed on once a second each, and not all at the same moment: a page that renders a
 * hundred numbers at once stands still for as long. The first change after a quiet second is handed on at once.
 *
 *     const pace = createPace<LiveZone>((zone) => atomOf(zone).set(zone), (a, b) => a.value === b.value);
 *     pace.change('door/queue', zone);
 */
export interface Pace<T> {
  change(key: string, value: T): void;
  /** Hands this on now, and forgets what waits for its turn. */
  replace(key: string, value: T): void;
}

const betweenMs = 1000;
/** So many turns a second share what changes all the time: each costs a layout and a paint of its own, however little it shows. */
const turns = 5;

interface Paced<T> {
  readonly turn: number;
  value: T;
  handedAt: number;
  waits: boolean;
}

/** `alike`: a viewer sees no difference but the age; it waits for its turn. */
export function createPace<T>(hand: (value: T) => void, alike: (a: T, b: T) => boolean): Pace<T> {
  const all = new Map<string, Paced<T>>();
  let turn = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  function take(): void {
    turn = (turn + 1) % turns;
    let waiting = false;
    for (const one of all.values()) {
      if (one.waits && one.turn === turn) give(one, one.value);
      waiting ||= one.waits;
    }
    if (waiting) return;
    clearInterval(timer);
    timer = undefined;
  }

  function give(one: Paced<T>, value: T): void {
    one.waits = false;
    one.value = value;
    one.handedAt = performance.now();
    hand(value);
  }

  return {
    change(key, value) {
      const one = all.get(key);
      if (!one) return this.replace(key, value);
      if (!one.waits && performance.now() - one.handedAt >= betweenMs && !alike(one.value, value)) return give(one, value);
      one.value = value;
      one.waits = true;
      timer ??= setInterval(take, betweenMs / turns);
    },
    replace(key, value) {
      let one = all.get(key);
      if (!one) {
        one = { turn: all.size % turns, value, handedAt: 0, waits: false };
        all.set(key, one);
      }
      give(one, value);
    },
  };
}
