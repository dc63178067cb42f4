import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';

export const clips = path.resolve(process.env['SIGHTLINE_DATA'] ?? path.join(import.meta.dirname, '../../../shared/data'), 'clips');

/** Media are made by the ffmpeg that is installed with the packages, whichever one FFMPEG_PATH puts to the test. */
const installed = { PATH: process.env['PATH'] };

/** A folder for media that a test makes; removed by `remove`. */
export function mediaFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-media-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs ffmpeg to make a file. */
export async function make(...args: string[]): Promise<void> {
  const { path: ffmpeg } = await findFfmpeg(installed);
  await promisify(execFile)(ffmpeg, ['-v', 'error', '-nostdin', '-y', ...args]);
}

/** Starts an ffmpeg that serves until it is killed. */
export async function serve(...args: string[]): Promise<ChildProcess> {
  const { path: ffmpeg } = await findFfmpeg(installed);
  return spawn(ffmpeg, ['-v', 'error', '-nostdin', ...args], { stdio: 'ignore' });
}
