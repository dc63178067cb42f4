import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Ffmpeg } from './binary.js';
import { decodeArguments, outputs, thumbnail, type DecodePlan } from './command.js';
import { FrameAssembler } from './assembler.js';
import { StderrReader, type StderrSummary } from './stderr.js';
import { guardProcess } from './watchdog.js';
import type { BufferPool } from '../pool.js';
import { closeQuietly, readInto, type FramePipes } from './frame-pipes.js';

/** One frame as ffmpeg gave it. `thumb` is lent for the time of the call; `pixels` are handed over. */
export interface DecodedFrame {
  /** rgb24, row by row, of the analysis size; null for the frames that a resumed recording skips. */
  readonly pixels: Uint8Array | null;
  /** Grey, 96×54. */
  readonly thumb: Uint8Array;
  /** µs of the source's own time. */
  readonly pts: number;
}

export interface DecodeOptions {
  readonly ffmpeg: Ffmpeg;
  readonly plan: DecodePlan;
  /** PNG of the privacy mask, if the plan is masked. */
  readonly mask?: Uint8Array;
  readonly pool: BufferPool;
  /** Where frames come through; default pipes of Node's own. */
  readonly pipes?: FramePipes | null;
  readonly frame: (frame: DecodedFrame) => void;
  /** The size of the source's pictures changed in mid-stream. */
  readonly resized?: (width: number, height: number) => void;
}

export interface DecoderEnd extends StderrSummary {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly frames: number;
  /** Why it did not even start. */
  readonly failure?: Error;
  /** Why what it reads could not be fetched. */
  readonly feedError?: unknown;
}

/** One running ffmpeg. */
export interface Decoder {
  readonly pid: number | undefined;
  /** Stops reading pixels, so that ffmpeg waits. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Asks ffmpeg to end, insists after a while. Resolves when the process is gone. */
  stop(): Promise<DecoderEnd>;
  readonly ended: Promise<DecoderEnd>;
}

/** A camera's session is closed properly on SIGTERM; an ffmpeg that hangs longer than this is killed. */
const politeMs = 1000;

export function startDecoder(options: DecodeOptions): Decoder {
  const { ffmpeg, plan, pipes = null } = options;
  const assembler = new FrameAssembler(plan.width * plan.height * 3, thumbnail.width * thumbnail.height, plan.skip, options.pool, options.frame);
  const stderr = new StderrReader(options.resized);
  const child = spawn(ffmpeg.path, decodeArguments(ffmpeg, plan), {
    stdio: [plan.input.feed === undefined ? 'ignore' : 'pipe', pipes?.pixels.writeFd ?? 'pipe', 'pipe', pipes?.thumbnails.writeFd ?? 'pipe', pipes?.times.writeFd ?? 'pipe', plan.masked ? 'pipe' : 'ignore'],
    detached: true,
    windowsHide: true,
  });
  const release = guardProcess(child.pid);
  const streams = child.stdio as readonly (Readable | Writable | null)[];
  let failure: Error | undefined;
  let feedError: unknown;
  let stopping = false;

  const { pixels, drained } = pipes === null ? readStreams(streams as readonly Readable[], assembler, () => stopping) : readPipes(pipes, assembler, () => stopping);
  child.stderr!.on('data', (chunk: Buffer) => stderr.push(chunk));
  for (const stream of streams) stream?.on('error', () => undefined);
  const feeding = new AbortController();
  void plan.input.feed?.(child.stdin!, feeding.signal).catch((error: unknown) => (feedError = error)).finally(() => child.stdin!.end());
  if (plan.masked) (streams[outputs.mask] as Writable).end(options.mask);
  child.on('error', (error) => (failure = error));

  const ended = new Promise<DecoderEnd>((resolve) => {
    const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
      release();
      feeding.abort();
      assembler.close();
      resolve({ code, signal, frames: assembler.frames, ...stderr.summary(), ...(failure === undefined ? {} : { failure }), ...(feedError === undefined ? {} : { feedError }) });
    };
    child.on('close', (code, signal) => void drained.then(() => finish(code, signal)));
    child.on('error', () => child.pid === undefined && finish(null, null));
  });

  return {
    pid: child.pid,
    pause: () => void pixels.pause(),
    resume: () => void (stopping || pixels.resume()),
    stop: async () => {
      stopping = true;
      pixels.resume();
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), politeMs);
      const end = await ended;
      clearTimeout(insist);
      return end;
    },
    ended,
  };
}

interface Reading {
  /** What waits when a recording is to wait. */
  readonly pixels: Readable;
  /** Resolves when all that was written is read. */
  readonly drained: Promise<unknown>;
}

function readPipes(pipes: FramePipes, assembler: FrameAssembler, stopping: () => boolean): Reading {
  for (const { writeFd } of Object.values(pipes) as FramePipes[keyof FramePipes][]) closeQuietly(writeFd);
  const line = new Uint8Array(linesAtOnce);
  const read = [
    readInto(pipes.pixels.readFd, () => assembler.room(), (bytes) => (stopping() ? undefined : assembler.filled(bytes))),
    readInto(pipes.thumbnails.readFd, () => assembler.thumbnailRoom(), (bytes) => (stopping() ? undefined : assembler.thumbnailFilled(bytes))),
    readInto(pipes.times.readFd, () => line, (bytes) => (stopping() ? undefined : assembler.times(line.subarray(0, bytes)))),
  ] as const;
  return { pixels: read[0], drained: Promise.all(read.map((socket) => new Promise<void>((resolve) => socket.on('close', () => resolve())))) };
}

/** Bytes of timestamps that are read at once; a frame's line has some sixty. */
const linesAtOnce = 4096;

function readStreams(streams: readonly Readable[], assembler: FrameAssembler, stopping: () => boolean): Reading {
  const pixels = streams[outputs.pixels]!;
  pixels.on('data', (chunk: Buffer) => (stopping() ? undefined : assembler.pixels(chunk)));
  streams[outputs.thumbnails]!.on('data', (chunk: Buffer) => (stopping() ? undefined : assembler.thumbnails(chunk)));
  streams[outputs.times]!.on('data', (chunk: Buffer) => (stopping() ? undefined : assembler.times(chunk)));
  // The child is closed only after its own outputs.
  return { pixels, drained: Promise.resolve() };
}
