import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { SightlineError } from '@sightline/runtime/errors';

/** The ffmpeg that is used, and how its options are called in its version. */
export interface Ffmpeg {
  readonly path: string;
  /** First line of `ffmpeg -version`. */
  readonly version: string;
  /** Keep every frame with its own timestamp: neither repeat nor drop any. */
  readonly passthrough: readonly string[];
  /** Name of the option that bounds waiting for an RTSP server, µs; it was renamed in ffmpeg 5. */
  readonly rtspTimeout: 'stimeout' | 'timeout';
}

/**
 * Finds ffmpeg: FFMPEG_PATH, else PATH, else the one of @ffmpeg-installer/ffmpeg. Throws FFMPEG_MISSING.
 * The answer is kept per path, since asking for the version starts a process.
 */
export async function findFfmpeg(environment: Readonly<Record<string, string | undefined>> = process.env): Promise<Ffmpeg> {
  const chosen = environment['FFMPEG_PATH'];
  if (chosen !== undefined && chosen !== '' && !isExecutable(chosen)) {
    throw new SightlineError('FFMPEG_MISSING', `FFMPEG_PATH is ${chosen}; no program can be run there`);
  }
  const candidate = (chosen === '' ? undefined : chosen) ?? onPath('ffmpeg', environment['PATH'] ?? '') ?? installedFfmpeg();
  if (candidate === undefined) throw new SightlineError('FFMPEG_MISSING', 'there is no ffmpeg: FFMPEG_PATH is not set, PATH has none, and @ffmpeg-installer/ffmpeg is not installed');
  let found = known.get(candidate);
  if (found === undefined) {
    found = describe(candidate);
    known.set(candidate, found);
    found.catch(() => known.delete(candidate));
  }
  return found;
}

const known = new Map<string, Promise<Ffmpeg>>();

async function describe(file: string): Promise<Ffmpeg> {
  let stdout: string;
  try {
    ({ stdout } = await promisify(execFile)(file, ['-hide_banner', '-version'], { timeout: 20_000 }));
  } catch (cause) {
    throw new SightlineError('FFMPEG_MISSING', `${file} does not run`, { cause });
  }
  const libavformat = Number(/libavformat\s+(\d+)\./.exec(stdout)?.[1] ?? 0);
  return {
    path: file,
    version: stdout.slice(0, stdout.indexOf('\n')),
    passthrough: libavformat >= libavformatOfFfmpeg6 ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'],
    rtspTimeout: libavformat >= libavformatOfFfmpeg5 ? 'timeout' : 'stimeout',
  };
}

const libavformatOfFfmpeg5 = 59;
const libavformatOfFfmpeg6 = 60;

function installedFfmpeg(): string | undefined {
  try {
    const installer = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string };
    return isExecutable(installer.path) ? installer.path : undefined;
  } catch {
    return undefined;
  }
}

function onPath(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
