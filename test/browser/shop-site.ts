import type { SiteInput } from '@sightline/schemas';

/** A site with every kind of zone, on the footage of the shared data folder. */
export const shopSite: SiteInput = {
  site: { name: 'shop', timezone: 'Europe/Berlin' },
  cameras: [
    { name: 'plaza', source: 'rtsp://operator:${PLAZA_PASSWORD}@10.9.8.7/stream', fps: 10 },
    { name: 'street', source: 'traffic.mp4', fps: 10 },
    { name: 'till', source: 'counter.mp4', fps: 10 },
    { name: 'shelf', source: 'shelf.mp4', fps: 10, privacy: { blurHeads: false } },
  ],
  zones: [
    { name: 'ticket-queue', kind: 'queue', camera: 'plaza', polygon: [[0.36, 0.28], [0.6, 0.26], [0.66, 0.5], [0.38, 0.56]], head: [0.6, 0.3] },
    { name: 'crossing', kind: 'area', camera: 'plaza', polygon: [[0.62, 0.35], [0.86, 0.33], [0.97, 0.62], [0.72, 0.7], [0.5, 0.55]], capacity: 12 },
    { name: 'walkway', kind: 'line', camera: 'plaza', line: [[0.4, 0.58], [0.4, 0.33]] },
    { name: 'kerbside', kind: 'stalls', camera: 'street', stalls: [{ name: 'P1', polygon: [[0.02, 0.6], [0.2, 0.5], [0.2, 0.7], [0.02, 0.82]] }, { name: 'P2', polygon: [[0.22, 0.49], [0.36, 0.42], [0.36, 0.58], [0.22, 0.68]] }, { name: 'P3', polygon: [[0.38, 0.41], [0.5, 0.36], [0.5, 0.5], [0.38, 0.57]] }] },
    { name: 'soft-drinks', kind: 'shelf', camera: 'shelf', facings: [{ name: 'left', polygon: [[0.07, 0.27], [0.21, 0.27], [0.21, 0.9], [0.07, 0.9]] }, { name: 'middle', polygon: [[0.42, 0.27], [0.57, 0.27], [0.57, 0.9], [0.42, 0.9]] }, { name: 'right', polygon: [[0.77, 0.27], [0.92, 0.27], [0.92, 0.9], [0.77, 0.9]] }] },
    { name: 'counter', kind: 'area', camera: 'till', polygon: [[0.2, 0.55], [0.75, 0.55], [0.75, 1], [0.2, 1]] },
  ],
  rules: [{ name: 'long-queue', when: 'ticket-queue.length > 4', for: '30s', severity: 'warning' }],
  silences: [{ rules: ['long-queue'], from: '2030-12-24T20:00:00+01:00', until: '2030-12-27T06:00:00+01:00', reason: 'closed over the holidays' }],
};
