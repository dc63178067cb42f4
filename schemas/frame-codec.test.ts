import { describe, expect, it } from 'vitest';
import type { FrameHeader } from './frame.js';
import { decodeFrameHeader, encodeFrameHeader } from './frame-codec.js';

const header: FrameHeader = {
  camera: 'Kasse-3.größe',
  epoch: 1_764_000_000_123,
  seq: 41,
  capturedAt: 1_764_000_000_123_456,
  width: 512,
  height: 288,
  encoding: 'rgb24',
  recording: false,
  dropped: { overload: 3, corrupt: 1 },
  quality: { state: 'ok', brightness: 101.25, contrast: 40.5, sharpness: 7.125 },
  motion: [-0.0125, 1e-7],
};

describe('frame headers as record headers', () => {
  it('come back as they went', () => {
    expect(decodeFrameHeader(encodeFrameHeader(header))).toEqual(header);
    const quiet: FrameHeader = { ...header, encoding: 'none', recording: true, dropped: {} };
    expect(decodeFrameHeader(encodeFrameHeader(quiet))).toEqual(quiet);
  });

  it.each([
    [undefined, 'no headers'],
    [{ camera: '' }, 'camera'],
    [{ epoch: '-1' }, 'epoch'],
    [{ seq: '1e3' }, 'seq'],
    [{ capturedAt: '99999999999999999999' }, 'capturedAt'],
    [{ size: '512' }, 'size'],
    [{ encoding: 'png' }, 'encoding'],
    [{ quality: 'fine 1 2 3' }, 'quality'],
    [{ quality: 'ok 1 2' }, 'quality'],
    [{ motion: 'a b' }, 'motion'],
    [{ motion: 'NaN 0' }, 'motion'],
    [{ dropped: 'gremlins=1' }, 'dropped'],
  ])('name what is wrong: %j', (change, named) => {
    const headers = change === undefined ? undefined : { ...encodeFrameHeader(header), ...change };
    const decoded = decodeFrameHeader(headers);
    expect('invalid' in decoded && decoded.invalid).toContain(named);
  });

  it('take a few microseconds', () => {
    const rounds = 20_000;
    const roundTrips = (): void => {
      for (let i = 0; i < rounds; i++) decodeFrameHeader(encodeFrameHeader(header));
    };
    roundTrips();
    const before = process.cpuUsage();
    roundTrips();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / rounds).toBeLessThan(50);
  });
});
