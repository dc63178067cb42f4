import { tryCamera } from '@sightline/ingest/try-camera';
import { loadSite } from '@sightline/runtime/site-load';
import { withDemoClip } from '../demo/clip.js';
import type { Check } from './checks.js';

/** Reaches each camera of a site and looks at one picture of it. */
export async function cameraChecks(siteFile: string): Promise<Check[]> {
  const site = await withDemoClip(await loadSite(siteFile), () => undefined);
  return site.cameras.map((camera) => ({
    name: `camera "${camera.name}"`,
    neededFor: 'its zones',
    async run() {
      const answer = await tryCamera(camera);
      if (!answer.ok) throw answer.error;
      const { size, fps, codec } = answer;
      return `${size[0]}×${size[1]}, ${codec}${fps ? `, ${fps} fps` : ''}`;
    },
  }));
}
