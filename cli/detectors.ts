import { openDetector } from '@sightline/models/inference/detector';
import { explain, SightlineError } from '@sightline/runtime/errors';
import type { Logger } from '@sightline/runtime/logging';
import type { Camera, Detector, Site } from '@sightline/schemas';

/** The detectors of a process, one per model in use, opened once. */
export interface Detectors {
  /** Opens the models of a site; one that cannot be opened is told, and only its cameras stay dark. */
  prepare(site: Site): Promise<void>;
  readonly get: (model: string) => Promise<Detector>;
  /** The analysis size of a camera for a source of this size in pixels. Throws when its model could not be opened. */
  readonly size: (camera: Camera, sourceWidth: number, sourceHeight: number) => { width: number; height: number };
  close(): Promise<void>;
}

export interface DetectorsOptions {
  readonly threads: number;
  readonly folder?: string;
  readonly logger: Logger;
  readonly reportProgress?: (progress: { readonly what: string; readonly share?: number }) => void;
}

export function createDetectors({ threads, folder, logger, reportProgress }: DetectorsOptions): Detectors {
  const opening = new Map<string, Promise<Detector>>();
  const open = new Map<string, Detector>();
  const faults = new Map<string, SightlineError>();

  const get = (model: string): Promise<Detector> => {
    let detector = opening.get(model);
    if (!detector) {
      detector = openDetector({ model, threads, ...(folder && { folder }), ...(reportProgress && { reportProgress }) });
      opening.set(model, detector);
      detector.then(
        (ready) => open.set(model, ready),
        (error: unknown) => {
          // The next change of the site tries again: the model may have been installed meanwhile.
          opening.delete(model);
          faults.set(model, error instanceof SightlineError ? error : new SightlineError('MODEL_INVALID', `model "${model}": ${String(error)}`, { cause: error }));
        },
      );
    }
    return detector;
  };

  return {
    get,
    async prepare(site) {
      const models = [...new Set(site.cameras.map((camera) => camera.model))];
      await Promise.all(models.map((model) => get(model).catch((error: unknown) => logger.error(`model "${model}": ${explain(error)}`))));
    },
    size(camera, sourceWidth, sourceHeight) {
      const detector = open.get(camera.model);
      if (!detector) throw faults.get(camera.model) ?? new SightlineError('MODEL_NOT_FOUND', `camera "${camera.name}": model "${camera.model}" is not open`);
      if (camera.analysisWidth === undefined) return detector.inputSize(sourceWidth, sourceHeight);
      const { stride } = detector.model;
      const toStride = (pixels: number): number => Math.max(stride, Math.round(pixels / stride) * stride);
      return { width: toStride(camera.analysisWidth), height: toStride((camera.analysisWidth * sourceHeight) / sourceWidth) };
    },
    async close() {
      await Promise.all([...opening.values()].map(async (detector) => (await detector.catch(() => null))?.close()));
    },
  };
}
