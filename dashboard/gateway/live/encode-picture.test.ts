import type { Detection, ResultsRecord } from '@sightline/schemas';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodePicture, headBoxes } from './encode-picture.js';

const width = 320;
const height = 240;
const person: Detection = { cls: 'person', score: 0.3, x: 0.4, y: 0.2, w: 0.2, h: 0.6 };

function seen(detections: readonly Detection[]): ResultsRecord {
  return { tracks: [], input: { detections } } as unknown as ResultsRecord;
}

/** A picture of single-pixel stripes: whatever is blurred loses them. */
const stripes = new Uint8Array(width * height * 3).map((_, i) => (Math.floor(i / 3) % 2 === 0 ? 235 : 20));
const frame = { header: { camera: 'door', epoch: 1, seq: 1, capturedAt: 1, width, height, encoding: 'rgb24' as const, recording: false, dropped: {}, quality: { brightness: 1, contrast: 1, sharpness: 1, state: 'ok' as const }, motion: [0, 0] as const }, bytes: stripes };

async function contrast(jpeg: Buffer, box: { left: number; top: number; width: number; height: number }): Promise<number> {
  const { channels } = await sharp(await sharp(jpeg).extract(box).raw().toBuffer(), { raw: { width: box.width, height: box.height, channels: 3 } }).stats();
  return channels[0]!.stdev;
}

describe('a picture for people', () => {
  it('blurs the head of every person, also of one that is no track yet, and nothing else', async () => {
    const jpeg = await encodePicture(frame, seen([person]));
    const [head] = headBoxes(seen([person]), width, height);
    expect(await contrast(jpeg, head!)).toBeLessThan(20);
    const legs = { left: Math.round(0.4 * width), top: Math.round(0.55 * height), width: Math.round(0.2 * width), height: 30 };
    expect(await contrast(jpeg, legs)).toBeGreaterThan(60);
  });

  it('leaves cars alone, and everything where the site says so', async () => {
    expect(headBoxes(seen([{ ...person, cls: 'car' }]), width, height)).toEqual([]);
    const jpeg = await encodePicture(frame, null);
    expect(await contrast(jpeg, { left: 0, top: 0, width, height })).toBeGreaterThan(60);
  });

  it('covers heads at the edge of the picture and skips people beyond it', async () => {
    const boxes = headBoxes(seen([{ ...person, x: -0.1, y: -0.05 }, { ...person, x: 1.2 }]), width, height);
    expect(boxes).toHaveLength(1);
    expect(boxes[0]).toMatchObject({ left: 0, top: 0 });
    await expect(encodePicture(frame, seen([{ ...person, x: -0.1, y: -0.05 }]))).resolves.toBeInstanceOf(Buffer);
  });
});
