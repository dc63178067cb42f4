import { spawn } from 'node:child_process';
import type { Ffmpeg } from './binary.js';
import { guardProcess } from './watchdog.js';
import type { SourceInput } from '../source/input.js';

/** What a source says about itself. */
export interface Probe {
  /** Size of the picture as it is to be seen: rotated upright, in square pixels. */
  readonly width: number;
  readonly height: number;
  /** Pixels as coded, which is what decoding costs. */
  readonly codedPixels: number;
  /** Frames a second, or null when the source does not say. */
  readonly fps: number | null;
  readonly codec: string;
  /** Seconds, or null for a live source. */
  readonly seconds: number | null;
  /** The seconds are those of the picture: there is no sound that could be longer, and they are not guessed from the bit rate. */
  readonly exactLength: boolean;
  /** ms since the Unix epoch from the tag creation_time, or null. */
  readonly createdAt: number | null;
}

export type ProbeAnswer = { readonly probe: Probe } | { readonly probe: null; readonly said: string; readonly timedOut: boolean; readonly feedError?: unknown };

/** Longest text of ffmpeg's that is kept. */
const longestText = 64 * 1024;

/** Asks ffmpeg what the source holds. Never throws; a failure is the text that ffmpeg printed. */
export async function probeSource(ffmpeg: Ffmpeg, input: SourceInput, timeoutMs: number, signal?: AbortSignal): Promise<ProbeAnswer> {
  const child = spawn(ffmpeg.path, ['-hide_banner', '-nostdin', ...input.options.filter((option) => option !== '-re'), '-i', input.url], {
    stdio: [input.feed === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe'],
    detached: true,
    windowsHide: true,
  });
  const release = guardProcess(child.pid);
  let said = '';
  let timedOut = false;
  child.stderr!.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(0, longestText)));
  child.stdin?.on('error', () => undefined);
  const feeding = new AbortController();
  let feedError: unknown;
  void input.feed?.(child.stdin!, feeding.signal).catch((error: unknown) => (feedError = error)).finally(() => child.stdin!.end());
  const kill = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, timeoutMs);
  signal?.addEventListener('abort', kill, { once: true });
  if (signal?.aborted === true) kill();
  await new Promise<void>((resolve) => {
    child.on('close', () => resolve());
    child.on('error', (error) => {
      said += error.message;
      resolve();
    });
  });
  clearTimeout(timer);
  signal?.removeEventListener('abort', kill);
  release();
  feeding.abort();
  const probe = readProbe(said);
  return probe === null ? { probe, said, timedOut, ...(feedError === undefined ? {} : { feedError }) } : { probe };
}

/** Reads what `ffmpeg -i` prints; null when there is no video stream. Exported for its tests. */
export function readProbe(said: string): Probe | null {
  const stream = /Stream #0:\d+[^\n]*: Video: (?![^\n]*attached pic)([^\s,(]+)([^\n]*)((?:\n {4,}(?!Stream )[^\n]*)*)/.exec(said);
  if (stream === null) return null;
  const [, codec, details, metadata] = stream;
  const size = /, (\d+)x(\d+)/.exec(details!);
  if (size === null) return null;
  const width = Number(size[1]);
  const height = Number(size[2]);
  if (width === 0 || height === 0) return null;
  const [, sarX, sarY] = /SAR (\d+):(\d+)/.exec(details!) ?? [];
  const stretch = Number(sarX) > 0 && Number(sarY) > 0 ? Number(sarX) / Number(sarY) : 1;
  const degrees = Number(/rotation of (-?[\d.]+) degrees/.exec(metadata!)?.[1] ?? /rotate\s*: (-?\d+)/.exec(metadata!)?.[1] ?? 0);
  const seen = { width: Math.max(1, Math.round(width * stretch)), height };
  const lying = Math.abs(Math.round(degrees / 90)) % 2 === 1;
  const [, hours, minutes, seconds] = /Duration: (\d+):(\d+):([\d.]+)/.exec(said) ?? [];
  const created = Date.parse(/creation_time\s*: (\S+)/.exec(said)?.[1] ?? '');
  const fps = Number(/([\d.]+k?) fps/.exec(details!)?.[1] ?? /([\d.]+) tbr/.exec(details!)?.[1] ?? NaN);
  return {
    width: lying ? seen.height : seen.width,
    height: lying ? seen.width : seen.height,
    codedPixels: width * height,
    fps: Number.isFinite(fps) && fps > 0 ? fps : null,
    codec: codec!,
    seconds: seconds === undefined ? null : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds),
    exactLength: !/Stream #0:\d+[^\n]*: Audio:/.test(said) && !/^Input #0, mpeg/m.test(said),
    createdAt: Number.isFinite(created) && created > 0 ? created : null,
  };
}
