import { open, mkdir, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { SightlineError } from '../../errors.js';
import type { LogRecord, StoredRecord, TopicPartition } from '../log.js';
import { decodeEntry, encodeEntry, entryHeadBytes, entryLength, entryRange } from './entry.js';
import { stored } from './partition-log.js';

/**
 * The files of one partition: append-only segments named by their first offset. What was written survives SIGKILL
 * (the page cache keeps it), with `fsync` a power cut too; a torn tail is cut off when the partition is opened.
 */
export interface JournalOptions {
  readonly folder: string;
  readonly segmentBytes: number;
  readonly fsync: boolean;
  readonly now: () => number;
  readonly report: (problem: string) => void;
}

interface Segment {
  readonly base: number;
  readonly path: string;
  bytes: number;
  /** ms: when it was last written to. */
  writtenAt: number;
}

interface Pending {
  readonly records: readonly LogRecord[];
  readonly resolve: (stored: readonly StoredRecord[]) => void;
  readonly reject: (error: unknown) => void;
}

/** How much of a segment one read takes in: several hundred results records. */
const readChunkBytes = 2 ** 20;
/** Where recent reads stopped, so that the next goes on there. More concurrent readers than this rescan a segment. */
const rememberedCursors = 32;

export class Journal {
  readonly #at: TopicPartition;
  readonly #options: JournalOptions;
  readonly #segments: Segment[] = [];
  readonly #cursors = new Map<number, { segment: Segment; position: number }>();
  #pending: Pending[] = [];
  #flushing: Promise<void> | null = null;
  #handle: FileHandle | null = null;
  #end = 0;

  private constructor(at: TopicPartition, options: JournalOptions) {
    this.#at = at;
    this.#options = options;
  }

  static async open(at: TopicPartition, options: JournalOptions): Promise<Journal> {
    const journal = new Journal(at, options);
    await mkdir(options.folder, { recursive: true });
    const names = (await readdir(options.folder)).filter((name) => name.endsWith('.segment')).sort();
    for (const name of names) {
      const file = path.join(options.folder, name);
      const { size, mtimeMs } = await stat(file);
      journal.#segments.push({ base: Number.parseInt(name, 10), path: file, bytes: size, writtenAt: mtimeMs });
    }
    if (journal.#segments.length === 0) journal.#addSegment(0);
    await journal.#mendTail();
    return journal;
  }

  get begin(): number {
    return this.#segments[0]!.base;
  }

  get end(): number {
    return this.#end;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** Appends as one entry; many calls in one turn share one write. */
  async append(records: readonly LogRecord[]): Promise<readonly StoredRecord[]> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ records, resolve, reject });
      this.#flushing ??= new Promise<void>((done) => setImmediate(done)).then(() => this.#flush());
    });
  }

  /** Records at and behind `from`, at most `max` (whole entries may be cut). */
  async read(from: number, max: number): Promise<readonly StoredRecord[]> {
    const found: StoredRecord[] = [];
    let next = Math.max(from, this.begin);
    while (found.length < max && next < this.#end) {
      const cursor = this.#cursors.get(next) ?? { segment: this.#segmentOf(next), position: 0 };
      const step = await this.#readChunk(cursor.segment, cursor.position, next, max - found.length);
      for (const record of step.records) found.push(record);
      const last = step.records.at(-1);
      if (last) next = last.offset + 1;
      const following = this.#segments[this.#segments.indexOf(cursor.segment) + 1];
      if (!step.atEnd) this.#remember(next, cursor.segment, step.position);
      else if (following) {
        next = Math.max(next, following.base);
        this.#remember(next, following, 0);
      } else break;
    }
    return found;
  }

  /** Deletes whole segments that are too old, or that make the partition larger than `bytes`; never the last one. */
  async retain(limits: { seconds?: number; bytes?: number }): Promise<void> {
    const oldest = limits.seconds === undefined ? -Infinity : this.#options.now() - limits.seconds * 1000;
    while (this.#segments.length > 1 && (this.#segments[0]!.writtenAt < oldest || this.bytes > (limits.bytes ?? Infinity))) {
      await rm(this.#segments.shift()!.path, { force: true });
    }
  }

  /** Every record of every file, in the order of the files: after a crash in mid-rewrite an offset may come twice. */
  async *all(): AsyncGenerator<StoredRecord> {
    for (const segment of this.#segments) {
      for (let position = 0, atEnd = segment.bytes === 0; !atEnd; ) {
        const step = await this.#readChunk(segment, position, 0, Infinity);
        yield* step.records;
        atEnd = step.atEnd || step.position === position;
        position = step.position;
      }
    }
  }

  /** Replaces everything by what `choose` gives once all is written, keeping their offsets (compaction). */
  async rewrite(choose: () => readonly StoredRecord[]): Promise<void> {
    do {
      await this.#settled();
      await new Promise<void>((done) => setImmediate(done));
    } while (this.#flushing);
    const records = choose();
    const end = this.#end;
    const file = path.join(this.#options.folder, 'rewrite');
    const out = await open(file, 'w');
    let bytes = 0;
    for (const record of records) bytes += (await out.write(encodeEntry([record], record.offset, record.appendedAt))).bytesWritten;
    if (this.#options.fsync) await out.sync();
    await out.close();
    const old = this.#segments.splice(0);
    this.#cursors.clear();
    await this.#closeHandle();
    const base = records[0]?.offset ?? end;
    const target = this.#pathOf(base);
    await rename(file, target);
    this.#segments.push({ base, path: target, bytes, writtenAt: this.#options.now() });
    // The last offset may belong to a record that is gone: an empty segment named by the end remembers it.
    if (base !== end) this.#addSegment(end);
    await this.#openLast();
    for (const segment of old) if (segment.path !== target && segment.base !== end) await rm(segment.path, { force: true });
  }

  async close(): Promise<void> {
    await this.#settled();
    await this.#closeHandle();
  }

  async #settled(): Promise<void> {
    while (this.#flushing) await this.#flushing;
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        await this.#write(batch);
      } catch (error) {
        const problem = writeError(error, this.#options.folder);
        for (const { reject } of batch) reject(problem);
      }
    }
    this.#flushing = null;
  }

  async #write(batch: readonly Pending[]): Promise<void> {
    if (this.#segments.at(-1)!.bytes >= this.#options.segmentBytes) {
      await this.#closeHandle();
      this.#addSegment(this.#end);
    }
    const handle = this.#handle ?? (await this.#openLast());
    const segment = this.#segments.at(-1)!;
    const now = this.#options.now();
    let next = this.#end;
    const entries = batch.map(({ records }) => {
      const first = next;
      next += records.length;
      return encodeEntry(records, first, now);
    });
    try {
      let position = segment.bytes;
      for (const group of groups(entries)) {
        const { bytesWritten } = await handle.writev(group, position);
        if (bytesWritten !== total(group)) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
        position += bytesWritten;
      }
      if (this.#options.fsync) await handle.datasync();
    } catch (error) {
      await handle.truncate(segment.bytes).catch(() => undefined);
      throw error;
    }
    segment.bytes += total(entries);
    segment.writtenAt = now;
    let offset = this.#end;
    this.#end = next;
    for (const { records, resolve } of batch) resolve(records.map((record) => stored(this.#at, record, offset++, now)));
  }

  #addSegment(base: number): void {
    this.#segments.push({ base, path: this.#pathOf(base), bytes: 0, writtenAt: this.#options.now() });
  }

  #pathOf(base: number): string {
    return path.join(this.#options.folder, `${String(base).padStart(16, '0')}.segment`);
  }

  async #openLast(): Promise<FileHandle> {
    this.#handle = await open(this.#segments.at(-1)!.path, 'a+');
    return this.#handle;
  }

  async #closeHandle(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
  }

  #segmentOf(offset: number): Segment {
    let found = this.#segments[0]!;
    for (const segment of this.#segments) if (segment.base <= offset) found = segment;
    return found;
  }

  #remember(next: number, segment: Segment, position: number): void {
    this.#cursors.delete(next);
    this.#cursors.set(next, { segment, position });
    if (this.#cursors.size > rememberedCursors) this.#cursors.delete(this.#cursors.keys().next().value!);
  }

  async #readChunk(segment: Segment, position: number, from: number, max: number): Promise<{ records: StoredRecord[]; position: number; atEnd: boolean }> {
    const records: StoredRecord[] = [];
    const bytes = await readAt(segment.path, position, Math.min(readChunkBytes, segment.bytes - position));
    let at = 0;
    while (at < bytes.length && records.length < max) {
      let entry = bytes.subarray(at);
      const length = entryLength(entry, 0);
      if (length === null) {
        if (entry.length >= entryHeadBytes) {
          this.#options.report(`${segment.path} is damaged at byte ${position + at}; the rest of the segment is skipped`);
          return { records, position: segment.bytes, atEnd: true };
        }
        break;
      }
      if (length > entry.length) {
        if (at > 0) break;
        entry = await readAt(segment.path, position, length);
      }
      entry = entry.subarray(0, length);
      const decoded = entry.length === length ? decodeEntry(entry, this.#at) : null;
      if (!decoded) this.#options.report(`${segment.path}: the entry at byte ${position + at} is damaged and is skipped`);
      const wanted = (decoded ?? []).filter((record) => record.offset >= from);
      for (const record of wanted.slice(0, max - records.length)) records.push(record);
      if (wanted.length > 0 && records.at(-1) !== wanted.at(-1)) return { records, position: position + at, atEnd: false };
      at += length;
    }
    return { records, position: position + at, atEnd: position + at >= segment.bytes };
  }

  /** Finds the end of the last segment and cuts off what a crash tore. */
  async #mendTail(): Promise<void> {
    const segment = this.#segments.at(-1)!;
    this.#end = segment.base;
    const handle = await open(segment.path, 'a+');
    this.#handle = handle;
    let good = 0;
    while (good < segment.bytes) {
      const head = await readAt(segment.path, good, Math.min(readChunkBytes, segment.bytes - good));
      const length = entryLength(head, 0);
      if (length === null || good + length > segment.bytes) break;
      const entry = length > head.length ? await readAt(segment.path, good, length) : head.subarray(0, length);
      if (!decodeEntry(entry, this.#at)) break;
      const { first, count } = entryRange(entry, 0);
      this.#end = first + count;
      good += length;
      good += this.#walk(head.subarray(entry.length), segment.bytes - good);
    }
    if (good < segment.bytes) {
      this.#options.report(`${segment.path}: the last ${segment.bytes - good} bytes were torn and are cut off`);
      await handle.truncate(good);
      segment.bytes = good;
    }
  }

  /** Bytes of whole, sound entries at the beginning of a chunk that was read already. */
  #walk(bytes: Buffer, left: number): number {
    let at = 0;
    for (;;) {
      const length = entryLength(bytes, at);
      if (length === null || at + length > bytes.length || at + length > left) return at;
      const entry = bytes.subarray(at, at + length);
      if (!decodeEntry(entry, this.#at)) return at;
      const { first, count } = entryRange(entry, 0);
      this.#end = first + count;
      at += length;
    }
  }
}

async function readAt(file: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(length);
    const { bytesRead } = await handle.read(bytes, 0, length, position);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** writev takes at most IOV_MAX (1024) buffers. */
function* groups(entries: readonly Buffer[]): Generator<Buffer[]> {
  for (let i = 0; i < entries.length; i += 1000) yield entries.slice(i, i + 1000);
}

function total(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, buffer) => sum + buffer.length, 0);
}

function writeError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new SightlineError('DISK_FULL', `the disk of ${folder} is full`, { cause: error });
  if (code === 'EROFS' || code === 'EACCES') return new SightlineError('DATA_READ_ONLY', `${folder} cannot be written`, { cause: error });
  return error;
}
