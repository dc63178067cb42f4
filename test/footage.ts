import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The footage with ground truth that tests are judged on; not part of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.resolve(root, process.env['SIGHTLINE_DATA'] ?? '../shared/data');

/** A file of the footage folder; says loudly when it is missing. */
export function footage(file: string): string {
  const full = path.join(folder, file);
  if (!existsSync(full)) throw new Error(`the footage is missing: ${full}; set SIGHTLINE_DATA to the folder that holds clips/, mot/ and models/`);
  return full;
}

/** The first seconds of a clip, without encoding it anew. */
export async function firstSeconds(clip: string, seconds: number, to: string): Promise<string> {
  const ffmpeg = await findFfmpeg();
  await promisify(execFile)(ffmpeg.path, ['-v', 'error', '-i', footage(clip), '-t', String(seconds), '-c', 'copy', '-y', to]);
  return to;
}
