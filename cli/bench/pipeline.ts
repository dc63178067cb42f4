import path from 'node:path';
import type { Figure } from '../figures.js';
import { detectionAccuracy, operatingPoint, type DetectionImage, type FoundBox } from '../eval/metrics/detection.js';
import { readMot } from '../eval/metrics/mot.js';
import { pythonStack } from './peer-python.js';
import { coreShares, describeShare, type CoreTime } from './children/core-time.js';
import { benchCore, measuringProgram, median, runPinned } from './pinned.js';

/**
 * `sightline bench pipeline`: the whole path (decode → detect → track → zones → store) beside bare ONNX Runtime on the
 * original graph at the same input size, and beside the common Python stack, all pinned to one core, in turns.
 */
export interface BenchPipeline {
  readonly dataFolder: string;
  readonly rounds: number;
  /** Leave the Python stack out. */
  readonly peer: boolean;
  readonly progress: (what: string) => void;
}

export const describePipeline = `The whole path on one pinned core (ffmpeg, decode, detect, track, zones, store), in turns with bare ONNX
Runtime (the original graph at the same input size) and with the common Python stack (OpenCV, ONNX Runtime, supervision's
ByteTrack and zones, letterboxed 416×416), same weights. Our path plays each clip several times and is measured from the
end of the first play until everything is in the store. Ratios are medians over the rounds, by wall time and by CPU time: the
second also holds while other programs use the machine. The CPU time of a frame is told by what it went into.`;

const model = 'yolox-nano';
const clips = [
  { name: 'traffic', file: 'clips/traffic.mp4', fps: 120, plays: 7, goalToPython: 2 },
  { name: 'plaza', file: 'clips/plaza.avi', fps: 120, plays: 4, goalToPython: 1.5 },
] as const;
const plaza = { truth: 'mot/PETS09-S2L1/gt.txt', width: 768, height: 576 };
/** Clips for the gate: still scenes, and one in which something always moves. */
const gateClips = [
  { name: 'shelf', file: 'clips/shelf.mp4' },
  { name: 'counter', file: 'clips/counter.mp4' },
  { name: 'plaza', file: 'clips/plaza.avi' },
] as const;
const pythonSide = 416;
const allFrames = 100_000;
const goalToBare = 0.95;
const memory = { few: 1, many: 5, fps: 5, seconds: 20, goalMegabytes: 40 };

interface PathRun {
  readonly frames: number;
  readonly seconds: number;
  readonly quiet: number;
  readonly stages: Readonly<Record<string, number>>;
  /** CPU milliseconds a frame. */
  readonly cpu: CoreTime;
  readonly detections: readonly (readonly [frame: number, x: number, y: number, w: number, h: number, score: number, cls: string])[];
}
interface PythonRun {
  readonly frames: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly detections: readonly (readonly [frame: number, x: number, y: number, w: number, h: number, score: number, cls: number])[];
}

