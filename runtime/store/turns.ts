/** Lets so many tasks run at once; the others wait their turn. */
export class Turns {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #whenIdle: (() => void)[] = [];

  constructor(private readonly atOnce: number) {}

  /** Rejects when no turn came within `waitSeconds`. */
  async take<T>(task: () => Promise<T>, waitSeconds?: number): Promise<T> {
    if (this.#running >= this.atOnce) await this.#wait(waitSeconds);
    this.#running += 1;
    try {
      return await task();
    } finally {
      this.#running -= 1;
      const next = this.#waiting.shift();
      if (next) next();
      else if (this.#running === 0) for (const tell of this.#whenIdle.splice(0)) tell();
    }
  }

  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #wait(waitSeconds: number | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const late =
        waitSeconds === undefined
          ? undefined
          : setTimeout(() => {
              this.#waiting.splice(this.#waiting.indexOf(go), 1);
              reject(new Error(`Code: 202. DB::Exception: Too many simultaneous queries: no turn came within ${waitSeconds} s (TOO_MANY_SIMULTANEOUS_QUERIES)`));
            }, waitSeconds * 1000);
      const go = (): void => {
        clearTimeout(late);
        resolve();
      };
      this.#waiting.push(go);
    });
  }
}
