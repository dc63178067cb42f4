/**
 * Shares a fixed number of places among lanes, in turn: a lane that has much to do gets one place at a time, then the
 * next lane has its turn.
 */
export interface Turn {
  /** Begins the lane's next piece of work, or answers null when there is none. */
  begin(): Work | null;
}

export interface Work {
  /** Settles when the lane may begin its next piece. */
  readonly begun: Promise<void>;
  /** Settles when the place is free again. */
  readonly done: Promise<void>;
}

export class Turns {
  readonly #places: number;
  readonly #ready: Turn[] = [];
  readonly #busy = new Set<Turn>();
  #running = 0;

  constructor(places: number) {
    this.#places = places;
  }

  /** Says that the lane has something to begin. */
  ask(lane: Turn): void {
    if (this.#busy.has(lane)) return;
    this.#busy.add(lane);
    this.#ready.push(lane);
    this.#pump();
  }

  #pump(): void {
    while (this.#running < this.#places) {
      const lane = this.#ready.shift();
      if (!lane) return;
      const work = lane.begin();
      if (!work) {
        this.#busy.delete(lane);
        continue;
      }
      this.#running += 1;
      void work.begun.then(() => {
        this.#ready.push(lane);
        this.#pump();
      });
      void work.done.then(() => {
        this.#running -= 1;
        this.#pump();
      });
    }
  }
}
