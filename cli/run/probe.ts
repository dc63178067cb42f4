import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';
import { probeSource, type Probe } from '@sightline/ingest/ffmpeg/probe';
import type { Camera } from '@sightline/schemas';

/** A file that does not say what it holds within this time holds nothing that can be played. */
const probeSeconds = 20;

/** What a recording says about itself, or null when it cannot be read. */
export async function probeVideo(file: string): Promise<Probe | null> {
  const { probe } = await probeSource(await findFfmpeg(), { url: file, options: [] }, probeSeconds * 1000);
  return probe;
}

/** About how many frames of these recordings will be analysed; undefined when one does not say how long it is. */
export async function expectedFrames(cameras: readonly Camera[]): Promise<number | undefined> {
  let total = 0;
  for (const { source, fps } of cameras) {
    const probe = await probeVideo(source);
    if (!probe) continue;
    if (probe.seconds === null) return undefined;
    total += Math.ceil(probe.seconds * Math.min(fps, probe.fps ?? fps));
  }
  return total;
}
