import type { SiteInput } from '@sightline/schemas';

/** One camera and three kinds of zones: small enough for a test that looks at each number. */
export const plazaSite: SiteInput = {
  site: { name: 'plaza', timezone: 'Europe/Berlin' },
  cameras: [{ name: 'plaza', source: 'rtsp://operator:${PLAZA_PASSWORD}@10.9.8.7/stream', fps: 10 }],
  zones: [
    { name: 'ticket-queue', kind: 'queue', camera: 'plaza', polygon: [[0.36, 0.28], [0.6, 0.26], [0.66, 0.5], [0.38, 0.56]], head: [0.6, 0.3] },
    { name: 'crossing', kind: 'area', camera: 'plaza', polygon: [[0.62, 0.35], [0.86, 0.33], [0.97, 0.62], [0.72, 0.7], [0.5, 0.55]], capacity: 12 },
    { name: 'walkway', kind: 'line', camera: 'plaza', line: [[0.4, 0.58], [0.4, 0.33]] },
  ],
};
