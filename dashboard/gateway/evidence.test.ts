import { mkdtemp, readdir, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEvidence, type Evidence } from './evidence.js';

async function open(bounds: { days: number; megabytes: number }, now = Date.now()): Promise<{ folder: string; evidence: Evidence }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sightline-evidence-'));
  const evidence = createEvidence({ folder, bounds: () => bounds, now: () => now });
  evidence.close();
  return { folder, evidence };
}
const clip = (first: number, last: number) => ({ camera: 'door', epoch: 7, first, last, from: first * 100_000, to: last * 100_000, bytes: Buffer.from(`${first}-${last}`) });
const pictures = async (folder: string): Promise<string[]> => (await readdir(folder, { recursive: true })).filter((name) => /\.(jpg|clip|part)$/.test(name)).sort();

describe('evidence', () => {
  it('gives the picture and the clip of an event, and the clip of a moment', async () => {
    const { evidence } = await open({ days: 30, megabytes: 10 });
    await evidence.keep({ camera: 'door', epoch: 7, seq: 31 }, Buffer.from('jpeg'));
    await evidence.keepClip(clip(10, 50));
    await evidence.keepClip(clip(80, 120));
    expect(String(await evidence.find('door/mat/7-31-0'))).toBe('jpeg');
    expect(String(await evidence.findClip({ eventId: 'door/mat/7-31-0' }))).toBe('10-50');
    expect(String(await evidence.findClip({ eventId: 'door/mat/7-80-2' }))).toBe('80-120');
    expect(String(await evidence.findClip({ camera: 'door', at: 11_900_000 }))).toBe('80-120');
    expect(await evidence.findClip({ eventId: 'door/mat/7-60-0' })).toBeNull();
    expect(await evidence.findClip({ eventId: 'door/mat/8-31-0' })).toBeNull();
    expect(await evidence.findClip({ camera: '../door', at: 1 })).toBeNull();
    expect(await evidence.find('../../x/7-31-0')).toBeNull();
  });

  it('never takes more room than its bound, whatever is written', async () => {
    const megabyte = 2 ** 20;
    const { folder, evidence } = await open({ days: 30, megabytes: 1 });
    for (let seq = 0; seq < 40; seq++) await evidence.keep({ camera: 'door', epoch: 7, seq }, Buffer.alloc(megabyte / 10));
    const left = await pictures(folder);
    expect(left.length).toBeLessThanOrEqual(10);
    // The newest stay.
    expect(left).toContain(path.join('door', '7', '39.jpg'));
  });

  it('forgets what is too old', async () => {
    const { folder, evidence } = await open({ days: 2, megabytes: 10 });
    for (const seq of [1, 2]) await evidence.keep({ camera: 'door', epoch: 7, seq }, Buffer.from('jpeg'));
    await evidence.keepClip(clip(10, 50));
    const old = new Date(Date.now() - 3 * 86_400_000);
    await utimes(path.join(folder, 'door', '7', '1.jpg'), old, old);
    await evidence.trim();
    expect(await pictures(folder)).toEqual([path.join('door', '7', '2.jpg'), path.join('door', 'clips', '1000000-5000000-7-10-50.clip')]);
  });
});
