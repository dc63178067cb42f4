/** Offsets taken in order and finished in any order: everything below `mark` is finished. */
export class Watermark {
  readonly #open: { offset: number; finished: boolean }[] = [];
  #mark = 0;
  #unfinished = 0;

  /** All offsets below are finished. */
  get mark(): number {
    return this.#mark;
  }

  get unfinished(): number {
    return this.#unfinished;
  }

  /** Takes the next offset; the returned function finishes it. */
  take(offset: number): () => void {
    const entry = { offset, finished: false };
    this.#open.push(entry);
    this.#unfinished += 1;
    return () => {
      if (entry.finished) return;
      entry.finished = true;
      this.#unfinished -= 1;
      let gone = 0;
      while (this.#open[gone]?.finished) this.#mark = this.#open[gone++]!.offset + 1;
      if (gone > 0) this.#open.splice(0, gone);
    };
  }
}
