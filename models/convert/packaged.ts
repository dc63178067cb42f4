import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';
import type { CatalogueEntry } from '../catalogue.js';
import type { OnnxGraph } from '../onnx/graph.js';
import { convertTfjs, type TfjsModel } from './tfjs.js';

/** Outputs that the heads of packaged models need; what the file decodes itself is left out. */
const outputs = ['tower_0/keypoints', 'tower_0/wh'];

/** Converts the TensorFlow.js model that an installed npm package carries. */
export async function convertPackaged(entry: CatalogueEntry): Promise<OnnxGraph> {
  if (entry.source.kind !== 'npm') throw new SightlineError('MODEL_NOT_FOUND', `"${entry.name}" does not come from a package`);
  const { json, weights } = await packagedFiles(entry.source.package, entry.source.files);
  return convertTfjs(json, weights, { outputs });
}

export async function packagedFiles(name: string, files: readonly string[]): Promise<{ json: TfjsModel; weights: Uint8Array }> {
  let folder: string;
  try {
    // The package's exports name neither its models nor its package.json: start from its main file and go up.
    folder = path.dirname(createRequire(import.meta.url).resolve(name));
    while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  } catch (cause) {
    throw new SightlineError('MODEL_NOT_FOUND', `the npm package ${name} that carries the model is not installed`, { cause, remedy: 'run `npm start`, which installs it' });
  }
  const [json, weights] = await Promise.all(files.map((file) => readFile(path.join(folder, file))));
  return { json: JSON.parse(json!.toString('utf8')) as TfjsModel, weights: weights! };
}
