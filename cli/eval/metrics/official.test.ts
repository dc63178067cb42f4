import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTracker } from '@sightline/workers/track/create';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { clear } from './clear.js';
import { detectionAccuracy, operatingPoint, type DetectionImage } from './detection.js';
import { hota } from './hota.js';
import { identity } from './identity.js';
import { readMot, type MotBox } from './mot.js';
import { indexSequence, type EvaluatedFrame } from './sequence.js';

/** Our metrics against the official packages, run on the same files. */
const repository = fileURLToPath(new URL('../../../', import.meta.url));
const data = join(process.env['SIGHTLINE_DATA'] ?? join(repository, '../shared/data'), 'mot');
const venv = join(repository, '.sightline/metrics-venv');
const python = join(venv, 'bin/python');
const peers = join(repository, 'test/peers');
const scratch = mkdtempSync(join(tmpdir(), 'sightline-metrics-'));
let missing: string | null = null;

beforeAll(() => {
  try {
    if (!existsSync(join(venv, 'ready'))) {
      mkdirSync(join(repository, '.sightline'), { recursive: true });
      execFileSync('python3', ['-m', 'venv', venv], { stdio: 'pipe' });
      execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--requirement', join(peers, 'metrics-requirements.txt')], { stdio: 'pipe', timeout: 280_000 });
      writeFileSync(join(venv, 'ready'), '');
    }
  } catch (error) {
    missing = `NOT COMPARED with the official trackeval and pycocotools: they cannot be installed here (${String(error).split('\n')[0]})`;
    process.stderr.write(`\n*** ${missing}\n`);
  }
}, 300_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A generator of one seed: the same comparison on every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

function toFile(name: string, boxes: readonly MotBox[]): string {
  const file = join(scratch, name);
  writeFileSync(file, boxes.map((b) => `${b.frame},${b.id},${b.x},${b.y},${b.w},${b.h},1,-1,-1,-1`).join('\n'));
  return file;
}

function framesOf(truth: readonly MotBox[], found: readonly MotBox[], count: number): EvaluatedFrame[] {
  return Array.from({ length: count }, (_, k) => ({ truth: truth.filter((b) => b.frame === k + 1), found: found.filter((b) => b.frame === k + 1) }));
}

/** What our tracker says on the sequence's public detections: a real result with real mistakes. */
function tracked(folder: string, fps: number, count: number, width: number, height: number): MotBox[] {
  const detections = readMot(join(data, folder, 'det.txt'));
  const tracker = createTracker();
  const found: MotBox[] = [];
  for (let frame = 1; frame <= count; frame++) {
    const { tracks } = tracker.step({
      camera: 'c', epoch: 1, seq: frame, capturedAt: Math.round((frame * 1e6) / fps), recording: true, state: 'inferred', motion: [0, 0], dropped: {}, site: '', model: '', aspect: width / height,
      quality: { brightness: 100, contrast: 50, sharpness: 5, state: 'ok' },
      detections: detections.filter((b) => b.frame === frame).map((b) => ({ x: b.x / width, y: b.y / height, w: b.w / width, h: b.h / height, cls: 'person', score: b.confidence })),
    });
    for (const t of tracks) found.push({ frame, id: Number(t.id.split('-')[1]), x: t.x * width, y: t.y * height, w: t.w * width, h: t.h * height, confidence: 1, cls: -1 });
  }
  return found;
}

function compareTracking(context: TestContext, truth: readonly MotBox[], found: readonly MotBox[], count: number): void {
  if (missing) context.skip(missing);
  const output = execFileSync(python, [join(peers, 'tracking_metrics.py'), toFile('gt.txt', truth), toFile('found.txt', found), String(count)], { encoding: 'utf8' });
  const official = JSON.parse(output) as Record<string, number | number[]>;
  const sequence = indexSequence(framesOf(truth, found, count));
  const h = hota(sequence);
  const c = clear(sequence);
  const i = identity(sequence);
  const ours: Record<string, number | number[]> = {
    HOTA: h.at.map((v) => v.hota), DetA: h.at.map((v) => v.detA), AssA: h.at.map((v) => v.assA), DetRe: h.at.map((v) => v.detRe), DetPr: h.at.map((v) => v.detPr),
    AssRe: h.at.map((v) => v.assRe), AssPr: h.at.map((v) => v.assPr), LocA: h.at.map((v) => v.locA),
    MOTA: c.mota, MOTP: c.motp, IDSW: c.idSwitches, Frag: c.fragments, MT: c.mostlyTracked, PT: c.partlyTracked, ML: c.mostlyLost, CLR_TP: c.truePositives, CLR_FN: c.falseNegatives, CLR_FP: c.falsePositives, CLR_Re: c.recall, CLR_Pr: c.precision,
    IDF1: i.idf1, IDR: i.idRecall, IDP: i.idPrecision, IDTP: i.idTruePositives, IDFN: i.idFalseNegatives, IDFP: i.idFalsePositives,
  };
  for (const [name, value] of Object.entries(ours)) {
    const theirs = [official[name]!].flat();
    [value].flat().forEach((v, k) => expect(Math.abs(v - theirs[k]!), `${name}[${k}]: ours ${v}, official ${theirs[k]}`).toBeLessThan(1e-6));
  }
}

describe('tracking metrics agree with TrackEval to 1e-6', () => {
  it('on PETS09-S2L1', (context) => {
    const truth = readMot(join(data, 'PETS09-S2L1/gt.txt'));
    compareTracking(context, truth, tracked('PETS09-S2L1', 10, 795, 768, 576), 795);
  });

  it('on TUD-Campus', (context) => {
    const truth = readMot(join(data, 'TUD-Campus/gt.txt'));
    compareTracking(context, truth, tracked('TUD-Campus', 25, 71, 640, 480), 71);
  });

  it('on a scramble of names, gaps, false boxes and empty frames', (context) => {
    const random = generator(7);
    const truth = readMot(join(data, 'TUD-Campus/gt.txt')).filter((b) => b.frame < 40 || b.frame > 44);
    const found = truth
      .filter((b) => random() < 0.8 && (b.frame < 20 || b.frame > 22))
      .map((b) => ({ ...b, id: b.id + (random() < 0.1 ? 20 : 0) + (b.frame > 30 ? 40 : 0), x: b.x + 30 * (random() - 0.5), w: b.w * (0.7 + 0.6 * random()) }));
    found.push(...Array.from({ length: 30 }, (_, k) => ({ frame: 1 + Math.floor(random() * 71), id: 900 + k, x: 600 * random(), y: 300 * random(), w: 60, h: 150, confidence: 1, cls: -1 })));
    compareTracking(context, truth, found, 71);
  });
});

function compareDetection(context: TestContext, images: readonly DetectionImage[]): void {
  if (missing) context.skip(missing);
  const classes = [...new Set(images.flatMap(({ truth, found }) => [...truth, ...found].map(({ cls }) => cls)))].sort();
  const category = (cls: string): number => classes.indexOf(cls) + 1;
  let id = 0;
  const annotations = images.flatMap(({ truth }, k) =>
    truth.map((b) => ({ id: ++id, image_id: k + 1, category_id: category(b.cls), bbox: [b.x, b.y, b.w, b.h], area: b.w * b.h, iscrowd: b.crowd ? 1 : 0 })),
  );
  const results = images.flatMap(({ found }, k) => found.map((b) => ({ image_id: k + 1, category_id: category(b.cls), bbox: [b.x, b.y, b.w, b.h], score: b.score })));
  const gt = join(scratch, 'gt.json');
  const dt = join(scratch, 'dt.json');
  writeFileSync(gt, JSON.stringify({ info: {}, images: images.map((_, k) => ({ id: k + 1 })), categories: classes.map((name) => ({ id: category(name), name })), annotations }));
  writeFileSync(dt, JSON.stringify(results));
  const official = JSON.parse(execFileSync(python, [join(peers, 'detection_metrics.py'), gt, dt], { encoding: 'utf8' })) as Figures & { perClass: Record<string, Figures> };
  const ours = detectionAccuracy(images);
  const near = (a: number | null, b: number | null | undefined, what: string): void => {
    if (a === null || b === null) expect(a, what).toBe(b);
    else expect(Math.abs(a - b!), `${what}: ours ${a}, official ${b}`).toBeLessThan(1e-6);
  };
  for (const name of ['map', 'map50', 'map75', 'recall'] as const) near(ours[name], official[name], name);
  for (const entry of ours.perClass) for (const name of ['ap', 'ap50', 'recall', 'recall50'] as const) near(entry[name], official.perClass[entry.cls]![name], `${entry.cls} ${name}`);
}

type Figures = Record<string, number | null>;

describe('detection metrics agree with pycocotools to 1e-6', () => {
  it('on PETS09-S2L1 with the detections of YOLOX-Nano', (context) => {
    const truth = readMot(join(data, 'PETS09-S2L1/gt.txt'));
    const found = readMot(join(data, 'PETS09-S2L1/det-yolox-nano.txt'));
    const images = Array.from({ length: 795 }, (_, k) => ({
      truth: truth.filter((b) => b.frame === k + 1).map((b) => ({ ...b, cls: 'person' })),
      found: found.filter((b) => b.frame === k + 1).map((b) => ({ ...b, cls: 'person', score: b.confidence })),
    }));
    compareDetection(context, images);
  });

  it('on several classes with crowds, equal scores, empty images and more boxes than count', (context) => {
    const random = generator(3);
    const classes = ['car', 'person', 'truck'];
    const box = (): { x: number; y: number; w: number; h: number } => ({ x: 500 * random(), y: 300 * random(), w: 20 + 80 * random(), h: 20 + 80 * random() });
    const images = Array.from({ length: 40 }, (_, k): DetectionImage => {
      const truth = k % 9 === 0 ? [] : Array.from({ length: 8 }, () => ({ ...box(), cls: classes[Math.floor(random() * 3)]!, crowd: random() < 0.15 }));
      const near = truth.flatMap((b) => (random() < 0.8 ? [{ x: b.x + 8 * random(), y: b.y, w: b.w, h: b.h * (0.8 + 0.4 * random()), cls: b.cls, score: Math.round(10 * random()) / 10 }] : []));
      const false_ = Array.from({ length: k === 5 ? 130 : 5 }, () => ({ ...box(), cls: classes[Math.floor(random() * 3)]!, score: random() }));
      return { truth, found: [...near, ...false_] };
    });
    compareDetection(context, images);
  });
});

describe('operatingPoint', () => {
  it('counts what reaches the score', () => {
    const truth = [{ cls: 'person', x: 0, y: 0, w: 10, h: 20 }, { cls: 'person', x: 50, y: 0, w: 10, h: 20 }];
    const found = [{ cls: 'person', x: 1, y: 0, w: 10, h: 20, score: 0.9 }, { cls: 'person', x: 50, y: 0, w: 10, h: 20, score: 0.3 }, { cls: 'person', x: 90, y: 0, w: 10, h: 20, score: 0.6 }];
    expect(operatingPoint([{ truth, found }], 0.5)).toMatchObject({ truePositives: 1, falsePositives: 1, falseNegatives: 1, precision: 0.5, recall: 0.5, f1: 0.5 });
  });
});

it('the fixtures are there', () => {
  expect(readFileSync(join(data, 'TUD-Campus/gt.txt'), 'utf8').length).toBeGreaterThan(1000);
});
