import type { Log } from '@sightline/runtime/log/log';
import type { Picture, PictureFeed } from '@sightline/runtime/pictures';
import { decodeFrameHeader } from '@sightline/schemas/frame-codec';

/** How often the newest frames of a partition somebody looks at are fetched: what a viewer can follow. */
const everyMs = 150;
/** At first, how far back the newest picture of a camera is looked for. */
const lookBackRecords = 50;

/** Pictures from the topic `frames`, read only while somebody looks; one reader a partition, however many look. */
export function logPictures(log: Log, report: (problem: string) => void): PictureFeed & { close(): Promise<void> } {
  const watchers = new Map<number, Map<string, Set<(picture: Picture) => void>>>();
  let closed = false;

  async function tail(partition: number): Promise<void> {
    const at = { topic: 'frames', partition } as const;
    let next: number | null = null;
    for (let failing = false; !closed && watchers.has(partition); ) {
      try {
        const { end } = await log.offsets(at);
        const newest = new Map<string, Picture>();
        for await (const record of log.read(at, next ?? Math.max(0, end - lookBackRecords), end)) {
          const header = watchers.get(partition)?.has(record.key) ? decodeFrameHeader(record.headers) : null;
          if (header && !('invalid' in header) && header.encoding !== 'none' && record.value) newest.set(record.key, { header, bytes: record.value });
        }
        next = end;
        for (const [camera, picture] of newest) for (const take of watchers.get(partition)?.get(camera) ?? []) take(picture);
        failing = false;
      } catch (error) {
        if (!failing) report(`pictures: ${(error as Error).message}`);
        failing = true;
      }
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  return {
    watch: (camera, take) => {
      const partition = log.partitionOf('frames', camera);
      const known = watchers.get(partition);
      const cameras = known ?? new Map<string, Set<(picture: Picture) => void>>();
      watchers.set(partition, cameras);
      const takers = cameras.get(camera) ?? new Set();
      cameras.set(camera, takers.add(take));
      if (!known) void tail(partition);
      return () => {
        takers.delete(take);
        if (takers.size === 0) cameras.delete(camera);
        if (cameras.size === 0 && watchers.get(partition) === cameras) watchers.delete(partition);
      };
    },
    close: async () => {
      closed = true;
      watchers.clear();
    },
  };
}
