import { openDetector } from '@sightline/models/inference/detector';
import { installModel, listModels } from '@sightline/models/registry';
import type { Detector } from '@sightline/schemas';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Opens a model to be judged; one that is not installed yet is taken from the footage folder where it holds it. */
export async function openForEval(name: string, dataFolder: string, threads = 1): Promise<Detector> {
  const listed = (await listModels()).find((model) => model.name === name);
  const file = path.join(dataFolder, 'models', `${name.replaceAll('-', '_')}.onnx`);
  if (listed && !listed.installed && existsSync(file)) await installModel({ name, file });
  return openDetector({ model: name, threads });
}
