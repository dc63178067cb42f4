import type { OnnxGraph } from '../../onnx/graph.js';
import { fuseHardSwish } from './hard-swish.js';
import { padChannels } from './pad-channels.js';
import { chainPools } from './pools.js';
import { reluBeforeConcat } from './relu-before-concat.js';

/** Rewrites that give the same numbers sooner; each does nothing where its pattern is absent. */
export function makeFaster(graph: OnnxGraph): void {
  fuseHardSwish(graph);
  reluBeforeConcat(graph);
  chainPools(graph);
  padChannels(graph);
}
