import { siteSchema } from '@sightline/schemas';
import { expect, it } from 'vitest';
import { firstResumeThatDiffers, withEveryZone } from './clips-fold.js';
import { clipsSite, undisturbedClips } from './clips-site.js';

it('real traffic, with zones of every kind: taken over after any frame, the same bytes to the end', async () => {
  const { cameras, zones } = clipsSite();
  const site = withEveryZone(siteSchema.parse({ cameras: cameras.filter(({ name }) => name === 'traffic'), zones: zones.filter(({ camera }) => camera === 'traffic') }));
  const heard = await undisturbedClips(site);
  expect(heard.byCamera.get('traffic')!.length).toBeGreaterThan(80);
  expect(new Set(heard.byCamera.get('traffic')!.flatMap(({ events }) => events.map(({ kind }) => kind))).size).toBeGreaterThan(3);
  expect(firstResumeThatDiffers(site, heard)).toBe('none');
}, 300_000);