export async function benchPipeline({ dataFolder, rounds, peer, progress }: BenchPipeline): Promise<Figure[]> {
  const core = benchCore();
  const python = peer ? pythonStack(progress) : null;
  const onnx = path.join(dataFolder, 'models', 'yolox_nano.onnx');
  const wholePath = (file: string, fps: number, gate: boolean, plays = 1, boxes = false): Promise<PathRun> =>
    runPinned<PathRun>(core, process.execPath, [measuringProgram('whole-path'), path.join(dataFolder, file), model, String(fps), gate ? 'gate' : 'no-gate', String(plays), ...(boxes ? ['detections'] : [])]);
  const rows: Figure[] = [];

  for (const { name, file, fps, plays, goalToPython } of clips) {
    const ours: PathRun[] = [];
    const bare: { fps: number; ms: number; cpuMs: number; width: number; height: number }[] = [];
    const theirs: PythonRun[] = [];
    for (let round = 1; round <= rounds; round++) {
      progress(`${name}: round ${round} of ${rounds}`);
      bare.push(await runPinned(core, process.execPath, [measuringProgram('bare-onnx'), path.join(dataFolder, file), model]));
      ours.push(await wholePath(file, fps, true, plays));
      if (python) theirs.push(await runPinned<PythonRun>(core, python.python, [python.script, path.join(dataFolder, file), onnx, String(pythonSide), String(allFrames), 'no']));
    }
    const speed = (run: { frames: number; seconds: number }): number => run.frames / run.seconds;
    const ratios = (of: (round: number) => number): number => median(ours.map((_, round) => of(round)));
    rows.push({ case: name, metric: 'ratio to bare', value: ratios((i) => speed(ours[i]!) / bare[i]!.fps), unit: '', goal: goalToBare, note: `${bare[0]!.width}×${bare[0]!.height}` });
    rows.push({ case: name, metric: 'ratio to python stack', value: python ? ratios((i) => speed(ours[i]!) / speed(theirs[i]!)) : null, unit: '', goal: goalToPython, ...(python ? {} : { note: 'left out' }) });
    rows.push({ case: name, metric: 'ratio to bare, CPU', value: ratios((i) => bare[i]!.cpuMs / sum(ours[i]!.cpu)), unit: '' });
    rows.push({ case: name, metric: 'ratio to python stack, CPU', value: python ? ratios((i) => (1000 * theirs[i]!.cpuSeconds) / theirs[i]!.frames / sum(ours[i]!.cpu)) : null, unit: '', ...(python ? {} : { note: 'left out' }) });
    rows.push({ case: name, metric: 'fps per core', value: median(ours.map(speed)), unit: 'fps', ...(python && { peer: median(theirs.map(speed)) }) });
    rows.push({ case: name, metric: 'bare ONNX Runtime', value: median(bare.map((run) => run.ms)), unit: 'ms' });
    rows.push({ case: name, metric: 'skipped', value: percent(median(ours.map((run) => run.quiet))), unit: '%' });
    rows.push({ case: `${name}, CPU of a frame`, metric: 'bare ONNX Runtime', value: median(bare.map((run) => run.cpuMs)), unit: 'ms', better: 'lower' });
    for (const share of coreShares) rows.push({ case: `${name}, CPU of a frame`, metric: describeShare[share], value: median(ours.map((run) => run.cpu[share])), unit: 'ms', better: 'lower' });
    rows.push({ case: `${name}, CPU of a frame`, metric: 'all', value: median(ours.map((run) => sum(run.cpu))), unit: 'ms', better: 'lower', ...(python && { peer: median(theirs.map((run) => (1000 * run.cpuSeconds) / run.frames)) }) });
    for (const stage of Object.keys(ours[0]!.stages)) rows.push({ case: name, metric: `${stage} per frame`, value: median(ours.map((run) => run.stages[stage] ?? 0)), unit: 'ms' });
  }

  progress('recall beside the Python stack');
  rows.push(...recallRows(dataFolder, await wholePath('clips/plaza.avi', 120, false, 1, true), python && (await runPinned<PythonRun>(core, python.python, [python.script, path.join(dataFolder, 'clips/plaza.avi'), onnx, String(pythonSide), String(allFrames), 'detections']))));

  for (const { name, file } of gateClips) {
    progress(`gate on ${name}`);
    rows.push({ case: `${name}, gate`, metric: 'skipped', value: percent((await wholePath(file, 120, true)).quiet), unit: '%' });
  }

  progress('memory');
  const peakOf = async (cameras: number): Promise<number> =>
    (await runPinned<{ peak: number }>(core, process.execPath, [measuringProgram('memory'), path.join(dataFolder, 'clips/plaza.avi'), String(cameras), String(memory.fps), String(memory.seconds)])).peak;
  const few = await peakOf(memory.few);
  const many = await peakOf(memory.many);
  rows.push({ case: 'memory', metric: 'peak per additional camera', value: (many - few) / (memory.many - memory.few) / 2 ** 20, unit: 'MB', goal: memory.goalMegabytes, better: 'lower' });
  rows.push({ case: 'memory', metric: 'peak with one camera', value: few / 2 ** 20, unit: 'MB' });
  return rows;
}

function sum(cpu: CoreTime): number {
  return coreShares.reduce((all, share) => all + cpu[share], 0);
}

function percent(share: number): number {
  return Math.round(share * 1000) / 10;
}

/** Recall of people on plaza.avi, at the score where each stack's F1 is best. */
function recallRows(dataFolder: string, ours: PathRun, theirs: PythonRun | null): Figure[] {
  const truth = new Map<number, DetectionImage['truth'][number][]>();
  for (const { frame, x, y, w, h } of readMot(path.join(dataFolder, plaza.truth))) {
    truth.set(frame, [...(truth.get(frame) ?? []), { cls: 'person', x: x / plaza.width, y: y / plaza.height, w: w / plaza.width, h: h / plaza.height }]);
  }
  const images = (found: ReadonlyMap<number, FoundBox[]>): DetectionImage[] => [...truth].map(([frame, boxes]) => ({ truth: boxes, found: found.get(frame) ?? [] }));
  const group = (boxes: readonly (FoundBox & { frame: number })[]): Map<number, FoundBox[]> => {
    const frames = new Map<number, FoundBox[]>();
    for (const { frame, ...box } of boxes) frames.set(frame, [...(frames.get(frame) ?? []), box]);
    return frames;
  };
  const mine = images(group(ours.detections.flatMap(([frame, x, y, w, h, score, cls]) => (cls === 'person' ? [{ frame, cls, x, y, w, h, score }] : []))));
  const peers = theirs && images(group(theirs.detections.flatMap(([frame, x, y, w, h, score, cls]) => (cls === 0 ? [{ frame, cls: 'person', x: x / plaza.width, y: y / plaza.height, w: w / plaza.width, h: h / plaza.height, score }] : []))));
  const row = (metric: string, of: (images: readonly DetectionImage[]) => number): Figure => ({ case: 'plaza', metric, value: percent(of(mine)), unit: '%', ...(peers && { peer: percent(of(peers)), goal: percent(of(peers)) }) });
  return [row('AP50', (all) => detectionAccuracy(all, { overlaps: [0.5] }).perClass[0]!.ap50!), row('recall at best F1', bestRecall), row('best F1', (all) => best(all).f1)];
}

const scoreSteps = 40;

function best(images: readonly DetectionImage[]): { readonly recall: number; readonly f1: number } {
  return Array.from({ length: scoreSteps - 1 }, (_, i) => operatingPoint(images, (i + 1) / scoreSteps)).reduce((top, point) => (point.f1 > top.f1 ? point : top));
}

function bestRecall(images: readonly DetectionImage[]): number {
  return best(images).recall;
}
