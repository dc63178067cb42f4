import type { CameraStatus, ResultsRecord } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createLiveState } from './state.js';

/** How old a value is, is counted from what it tells of, not from when it was told. */
const now = 1_760_000_000_000;

function record(capturedAt: number, recording = false): ResultsRecord {
  return {
    v: 1,
    input: { camera: 'door', epoch: 1, seq: capturedAt, capturedAt: capturedAt * 1000, recording, state: 'inferred', quality: { brightness: 1, contrast: 1, sharpness: 1, state: 'ok' }, motion: [0, 0], dropped: {}, site: '', model: '', aspect: 1, detections: [] },
    partition: 0,
    offset: 0,
    tracks: [],
    events: [],
    samples: [{ zone: 'hall', zoneKind: 'area', at: capturedAt * 1000, measures: { count: 1 }, coverage: 1 }],
    finished: [],
    drift: [],
  };
}

function status(change: Partial<CameraStatus> = {}): CameraStatus {
  return { camera: 'door', epoch: 1, state: 'online', since: now, at: now, fpsWanted: 10, fpsGot: 10, lastFrameAt: now - 1500, size: [640, 360], dropped: {}, quiet: 0, frames: 1, reconnects: 0, quality: 'ok', ...change };
}

describe('the age of what is live', () => {
  it('is that of the frame, however late its results come', () => {
    const state = createLiveState();
    state.results(record(now - 30_000), now);
    expect(state.zones.get('door/hall')?.seenAt).toBe(now - 30_000);
    expect(state.cameras.get('door')?.lastResultAt).toBe(now - 30_000);
  });

  it('is never less than none, whatever the clock of the camera’s machine says', () => {
    const state = createLiveState();
    state.results(record(now + 5000), now);
    expect(state.zones.get('door/hall')?.seenAt).toBe(now);
  });

  it('is that of the arrival for a recording, which tells of another day', () => {
    const state = createLiveState();
    state.results(record(now - 86_400_000, true), now);
    expect(state.zones.get('door/hall')?.seenAt).toBe(now);
  });

  it('is at most that of the newest frame, though reports come every two seconds', () => {
    const state = createLiveState();
    state.status(status());
    state.results(record(now - 100), now);
    state.status(status({ at: now + 50 }));
    expect(state.cameras.get('door')?.lastFrameAt).toBe(now - 100);
  });
});

it('tells browsers what is wrong with a camera, and nothing of its address', () => {
  const state = createLiveState();
  state.status(status({ state: 'offline', problem: 'camera "door": rtsp://user:secret@10.1.2.3:554/live refuses the connection [SOURCE_REFUSED]' }));
  expect(state.cameras.get('door')?.problem).toBe('camera "door": its address refuses the connection [SOURCE_REFUSED]');
});
