import type { LiveSite } from '@sightline/schemas';
import { mayWatch, type Identity } from '../access/identity.js';

/** What someone limited to some cameras is told: the same messages with everything of other cameras left out. */
export function limitMessage(message: Buffer, identity: Identity): Buffer {
  if (identity.cameras === undefined) return message;
  const whole = JSON.parse(message.toString('utf8')) as { readonly topic: string; readonly data: unknown };
  if (whole.topic === 'parts') return message;
  const data = whole.topic === 'site' ? limitSite(whole.data as LiveSite | null, identity) : (whole.data as { camera: string }[]).filter((value) => mayWatch(identity, value.camera));
  // Sent even when nothing is left: sequence numbers have no gaps.
  return Buffer.from(JSON.stringify({ ...whole, data }));
}

export function limitSite(site: LiveSite | null, identity: Identity): LiveSite | null {
  if (site === null || identity.cameras === undefined) return site;
  return { ...site, cameras: site.cameras.filter(({ name }) => mayWatch(identity, name)), zones: site.zones.filter(({ camera }) => mayWatch(identity, camera)), rules: [], silences: [] };
}
