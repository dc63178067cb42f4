// Serves the generated site of the browser tests for a person to look at: node test/browser/serve.mjs [PORT]
import { build } from 'esbuild';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildPackages, buildPages } from '../../deploy/build.mjs';

const folder = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(folder, '..', 'dist', 'browser');
await buildPackages();
buildPages({ quiet: true });
rmSync(out, { recursive: true, force: true });
const entryPoints = ['serve', 'footage', 'generated-site', 'past', 'shop-site'].map((name) => path.join(folder, `${name}.ts`));
await build({ entryPoints, outdir: out, bundle: false, format: 'esm', platform: 'node', target: 'node20', logLevel: 'warning' });
await import(pathToFileURL(path.join(out, 'serve.js')).href);
