import { createRequire } from 'node:module';

/** The version of ONNX Runtime, once its native library has been loaded: so that `sightline doctor` tells when it cannot be. */
export async function onnxRuntimeVersion(): Promise<string> {
  await import('onnxruntime-node');
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return `onnxruntime-node ${version}`;
}
