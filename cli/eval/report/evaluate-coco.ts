import { execFile } from 'node:child_process';
import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';
import { SightlineError } from '@sightline/runtime/errors';
import type { Detector } from '@sightline/schemas';
import type { Figure } from '../../figures.js';
import { detectionAccuracy, operatingPoint, type DetectionImage, type FoundBox } from '../metrics/detection.js';
import { detectionFailures, readCoco, type CocoImage } from './coco.js';
import { writeReport } from './html.js';
import { frameAt } from './pictures.js';

/**
 * Judges a detector on one's own pictures with ground truth in COCO's form.
 *
 *     const { sentence, figures } = await evaluateCoco({ file: 'instances.json', images: 'images/', detector, html: 'report.html' });
 */
export interface EvaluateCoco {
  readonly file: string;
  /** Folder of the pictures; default: that of the file. */
  readonly images?: string | undefined;
  readonly detector: Detector;
  readonly html?: string | undefined;
  readonly command?: string;
  readonly reportProgress?: (done: number, of: number) => void;
}

export async function evaluateCoco({ file, images: folder, detector, html, command = 'sightline eval coco', reportProgress }: EvaluateCoco): Promise<{ readonly sentence: string; readonly figures: readonly Figure[] }> {
  const pictures = await readCoco(file, folder);
  // Of classes that nobody marked nothing is known.
  const marked = new Set(pictures.flatMap(({ truth }) => truth.map(({ cls }) => cls)));
  const seen: (CocoImage & DetectionImage)[] = [];
  for (const [n, picture] of pictures.entries()) {
    seen.push({ ...picture, found: (await detect(picture, detector)).filter(({ cls }) => marked.has(cls)) });
    reportProgress?.(n + 1, pictures.length);
  }
  const { report } = detector.model;
  const accuracy = detectionAccuracy(seen);
  const point = operatingPoint(seen, report);
  const percent = (value: number | null): number | null => (value === null ? null : 100 * value);
  const row = (name: string, metric: string, value: number | null): Figure => ({ case: name, metric, value: percent(value), unit: '%' });
  const figures = [
    row('all', 'mAP', accuracy.map),
    row('all', 'AP50', accuracy.map50),
    row('all', 'precision', point.precision),
    row('all', 'recall', point.recall),
    row('all', 'F1', point.f1),
    ...accuracy.perClass.filter(({ truths }) => truths > 0).flatMap(({ cls, ap, ap50 }) => [row(cls, 'mAP', ap), row(cls, 'AP50', ap50)]),
  ];
  const failures = detectionFailures(seen, report);
  const truths = seen.reduce((sum, { truth }) => sum + truth.filter(({ crowd }) => crowd !== true).length, 0);
  const missed = failures.reduce((sum, { marks }) => sum + marks.filter(({ tone }) => tone === 'truth').length, 0);
  const invented = failures.reduce((sum, { marks }) => sum + marks.filter(({ tone }) => tone === 'said').length, 0);
  const sentence = `found ${truths - missed} of ${truths} objects in ${seen.length} pictures, and ${invented} that are none.`;
  if (html !== undefined) {
    const section = { heading: 'Detections', summary: sentence, figures, failures };
    await writeReport(html, { title: file.split('/').at(-1)!, command, when: new Date().toISOString(), sections: [section], picture: (failure) => frameAt(failure.picture!, 0) });
  }
  return { sentence, figures };
}

async function detect({ file, width, height }: CocoImage, detector: Detector): Promise<FoundBox[]> {
  const size = detector.inputSize(width, height);
  const pixels = await pixelsOf(file, size);
  const { detections } = await detector.detect({ camera: 'eval', pixels, ...size });
  return detections.map(({ cls, score, x, y, w, h }) => ({ cls, score, x: x * width, y: y * height, w: w * width, h: h * height }));
}

async function pixelsOf(file: string, { width, height }: { width: number; height: number }): Promise<Uint8Array> {
  const ffmpeg = await findFfmpeg();
  const length = width * height * 3;
  const args = ['-v', 'error', '-i', `file:${file}`, '-frames:v', '1', '-vf', `scale=${width}:${height}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
  return new Promise((resolve, reject) => {
    execFile(ffmpeg.path, args, { encoding: 'buffer', maxBuffer: 2 * length }, (error, stdout) => {
      if (!error && stdout.length === length) resolve(Uint8Array.from(stdout));
      else reject(new SightlineError('SOURCE_UNREADABLE', `the picture ${file} cannot be read`, { cause: error }));
    });
  });
}
