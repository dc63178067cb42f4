import { SightlineError } from '@sightline/runtime/errors';
import type { CatalogueEntry } from '../catalogue.js';
import type { OnnxGraph } from '../onnx/graph.js';
import { adaptCenternet } from './centernet.js';
import { addFeatures, pyramidFeature } from './features.js';
import { adaptInput, plainBgr, plainRgb } from './input.js';
import { makeFaster } from './rewrites/faster.js';
import { adaptYolox, yoloxLevels } from './yolox.js';

/** Rewrites an original graph of a catalogue model in place: pixels in, candidates and features out. Returns the entry with its feature tensor. */
export function adaptCatalogued(graph: OnnxGraph, entry: CatalogueEntry): CatalogueEntry {
  const features = entry.features ?? pyramidFeature(graph);
  makeFaster(graph);
  if (entry.head === 'centernet') {
    const [heat, size] = graph.outputs;
    adaptCenternet(graph, heat!.name, size!.name, entry.classes.length);
    adaptInput(graph, plainRgb);
  } else {
    const output = graph.outputs[0]!.name;
    const levels = yoloxLevels(graph, output);
    if (!levels) throw new SightlineError('MODEL_INVALID', `"${entry.name}": output "${output}" does not end in the head of the official YOLOX release`);
    adaptYolox(graph, levels, entry.classes.length);
    adaptInput(graph, plainBgr);
  }
  if (features) addFeatures(graph, features);
  graph.prune();
  return { ...entry, ...(features && { features }) };
}
