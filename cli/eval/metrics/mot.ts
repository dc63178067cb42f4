import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';

/** One line of a MOTChallenge file: frame from 1, pixels of the frame. */
export interface MotBox {
  readonly frame: number;
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** Confidence; in ground truth 0 means that the box does not count. */
  readonly confidence: number;
  /** MOTChallenge class of ground truth (1 pedestrian; −1 unknown). */
  readonly cls: number;
}

/** Columns of a line with a class: MOT16 and later have nine, of which the last is visibility; MOT15 has ten, of which the last three are places on the ground. */
const columnsWithClass = 9;

/** Boxes of a MOTChallenge file, in the file's order. */
export function readMot(file: string): MotBox[] {
  if (!existsSync(file)) throw new SightlineError('SOURCE_NOT_FOUND', `there is no MOT file at ${file}`);
  const boxes: MotBox[] = [];
  readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .forEach((line, index) => {
      if (line.trim() === '') return;
      const columns = line.trim().split(/[,\s]+/).map(Number);
      const [frame, id, x, y, w, h, confidence = 1, eighth = -1] = columns;
      const cls = columns.length === columnsWithClass ? eighth : -1;
      if (![frame, id, x, y, w, h, confidence].every((value) => Number.isFinite(value))) {
        throw new SightlineError('SOURCE_UNREADABLE', `${file}, line ${index + 1}: "${line.slice(0, 80)}" is not frame,id,x,y,w,h,confidence,…`);
      }
      boxes.push({ frame: frame!, id: id!, x: x!, y: y!, w: w!, h: h!, confidence, cls });
    });
  return boxes;
}

export interface MotFolder {
  readonly name: string;
  readonly detections: readonly MotBox[];
  /** Boxes of pedestrians that count. */
  readonly truth: readonly MotBox[];
  readonly fps: number;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
}

/** A sequence in MOTChallenge's layout (det/det.txt, gt/gt.txt, seqinfo.ini) or flat (det.txt, gt.txt). */
export function readMotFolder(folder: string, given: { fps?: number; name?: string; det?: string } = {}): MotFolder {
  const at = (name: string, inside: string): string => (existsSync(join(folder, inside, name)) ? join(folder, inside, name) : join(folder, name));
  const info = sequenceInfo(join(folder, 'seqinfo.ini'));
  const fps = given.fps ?? info.frameRate;
  if (fps === undefined || !(fps > 0)) throw new SightlineError('USAGE', `${folder} has no seqinfo.ini with frameRate`, { remedy: 'give the frame rate: --fps N' });
  const detections = readMot(given.det ? join(folder, given.det) : at('det.txt', 'det'));
  const truth = readMot(at('gt.txt', 'gt')).filter((box) => box.confidence !== 0 && (box.cls === -1 || box.cls === 1));
  const all = [...detections, ...truth];
  const extent = (of: (box: MotBox) => number): number => Math.max(1, Math.ceil(all.reduce((most, box) => Math.max(most, of(box)), 0)));
  return {
    name: given.name ?? info.name ?? folder.replace(/\/+$/, '').split('/').at(-1)!,
    detections,
    truth,
    fps,
    frames: Math.max(info.seqLength ?? 0, extent((box) => box.frame)),
    width: info.imWidth ?? extent((box) => box.x + box.w),
    height: info.imHeight ?? extent((box) => box.y + box.h),
  };
}

interface SequenceInfo {
  readonly name?: string;
  readonly frameRate?: number;
  readonly seqLength?: number;
  readonly imWidth?: number;
  readonly imHeight?: number;
}

function sequenceInfo(file: string): SequenceInfo {
  if (!existsSync(file)) return {};
  const entries = new Map<string, string>();
  for (const line of readFileSync(file, 'utf8').split(/\r?\n/)) {
    const [key, value] = line.split('=', 2).map((part) => part.trim());
    if (key && value) entries.set(key, value);
  }
  const number = (key: string): number | undefined => (Number(entries.get(key)) > 0 ? Number(entries.get(key)) : undefined);
  const name = entries.get('name');
  const found = { frameRate: number('frameRate'), seqLength: number('seqLength'), imWidth: number('imWidth'), imHeight: number('imHeight') };
  return { ...(name !== undefined && { name }), ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) };
}
