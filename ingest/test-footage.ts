import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { findFfmpeg } from './ffmpeg/binary.js';
import { thumbnail } from './ffmpeg/command.js';

/** The footage that tests judge by; throws when it is missing, since a test without it would prove nothing. */
export const dataFolder = path.resolve(process.env['SIGHTLINE_DATA'] ?? path.join(import.meta.dirname, '../../shared/data'));
export const clipsFolder = path.join(dataFolder, 'clips');
if (!existsSync(clipsFolder)) throw new Error(`the footage is missing: ${clipsFolder} (set SIGHTLINE_DATA)`);

/** Every thumbnail of a clip, as ingest makes them, after an ffmpeg filter. */
export async function thumbnailsOf(clip: string, filter = 'null'): Promise<Uint8Array[]> {
  const { path: ffmpeg, passthrough } = await findFfmpeg();
  const chain = `${filter},scale=416:-4:flags=bilinear,format=yuv420p,scale=${thumbnail.width}:${thumbnail.height}:flags=bilinear,format=gray`;
  const { stdout } = await promisify(execFile)(ffmpeg, ['-v', 'error', '-nostdin', '-threads', '1', '-i', path.join(clipsFolder, clip), '-vf', chain, ...passthrough, '-f', 'rawvideo', '-'], {
    encoding: 'buffer',
    maxBuffer: 2 ** 28,
  });
  const bytes = thumbnail.width * thumbnail.height;
  return Array.from({ length: stdout.length / bytes }, (_, i) => new Uint8Array(stdout.subarray(i * bytes, (i + 1) * bytes)));
}
