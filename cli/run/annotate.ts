import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';
import { SightlineError } from '@sightline/runtime/errors';
import type { ResultsRecord, Zone } from '@sightline/schemas';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { probeVideo } from './probe.js';
import { subtitles } from './subtitles.js';

export interface AnnotateOptions {
  readonly video: string;
  /** The file to write: H.264 in whatever container its name says. */
  readonly to: string;
  readonly zones: readonly Zone[];
  readonly records: () => AsyncIterable<ResultsRecord>;
}

/** Draws boxes, trails, zones and numbers over a recording, at its own size and frame rate. */
export async function annotate({ video, to, zones, records }: AnnotateOptions): Promise<void> {
  const probe = await probeVideo(video);
  if (!probe) throw new SightlineError('SOURCE_UNREADABLE', `${video} cannot be read`);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sightline-annotate-'));
  try {
    const script = path.join(folder, 'results.ass');
    const file = createWriteStream(script);
    for await (const line of subtitles({ width: probe.width, height: probe.height, zones, records: records(), startsAt: await startOf(records()) })) {
      if (!file.write(line)) await once(file, 'drain');
    }
    file.end();
    await once(file, 'finish');
    await burnIn(path.resolve(video), path.resolve(to), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startOf(records: AsyncIterable<ResultsRecord>): Promise<number> {
  for await (const { input } of records) return input.capturedAt;
  return 0;
}

/** Quality that shows no difference at a glance, at a speed that does not keep anybody waiting. */
const encoding = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '21', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'];

async function burnIn(video: string, to: string, folder: string): Promise<void> {
  const ffmpeg = await findFfmpeg();
  // H.264 in 4:2:0 has even sides.
  const filters = 'ass=results.ass,pad=ceil(iw/2)*2:ceil(ih/2)*2';
  const child = spawn(ffmpeg.path, ['-hide_banner', '-nostdin', '-v', 'error', '-i', video, '-an', '-vf', filters, ...encoding, '-y', to], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new SightlineError('SOURCE_UNREADABLE', `the annotated video ${to} could not be written: ${said.trim().split('\n').at(-1) ?? ''}`, { remedy: 'choose a name that ends in .mp4 or .mkv, in a folder that can be written' });
}
