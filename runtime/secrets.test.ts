import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandSecrets, redact, secretNames } from './secrets.js';

describe('secrets', () => {
  it('come from the environment, or from the file named there', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sightline-secret-'));
    try {
      writeFileSync(path.join(folder, 'password'), 'from file\n');
      const environment = { A: 'x', B_FILE: path.join(folder, 'password') };
      expect(expandSecrets('rtsp://u:${A}@h/${B}', environment)).toBe('rtsp://u:x@h/from file');
      expect(secretNames('${A}-${B}')).toEqual(['A', 'B']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that are missing are named, never guessed', () => {
    expect(() => expandSecrets('${CAM}', {})).toThrow(/CAM.*CAM_FILE/);
    expect(() => expandSecrets('${CAM}', { CAM_FILE: '/nowhere/at-all' })).toThrow(/CAM_FILE/);
  });

  it.each([
    ['rtsp://admin:hunter2@10.0.0.7:554/live failed', undefined],
    ['rtsp://admin:hunter2@x@10.0.0.7/live', undefined],
    ['http://10.0.0.7/snap.jpg?user=admin&password=hunter2', undefined],
    ['Connection to hunter2 refused', 'rtsp://admin:hunter2@10.0.0.7/live'],
    ['http://h/video?token=hunter2&x=1: 401', 'http://h/video?token=hunter2&x=1'],
    ['login "admin:hunter2" wrong', 'rtsp://admin:hunter2@10.0.0.7/live'],
    ['hunter2%21 or hunter2!', 'rtsp://admin:hunter2%21@10.0.0.7/live'],
  ])('never show: %s', (text, expanded) => {
    expect(redact(text, expanded)).not.toContain('hunter2');
  });

  it('leave the rest readable', () => {
    expect(redact('rtsp://admin:hunter2@10.0.0.7:554/live: timed out')).toBe('rtsp://***@10.0.0.7:554/live: timed out');
    expect(redact('clips/door.mp4 has no video')).toBe('clips/door.mp4 has no video');
  });
});
