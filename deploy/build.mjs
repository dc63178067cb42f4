// Builds what is stale: every package's TypeScript to its dist/ (esbuild, no bundling), and the dashboard's pages.
// Use: node deploy/build.mjs [--no-pages]
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const packages = ['schemas', 'runtime', 'models', 'ingest', 'workers', 'dashboard', 'cli'];
const skipFolders = new Set(['node_modules', 'dist', '.next', 'out', 'app']);

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipFolders.has(entry.name)) yield* sources(full);
    } else if (entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') && !entry.name.endsWith('.d.ts')) yield full;
  }
}

/** A fingerprint of files by name, size and modification time; equal fingerprints mean nothing to build. */
function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${path.relative(root, file)}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

export async function buildPackages() {
  const { build } = await import('esbuild');
  for (const name of packages) {
    const folder = path.join(root, name);
    const entryPoints = [...sources(folder)].sort();
    const dist = path.join(folder, 'dist');
    const stamp = path.join(dist, '.fingerprint');
    const now = fingerprint(entryPoints);
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) continue;
    mkdirSync(dist, { recursive: true });
    if (entryPoints.length > 0) {
      await build({ entryPoints, outdir: dist, outbase: folder, bundle: false, format: 'esm', platform: 'node', target: 'node20', sourcemap: true, logLevel: 'warning' });
    }
    // What is left of sources that are gone goes last, so that a program that runs meanwhile finds every module.
    const built = new Set(entryPoints.map((file) => path.relative(folder, file).replace(/\.ts$/, '.js')));
    for (const file of outputs(dist)) if (!built.has(path.relative(dist, file).replace(/\.map$/, ''))) rmSync(file);
    writeFileSync(stamp, now);
  }
}

function* outputs(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* outputs(full);
    else if (/\.js(\.map)?$/.test(entry.name)) yield full;
  }
}

/** Scripts and styles a fifth smaller than what a server squeezes while someone waits: once, beside each file. */
function squeeze(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !/\.(js|css)$/.test(entry.name)) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
  }
}

/** The pages' own font is asked for with the page, not after its style sheet: only what is there within a tenth of a second is used on a first visit. */
function askForFontAtOnce(out) {
  const media = path.join(out, '_next', 'static', 'media');
  const font = readdirSync(media).find((name) => /^inter-latin-wght-normal\..*woff2$/.test(name));
  if (!font) throw new Error('the dashboard was built without its font (inter-latin-wght-normal)');
  const ask = `<link rel="preload" href="/_next/static/media/${font}" as="font" type="font/woff2" crossorigin=""/>`;
  for (const entry of readdirSync(out, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && entry.name.endsWith('.html')) writeFileSync(file, readFileSync(file, 'utf8').replace('<head>', `<head>${ask}`));
  }
}

export function buildPages({ quiet = false } = {}) {
  const app = path.join(root, 'dashboard', 'app');
  const out = path.join(root, 'dashboard', 'out');
  const made = new Set(['.next', 'out', 'next-env.d.ts', 'tsconfig.tsbuildinfo']);
  const files = [path.join(root, 'dashboard', 'package.json'), ...sources(path.join(root, 'schemas'))];
  const walk = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (made.has(entry.name)) continue;
      const full = path.join(at, entry.name);
      if (entry.isDirectory()) walk(full);
      else files.push(full);
    }
  };
  walk(app);
  const stamp = path.join(out, '.fingerprint');
  const now = fingerprint(files.sort());
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  const next = path.join(root, 'dashboard', 'node_modules', 'next', 'dist', 'bin', 'next');
  const run = spawnSync(process.execPath, [next, 'build'], { cwd: app, stdio: quiet ? 'pipe' : 'inherit', env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } });
  if (run.status !== 0) {
    if (quiet) process.stderr.write(`${run.stdout ?? ''}${run.stderr ?? ''}`);
    throw new Error('the dashboard did not build (next build failed, see above)');
  }
  askForFontAtOnce(path.join(app, 'out'));
  squeeze(path.join(app, 'out', '_next'));
  // What the gateway says in a page before any script is there, by the page's own components.
  createRequire(import.meta.url)('esbuild').buildSync({ entryPoints: [path.join(app, '_live', 'first-sentence.tsx')], outfile: path.join(app, 'out', 'first-sentence.cjs'), bundle: true, minify: true, format: 'cjs', platform: 'node', mainFields: ['module', 'main'], target: 'node20', jsx: 'automatic', conditions: ['sightline-source'], define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'error' });
  // Next writes its export inside its own folder; what is served changes at once, when all of it is there.
  rmSync(out, { recursive: true, force: true });
  renameSync(path.join(app, 'out'), out);
  writeFileSync(stamp, now);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPackages();
  if (!process.argv.includes('--no-pages')) buildPages();
}
