import { SightlineError } from '@sightline/runtime/errors';
import { zoneSchema, type Zone } from '@sightline/schemas';
import { zonesOf } from '@sightline/workers/zones/create';
import type { ZoneUnit } from '@sightline/workers/zones/zone';
import type { z } from 'zod';

/**
 * A zone from its description, as it stands in a site file.
 *
 *     const entrance = defineZone({ name: 'entrance', kind: 'line', line: [[0.1, 0.6], [0.9, 0.6]] });
 */
export function defineZone(description: z.input<typeof zoneSchema>, { timezone = 'UTC' }: { timezone?: string } = {}): ZoneUnit & { readonly zone: Zone } {
  const parsed = zoneSchema.safeParse(description);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new SightlineError('SITE_INVALID', `zone "${description.name}": ${issue.path.join('.')}: ${issue.message}`, { remedy: 'correct the description of the zone' });
  }
  return { zone: parsed.data, ...zonesOf({ timezone })(parsed.data) };
}
