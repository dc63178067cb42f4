import type { LogRecord } from '@sightline/runtime/log/log';
import { encodeFrameHeader } from '@sightline/schemas/frame-codec';
import type { Detection, DetectRequest, Detector, DetectorResult, FrameHeader } from '@sightline/schemas';

/**
 * A detector that costs a fixed time and sees people walk as the frame's own first bytes say: for proofs and
 * measurements where the model is not the point. Equal frames give equal answers, in any process.
 *
 *     const detector = simulatedDetector({ seconds: 0.02 });
 *     await producer.send('frames', [simulatedFrame({ camera: 'door', seq: 0 })]);
 */
export interface SimulatedDetectorOptions {
  /** Time that one frame costs; frames of one thread follow each other. */
  readonly seconds: number;
  readonly threads?: number;
}

export interface SimulatedFrame {
  readonly camera: string;
  readonly seq: number;
  readonly epoch?: number;
  readonly fps?: number;
  /** µs of frame 0. */
  readonly startAt?: number;
  readonly recording?: boolean;
  /** A quiet frame: no pixels. */
  readonly quiet?: boolean;
}

export const simulatedWidth = 32;
export const simulatedHeight = 18;
export const simulatedStart = 1_700_000_000_000_000;
const magic = 0x534c494d;
/** A walker enters every so many frames and takes so many to cross the picture. */
const everyFrames = 23;
const walkFrames = 70;

export function simulatedDetector({ seconds, threads = 1 }: SimulatedDetectorOptions): Detector {
  const freeAt = new Array<number>(threads).fill(0);
  return {
    model: { name: 'simulated', version: 'simulated@000000000000', classes: ['person'], stride: 1, floor: 0.1, report: 0.45 },
    inputSize: () => ({ width: simulatedWidth, height: simulatedHeight }),
    detect: async (request) => {
      const now = performance.now();
      const thread = freeAt.indexOf(Math.min(...freeAt));
      const doneAt = Math.max(now, freeAt[thread]!) + seconds * 1000;
      freeAt[thread] = doneAt;
      if (seconds > 0) await new Promise((resolve) => setTimeout(resolve, doneAt - now));
      return answer(request, seconds);
    },
    close: async () => undefined,
  };
}

export function simulatedHeader(frame: SimulatedFrame): FrameHeader {
  const { camera, seq, epoch = 1, fps = 10, startAt = simulatedStart, recording = true, quiet = false } = frame;
  return {
    camera,
    epoch,
    seq,
    capturedAt: startAt + Math.round((seq * 1e6) / fps),
    width: simulatedWidth,
    height: simulatedHeight,
    encoding: quiet ? 'none' : 'rgb24',
    recording,
    dropped: {},
    quality: { brightness: 100, contrast: 40, sharpness: 10, state: 'ok' },
    motion: [0, 0],
  };
}

export function simulatedFrame(frame: SimulatedFrame): LogRecord {
  return { key: frame.camera, value: frame.quiet ? null : simulatedPixels(frame.camera, frame.seq), headers: encodeFrameHeader(simulatedHeader(frame)) };
}

export function simulatedPixels(camera: string, seq: number): Uint8Array {
  const pixels = Buffer.alloc(simulatedWidth * simulatedHeight * 3);
  pixels.writeUInt32BE(magic, 0);
  pixels.writeUInt32BE(seq, 4);
  pixels.writeUInt32BE(saltOf(camera), 8);
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}

function answer({ pixels }: DetectRequest, inferenceSeconds: number): DetectorResult {
  const bytes = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const coded = bytes.length >= 12 && bytes.readUInt32BE(0) === magic;
  return { detections: coded ? walkers(bytes.readUInt32BE(4), bytes.readUInt32BE(8)) : [], pixels, inferenceSeconds };
}

/** People in the picture at this frame: each crosses at its own height, and is missed now and then. */
function walkers(seq: number, salt: number): Detection[] {
  const found: Detection[] = [];
  for (let n = Math.max(0, Math.ceil((seq - walkFrames) / everyFrames)); n * everyFrames <= seq; n++) {
    const along = (seq - n * everyFrames) / walkFrames;
    const lane = ((n * 7 + salt) % 5) / 5;
    const missed = (seq * 31 + n * 17 + salt) % 11 === 0;
    if (missed) continue;
    const forwards = (n + salt) % 2 === 0;
    const x = forwards ? along : 1 - along;
    found.push({ cls: 'person', score: 0.6 + 0.3 * (((seq + n) % 10) / 10), x: x - 0.04, y: 0.1 + 0.5 * lane, w: 0.08, h: 0.25 });
  }
  return found;
}

function saltOf(camera: string): number {
  let salt = 7;
  for (const char of camera) salt = (salt * 31 + char.codePointAt(0)!) >>> 0;
  return salt;
}
