import { siteSchema, type Site } from '@sightline/schemas';

/** The site of the chaos runs: simulated cameras, each with a line and an area. */
export function chaosSite(cameras: number): Site {
  const names = Array.from({ length: cameras }, (_, n) => `camera-${n}`);
  return siteSchema.parse({
    cameras: names.map((name) => ({ name, source: 'simulated.avi', pace: 'fast', fps: 10 })),
    zones: names.flatMap((camera) => [
      { name: `${camera}-line`, kind: 'line', camera, line: [[0.5, 0], [0.5, 1]] },
      { name: `${camera}-area`, kind: 'area', camera, polygon: [[0.2, 0], [0.8, 0], [0.8, 1], [0.2, 1]] },
    ]),
  });
}
