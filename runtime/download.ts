import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SightlineError } from './errors.js';

/**
 * Fetches a file, resumes what was interrupted, checks what came, and falls back to the next source.
 *
 *     const { sha256 } = await download({
 *       what: 'the demo clip', to: 'data/vtest.avi', sha256: '…',
 *       sources: [{ url: 'https://…/vtest.avi' }, { file: '../shared/data/clips/plaza.avi' }],
 *       onProgress: ({ bytes, total, share, secondsLeft }) => …,
 *     });
 *
 * While it comes the file lies at `<to>.part` (with `<to>.part.json` naming the version it is part of); `to` appears whole
 * or not at all. Errors: DOWNLOAD_FAILED naming every source and its reason, CHECKSUM_MISMATCH, DISK_FULL.
 */
export type DownloadSource =
  | { readonly url: string }
  | { readonly file: string }
  /** Anything else that can write the file, such as taking it out of an archive. */
  | { readonly name: string; write(to: string, signal: AbortSignal | undefined): Promise<void> };

export interface DownloadOptions {
  /** What a person calls it, for messages. */
  readonly what: string;
  readonly to: string;
  /** In the order in which they are tried. */
  readonly sources: readonly DownloadSource[];
  /** Lower-case hex; without it whatever comes is taken, and its sum is in the answer. */
  readonly sha256?: string | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface DownloadProgress {
  readonly bytes: number;
  readonly total: number | null;
  /** 0..1, null while the size is unknown. */
  readonly share: number | null;
  readonly secondsLeft: number | null;
}

export interface Downloaded {
  readonly sha256: string;
  readonly bytes: number;
  /** The source it came from; null when it was there already. */
  readonly from: string | null;
}

/** Attempts per address; each goes on where the last one broke off. */
const attempts = 3;
/** A connection that gives nothing for this long is given up. */
const stallSeconds = 30;
/** Progress is reported at most this often. */
const progressEverySeconds = 0.2;

export async function download(options: DownloadOptions): Promise<Downloaded> {
  const { to, sha256, what, sources, signal } = options;
  const there = await sumOf(to);
  if (there && (sha256 === undefined || there.sha256 === sha256)) return { ...there, from: null };
  await guarded(to, () => mkdir(path.dirname(to), { recursive: true }));
  const reasons: string[] = [];
  let mismatch: SightlineError | null = null;
  for (const source of sources) {
    const from = nameOf(source);
    try {
      await guarded(to, () => bring(source, options));
    } catch (error) {
      if (error instanceof SightlineError && error.code === 'DISK_FULL') throw error;
      if (signal?.aborted) throw error;
      reasons.push(`${from}: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    const came = (await sumOf(`${to}.part`))!;
    if (sha256 !== undefined && came.sha256 !== sha256) {
      await forget(to);
      mismatch = new SightlineError('CHECKSUM_MISMATCH', `${what} from ${from} has sha256 ${came.sha256} (${came.bytes} bytes), not ${sha256}`);
      reasons.push(mismatch.message);
      continue;
    }
    await rename(`${to}.part`, to);
    await forget(to);
    return { ...came, from };
  }
  if (mismatch && sources.length === 1) throw mismatch;
  throw new SightlineError('DOWNLOAD_FAILED', `${what} could not be fetched — ${reasons.join('; ') || 'there is no source'}`);
}

async function bring(source: DownloadSource, options: DownloadOptions): Promise<void> {
  const part = `${options.to}.part`;
  if ('url' in source) return fetchResuming(source.url, options);
  await forget(options.to);
  if ('file' in source) await copyFile(source.file, part);
  else await source.write(part, options.signal);
}

async function fetchResuming(url: string, options: DownloadOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchOnce(url, options);
    } catch (error) {
      const final = error instanceof FinalAnswer || (error as NodeJS.ErrnoException).code === 'ENOSPC' || options.signal?.aborted === true;
      if (final || attempt === attempts) throw error;
    }
  }
}

/** The server said no: asking again gives the same. */
class FinalAnswer extends Error {}

async function fetchOnce(url: string, { to, onProgress, signal }: DownloadOptions): Promise<void> {
  const part = `${to}.part`;
  const begun = await begunPart(part, url);
  const stall = new AbortController();
  let timer = setTimeout(() => stall.abort(), stallSeconds * 1000);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(new Error(`nothing came for ${stallSeconds} s`)), stallSeconds * 1000);
  };
  try {
    const response = await fetch(url, {
      headers: begun ? { range: `bytes=${begun.bytes}-`, 'if-range': begun.version } : {},
      signal: signal ? AbortSignal.any([signal, stall.signal]) : stall.signal,
      redirect: 'follow',
    });
    if (!response.ok || !response.body) throw new (response.status >= 500 ? Error : FinalAnswer)(`the server answered ${response.status} ${response.statusText}`);
    const resumed = begun !== null && response.status === 206;
    const start = resumed ? begun.bytes : 0;
    const length = Number(response.headers.get('content-length') ?? NaN);
    const total = Number.isFinite(length) && !response.headers.has('content-encoding') ? start + length : null;
    const version = response.headers.get('etag') ?? response.headers.get('last-modified');
    if (!resumed) await (version && !version.startsWith('W/') ? writeFile(`${part}.json`, JSON.stringify({ url, version })) : rm(`${part}.json`, { force: true }));
    const meter = progressMeter(start, total, onProgress);
    // Each piece is on the disk before the next is asked for: what came before a break is kept.
    const file = await open(part, resumed ? 'a' : 'w');
    try {
      for await (const piece of response.body) {
        alive();
        await file.writeFile(piece);
        meter.add(piece.length);
      }
    } finally {
      await file.close();
    }
    if (total !== null && meter.bytes() !== total) throw new Error(`${meter.bytes()} of ${total} bytes came`);
    meter.end();
  } catch (error) {
    throw stall.signal.aborted ? (stall.signal.reason as Error) : error instanceof Error && error.cause instanceof Error ? new Error(error.cause.message, { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** What is there of a download that broke off, if the server can go on with that very version. */
async function begunPart(part: string, url: string): Promise<{ bytes: number; version: string } | null> {
  try {
    const note = JSON.parse(await readFile(`${part}.json`, 'utf8')) as { url: string; version: string };
    const { size } = await stat(part);
    return note.url === url && size > 0 ? { bytes: size, version: note.version } : null;
  } catch {
    return null;
  }
}

function progressMeter(start: number, total: number | null, onProgress: DownloadOptions['onProgress']): { add(bytes: number): void; end(): void; bytes(): number } {
  const began = performance.now();
  let bytes = start;
  let reportedAt = 0;
  const report = (now: number): void => {
    reportedAt = now;
    const rate = (bytes - start) / Math.max(0.001, (now - began) / 1000);
    onProgress?.({ bytes, total, share: total === null ? null : total === 0 ? 1 : bytes / total, secondsLeft: total === null || rate === 0 ? null : (total - bytes) / rate });
  };
  return {
    bytes: () => bytes,
    add(more) {
      bytes += more;
      const now = performance.now();
      if (now - reportedAt >= progressEverySeconds * 1000) report(now);
    },
    end: () => report(performance.now()),
  };
}

async function sumOf(file: string): Promise<{ sha256: string; bytes: number } | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return { sha256: hash.digest('hex'), bytes };
}

async function forget(to: string): Promise<void> {
  await rm(`${to}.part`, { force: true });
  await rm(`${to}.part.json`, { force: true });
}

async function guarded<T>(to: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new SightlineError('DISK_FULL', `no space is left for ${to}`, { cause: error });
    if (['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw new SightlineError('DATA_READ_ONLY', `${to} cannot be written`, { cause: error });
    throw error;
  }
}

function nameOf(source: DownloadSource): string {
  return 'url' in source ? source.url : 'file' in source ? source.file : source.name;
}
