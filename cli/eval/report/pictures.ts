import { execFile } from 'node:child_process';
import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';

/**
 * One frame of a clip as a JPEG, for people to look at; null when there is none at that time.
 *
 *     const jpeg = await frameAt('plaza.avi', 12.4);
 */
const pictureWidth = 640;
/** ffmpeg's scale, 2 best to 31 worst. */
const quality = 4;
const largestPictureBytes = 8 * 2 ** 20;
/** Seeking in a damaged file can take forever. */
const timeoutMs = 30_000;
/** The last frame lies before the end that a label names. */
const stepBackSeconds = 0.5;

export async function frameAt(clip: string, seconds: number): Promise<Buffer | null> {
  const ffmpeg = await findFfmpeg();
  for (const at of [seconds, seconds - stepBackSeconds]) {
    const jpeg = await grab(ffmpeg.path, clip, Math.max(0, at));
    if (jpeg) return jpeg;
  }
  return null;
}

function grab(ffmpeg: string, clip: string, seconds: number): Promise<Buffer | null> {
  // A still picture has no time to seek to: ffmpeg would find nothing in it.
  const seek = seconds > 0 ? ['-ss', seconds.toFixed(3)] : [];
  const args = ['-v', 'error', ...seek, '-i', `file:${clip}`, '-frames:v', '1', '-vf', `scale=${pictureWidth}:-2`, '-q:v', String(quality), '-f', 'image2pipe', '-c:v', 'mjpeg', 'pipe:1'];
  return new Promise((resolve) => {
    execFile(ffmpeg, args, { encoding: 'buffer', maxBuffer: largestPictureBytes, timeout: timeoutMs }, (error, stdout) => resolve(error || stdout.length === 0 ? null : stdout));
  });
}
