import { openBare } from '@sightline/models/bench';
import { openDetector } from '@sightline/models/inference/detector';
import { defaultModelsFolder } from '@sightline/models/registry';
import { readVideo } from '../../read-video.js';

/**
 * Bare ONNX Runtime on the model's original graph, at the size that the whole path gives this clip: prints frames a second, and
 * the CPU time of one.
 *
 *     node bare-onnx.js clip.avi yolox-nano
 */
const [clip, model] = process.argv.slice(2) as [string, string];
const warmUps = 20;
const runs = 200;

const detector = await openDetector({ model, threads: 1 });
const { inputSize } = detector;
let first: { pixels: Uint8Array; width: number; height: number } | undefined;
for await (const { header, pixels } of readVideo(clip, { size: inputSize })) {
  first = { pixels, width: header.width, height: header.height };
  break;
}
await detector.close();
if (!first) throw new Error(`${clip} has no frame`);

const bare = await openBare(model, defaultModelsFolder(), first.pixels, first.width, first.height);
for (let i = 0; i < warmUps; i++) await bare.run();
const began = performance.now();
const cpuBegan = process.cpuUsage();
for (let i = 0; i < runs; i++) await bare.run();
const ms = (performance.now() - began) / runs;
const { user, system } = process.cpuUsage(cpuBegan);
await bare.close();
process.stdout.write(`${JSON.stringify({ fps: 1000 / ms, ms, cpuMs: (user + system) / 1000 / runs, width: first.width, height: first.height })}\n`);
