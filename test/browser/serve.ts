import { loadFootage } from './footage.js';
import { startGeneratedSite } from './generated-site.js';
import { writePast } from './past.js';
import { shopSite } from './shop-site.js';

/** Serves the generated site for a person to look at: `node test/browser/serve.mjs [PORT]`. */
const footage = new Map([
  ['plaza', await loadFootage('plaza.avi', 512, 384, 300, 10)],
  ['street', await loadFootage('traffic.mp4', 512, 288, 160, 10)],
  ['shelf', await loadFootage('shelf.mp4', 512, 288, 160, 10)],
  ['till', await loadFootage('counter.mp4', 512, 288, 160, 10)],
]);
const site = await startGeneratedSite({ site: shopSite, footage, port: Number(process.argv[2] ?? 0) });
await writePast(
  site.store,
  [
    { camera: 'plaza', zone: 'crossing', kind: 'area', measure: 'count', mean: 4, swing: 3 },
    { camera: 'plaza', zone: 'ticket-queue', kind: 'queue', measure: 'length', mean: 3, swing: 2 },
    { camera: 'street', zone: 'kerbside', kind: 'stalls', measure: 'free', mean: 2, swing: 1 },
  ],
  Date.now() - 60_000,
);
site.play(10);
process.stdout.write(`${site.url}\n`);
process.on('SIGTERM', () => void site.close().then(() => process.exit(0)));
