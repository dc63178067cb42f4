import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';
import { openDetector } from '@sightline/models/inference/detector';
import type { Detector } from '@sightline/schemas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readMot } from '../metrics/mot.js';
import { evaluateCoco } from './evaluate-coco.js';
import { evaluateMot } from './evaluate-mot.js';

/** Ground truth of others' forms on four seconds of plaza.avi, with an object added that does not exist. */
const data = process.env['SIGHTLINE_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-'));
const frames = 40;
/** Where nobody walks on these frames: the sky. */
const nobody = { id: 99, x: 300, y: 5, w: 30, h: 60 };
let detector: Detector;

beforeAll(async () => {
  const ffmpeg = (await findFfmpeg()).path;
  const clip = path.join(data, 'clips/plaza.avi');
  execFileSync(ffmpeg, ['-v', 'error', '-i', clip, '-frames:v', String(frames), '-c', 'copy', path.join(folder, 'plaza.avi')]);
  execFileSync(ffmpeg, ['-v', 'error', '-i', clip, '-frames:v', String(frames), '-vf', 'select=not(mod(n\\,10))', '-vsync', '0', '-q:v', '2', path.join(folder, '%d.jpg')]);
  detector = await openDetector({ folder: path.join(folder, 'models'), threads: 1 });
});
afterAll(async () => {
  await detector?.close();
  rmSync(folder, { recursive: true });
});

const truth = (): ReturnType<typeof readMot> => readMot(path.join(data, 'mot/PETS09-S2L1/gt.txt')).filter(({ frame }) => frame <= frames);
const pictures = (file: string): number => readFileSync(file, 'utf8').match(/src="data:image\/jpeg/g)?.length ?? 0;

describe('ground truth in other forms', () => {
  test('MOT: scores, a sentence, and a picture of whom nothing follows', async () => {
    const ghost = Array.from({ length: frames }, (_, n) => `${n + 1},${nobody.id},${nobody.x},${nobody.y},${nobody.w},${nobody.h},1,1,1`);
    const file = path.join(folder, 'gt.txt');
    writeFileSync(file, [...truth().map(({ frame, id, x, y, w, h }) => `${frame},${id},${x},${y},${w},${h},1,1,1`), ...ghost].join('\n'));
    const html = path.join(folder, 'mot.html');
    const { sentence, figures } = await evaluateMot({ clip: path.join(folder, 'plaza.avi'), truth: file, detector, html });
    const people = new Set(truth().map(({ id }) => id)).size + 1;
    expect(sentence).toMatch(new RegExp(`^followed \\d+ of ${people}`));
    const scores = Object.fromEntries(figures.map(({ metric, value }) => [metric, value]));
    expect(scores['MOTA']).toBeGreaterThan(40);
    expect(scores['MOTA']).toBeLessThan(90);
    const report = readFileSync(html, 'utf8');
    expect(report).toContain('object 99 not followed for 4.0 s');
    expect(pictures(html)).toBe(report.match(/<figure /g)!.length);
  });

  test('COCO: average precision, a sentence, and a picture of every image with a mistake', async () => {
    const shown = [1, 2, 3, 4];
    const annotations = shown.flatMap((image) =>
      truth()
        .filter(({ frame }) => frame === (image - 1) * 10 + 1)
        .map(({ x, y, w, h }) => ({ image_id: image, category_id: 1, bbox: [x, y, w, h] })),
    );
    annotations.push({ image_id: 2, category_id: 1, bbox: [nobody.x, nobody.y, nobody.w, nobody.h] });
    const file = path.join(folder, 'instances.json');
    writeFileSync(file, JSON.stringify({ images: shown.map((id) => ({ id, file_name: `${id}.jpg`, width: 768, height: 576 })), annotations, categories: [{ id: 1, name: 'person' }] }));
    const html = path.join(folder, 'coco.html');
    const { sentence, figures } = await evaluateCoco({ file, detector, html });
    expect(sentence).toMatch(new RegExp(`^found \\d+ of ${annotations.length} objects in 4 pictures`));
    expect(figures.find(({ case: name, metric }) => name === 'all' && metric === 'AP50')!.value).toBeGreaterThan(50);
    expect(readFileSync(html, 'utf8')).toMatch(/2\.jpg: missed [1-9]/);
    expect(pictures(html)).toBeGreaterThanOrEqual(1);
  });

  test('what is not ground truth is refused by name and form', async () => {
    const file = path.join(folder, 'not-coco.json');
    writeFileSync(file, '{"images": 3}');
    await expect(evaluateCoco({ file, detector })).rejects.toThrow(/not-coco\.json is not ground truth in COCO's form: images/);
    await expect(evaluateMot({ clip: path.join(folder, 'plaza.avi'), truth: path.join(folder, 'none.txt'), detector })).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });
});
