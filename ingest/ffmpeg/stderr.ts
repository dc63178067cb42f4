export interface StderrSummary {
  /** The last messages of level error or worse, oldest first. */
  readonly errors: readonly string[];
  /** Pictures that could not be decoded. */
  readonly corrupt: number;
}

/** Enough for the cause and what followed from it. */
const keptErrors = 12;
/** ffmpeg's own lines are shorter; a stream of bytes without line ends must not grow without bound. */
const longestLine = 4096;

/** Reads ffmpeg's messages (`-loglevel repeat+level+verbose`): keeps the errors, counts broken pictures, sees changes of size. */
export class StderrReader {
  #rest = '';
  #corrupt = 0;
  #size: string | undefined;
  readonly #errors: string[] = [];

  constructor(private readonly resized?: (width: number, height: number) => void) {}

  get corrupt(): number {
    return this.#corrupt;
  }

  push(chunk: Uint8Array): void {
    const lines = (this.#rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('utf8')).split(/[\r\n]+/);
    this.#rest = lines.pop()!.slice(-longestLine);
    for (const line of lines) this.#line(line);
  }

  summary(): StderrSummary {
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
    return { errors: this.#errors, corrupt: this.#corrupt };
  }

  #line(line: string): void {
    const size = /\[graph 0 input from stream 0:\d+ @ [^\]]*\].* w:(\d+) h:(\d+) pixfmt:/.exec(line);
    if (size !== null) {
      const seen = `${size[1]}x${size[2]}`;
      if (this.#size !== undefined && this.#size !== seen) this.resized?.(Number(size[1]), Number(size[2]));
      this.#size = seen;
    }
    if (!/\[(error|fatal|panic)\]/.test(line)) return;
    if (/Error while decoding stream|Error submitting packet to decoder|error while decoding MB|corrupt decoded frame/i.test(line)) this.#corrupt++;
    this.#errors.push(line.replace(/\[[^\]]* @ 0x[0-9a-f]+\]\s*/g, '').replace(/\[(error|fatal|panic)\]\s*/, ''));
    if (this.#errors.length > keptErrors) this.#errors.shift();
  }
}
