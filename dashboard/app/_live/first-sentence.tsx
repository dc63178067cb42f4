import type { LiveData } from '@sightline/schemas/live';
import { renderToStaticMarkup } from 'react-dom/server.browser';
import { prerenderedText } from '../_text/text';
import { concerns } from './attention';
import { AttentionLine } from './attention-line';
import { resultsFlow } from './model';

/**
 * What needs attention, as the page will say it, made by the gateway from the same values as stand in the page: someone on a slow
 * line reads it a second or two before any script is there. Built for Node beside the pages; in English, as all that is prerendered.
 *
 *     firstSentence(snapshot) // <div role="status">…<h1>Nothing needs attention</h1>…
 */
export function firstSentence({ site, alerts, cameras, zones, now }: LiveData & { readonly now: number }): string | null {
  if (!site) return null;
  const byName = new Map(cameras.map((camera) => [camera.camera, camera]));
  const found = concerns({ site, alerts, cameras: byName, zones: new Map(zones.map((zone) => [`${zone.camera}/${zone.zone}`, zone])), now }, prerenderedText());
  return renderToStaticMarkup(<AttentionLine site={site} found={found} flowing={resultsFlow(byName)} />);
}
