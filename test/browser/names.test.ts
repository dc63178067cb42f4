import { publishSite } from '@sightline/runtime/site-feed';
import { siteSchema, type ResultsRecord, type Site } from '@sightline/schemas';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, openPage } from './chromium.js';
import { startGeneratedSite, type GeneratedSite } from './generated-site.js';
import { plazaSite } from './plaza-site.js';

/** The site file refuses such names; whoever can write to the log is not asked. Nothing of them runs on any page. */
const evil = { image: '<img src=x onerror="window.hacked=1">', script: '</script><script>window.hacked=1</script>', link: 'javascript:window.hacked=1' };
let browser: Browser;
let site: GeneratedSite;

beforeAll(async () => {
  [browser, site] = await Promise.all([openBrowser(), startGeneratedSite({ site: plazaSite, footage: new Map() })]);
  const good = siteSchema.parse(plazaSite);
  const named = { ...good, cameras: [{ ...good.cameras[0]!, name: evil.image }], zones: good.zones.map((zone, i) => ({ ...zone, camera: evil.image, name: [evil.script, evil.link, evil.image][i]! })), rules: [{ name: evil.script, when: evil.image, for: 0, clearFor: 0, severity: 'warning', to: [] }] } as Site;
  await publishSite(site.log, named);
  const now = Date.now() * 1000;
  const input = { camera: evil.image, epoch: 1, seq: 1, capturedAt: now, recording: false, state: 'inferred', quality: { brightness: 1, contrast: 1, sharpness: 1, state: 'ok' }, motion: [0, 0], dropped: {}, site: '', model: evil.script, aspect: 1, detections: [] } as const;
  const record: ResultsRecord = {
    v: 1,
    input,
    partition: 0,
    offset: 1,
    tracks: [],
    finished: [],
    drift: [],
    samples: [{ zone: evil.script, zoneKind: 'queue', at: Math.floor(now / 1e6) * 1e6, measures: { length: 3 }, coverage: 1 }],
    events: [{ id: `${evil.image}/${evil.script}/1-1-0`, kind: 'served', zone: evil.script, zoneKind: 'queue', at: now, track: evil.image, cls: evil.script, seconds: 3, part: evil.image }],
  };
  const producer = await site.log.producer();
  await producer.send('results', [{ key: evil.image, value: Buffer.from(JSON.stringify(record)) }]);
  await producer.close();
  await site.alert({ id: evil.script, rule: evil.script, state: 'firing', severity: 'critical', camera: evil.image, subject: evil.script, measure: 'length', condition: evil.image, value: 1, since: now, at: now });
  await site.drained();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

it('shows names that are scripts as the text that they are, on every page', async () => {
  const { page } = await openPage(browser, site.url);
  for (const path of ['/', '/events/', '/history/', '/zones/', '/cameras/', '/alerts/', '/models/', '/settings/']) {
    await page.goto(site.url + path);
    await page.locator('main[data-ready=true] h1').first().waitFor();
    if (path === '/' || path === '/alerts/') await page.getByText('window.hacked=1').first().waitFor();
    await page.waitForTimeout(300);
    expect(await page.evaluate('window.hacked'), path).toBeUndefined();
    expect(await page.locator('img[src=x]').count(), path).toBe(0);
    expect(await page.locator('a[href^="javascript:"]').count(), path).toBe(0);
  }
  await page.context().close();
}, 120_000);
