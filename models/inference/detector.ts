import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';
import type { DetectRequest, Detector, DetectorResult, ModelInfo } from '@sightline/schemas';
import { inputSizeFor, type Manifest } from '../manifest.js';
import { defaultModelsFolder, ensureModel } from '../registry.js';
import { Dispatcher } from './dispatcher.js';

/**
 * Opens an installed model on inference threads.
 *
 *     const detector = await openDetector({ model: 'default', threads: 1 });
 *     const { width, height } = detector.inputSize(1920, 1080);
 *     const { detections, pixels } = await detector.detect({ camera: 'door', pixels: frame, width, height });
 *     await detector.close();
 */
export interface OpenDetectorOptions {
  /** Name of a model, or `default`. The default installs itself from its npm package, offline. */
  readonly model?: string;
  /** Folder of the installed models. */
  readonly folder?: string;
  /** How many inference threads, each with its own session and one core. */
  readonly threads: number;
  /** Called while a model is fetched or converted. */
  readonly reportProgress?: (progress: { readonly what: string; readonly share?: number }) => void;
}

export async function openDetector({ model = 'default', folder = defaultModelsFolder(), threads, reportProgress }: OpenDetectorOptions): Promise<Detector> {
  if (!Number.isInteger(threads) || threads < 1) throw new SightlineError('USAGE', `threads is ${threads}; a detector needs at least 1 inference thread`);
  const manifest = await ensureModel(model, folder, reportProgress);
  const modelPath = path.join(folder, manifest.name, manifest.file);
  await expectUnchanged(modelPath, manifest);
  const dispatcher = await Dispatcher.start({ manifest, modelPath }, threads);
  const info: ModelInfo = {
    name: manifest.name,
    version: `${manifest.name}@${manifest.sha256.slice(0, 12)}`,
    classes: manifest.classes,
    stride: manifest.stride,
    floor: manifest.floor,
    report: manifest.report,
  };
  return {
    model: info,
    inputSize: (sourceWidth, sourceHeight) => inputSizeFor(manifest, sourceWidth, sourceHeight),
    detect: async (request: DetectRequest): Promise<DetectorResult> => {
      const wrong = frameFault(request, manifest);
      if (wrong) throw new SightlineError('FRAME_INVALID', `camera "${request.camera}": ${wrong}`);
      return dispatcher.submit(request);
    },
    close: () => dispatcher.close(),
  };
}

function frameFault({ pixels, width, height }: DetectRequest, { stride, fixedSize, sizes }: Manifest): string | null {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < stride || height < stride || width % stride !== 0 || height % stride !== 0) {
    return `a frame of ${width}×${height} pixels; the model takes sides that are multiples of ${stride}`;
  }
  if (fixedSize && !sizes.some(([w, h]) => w === width && h === height)) return `a frame of ${width}×${height} pixels; the model takes ${sizes.map((size) => size.join('×')).join(' or ')} only`;
  if (pixels.byteLength !== width * height * 3) return `${pixels.byteLength} bytes for a frame of ${width}×${height}; rgb24 has ${width * height * 3}`;
  return null;
}

async function expectUnchanged(modelPath: string, manifest: Manifest): Promise<void> {
  const remedy = `remove the folder ${path.dirname(modelPath)} and install the model again`;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(modelPath);
  } catch (cause) {
    throw new SightlineError('MODEL_INVALID', `model "${manifest.name}": ${modelPath} cannot be read`, { cause, remedy });
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== manifest.sha256) {
    throw new SightlineError('MODEL_INVALID', `model "${manifest.name}": ${modelPath} (${bytes.length} bytes, sha256 ${sha256.slice(0, 12)}…) is not the file that was installed (sha256 ${manifest.sha256.slice(0, 12)}…): it is cut off or was changed`, { remedy });
  }
}
