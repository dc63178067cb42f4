import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';

/** A clip under worse conditions: made once with ffmpeg, kept in a folder. */
export interface Disturbance {
  /** ffmpeg's filter graph. */
  readonly filter: string;
  /** Quality of the JPEG frames it is stored as; the better default hardly shows. */
  readonly jpeg?: number;
}

/** Factor on every channel, clipped as a sensor clips. */
const gain = (red: number, green: number, blue: number): string => `lutrgb=r='clip(val*${red},0,255)':g='clip(val*${green},0,255)':b='clip(val*${blue},0,255)'`;

export const disturbances: Readonly<Record<string, Disturbance>> = {
  dim: { filter: gain(0.6, 0.6, 0.6) },
  bright: { filter: gain(1.6, 1.6, 1.6) },
  cast: { filter: gain(1.15, 1, 0.8) },
  // ffmpeg's scale of quality: 13 gives files of the size that libjpeg's quality 30 gives.
  jpeg: { filter: 'null', jpeg: 13 },
  // Up to three pixels to and fro, never twice the same way.
  shake: { filter: "pad=iw+6:ih+6:3:3,crop=iw-6:ih-6:x='3+round(3*sin(n*2.1))':y='3+round(3*cos(n*3.7))'" },
};

/** Nearly without loss. */
const fine = 2;
const longest = 300_000;

export async function disturbed(file: string, name: string, { filter, jpeg = fine }: Disturbance, folder: string): Promise<string> {
  const made = path.join(folder, `${path.parse(file).name}-${name}.avi`);
  if (existsSync(made)) return made;
  await mkdir(folder, { recursive: true });
  const { path: ffmpeg, passthrough } = await findFfmpeg();
  const unfinished = path.join(folder, `${process.pid}-${path.basename(made)}`);
  await promisify(execFile)(ffmpeg, ['-v', 'error', '-y', '-i', file, ...passthrough, '-vf', filter, '-c:v', 'mjpeg', '-q:v', String(jpeg), '-an', unfinished], { timeout: longest });
  await rename(unfinished, made);
  return made;
}
