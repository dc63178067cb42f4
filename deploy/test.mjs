// npm test: sets up, type-checks, lints, runs every test. --all adds the slow ones; --only NAME runs test/NAME alone.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { checkNode, installPackages, root } from './setup.mjs';

checkNode();
await installPackages();
const args = process.argv.slice(2);
const all = args.includes('--all');
const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
const { buildPackages, buildPages } = await import('./build.mjs');
await buildPackages();
const { ensureTestTools } = await import('./test-tools.mjs');
ensureTestTools();

const bin = (name) => path.join(root, 'node_modules', name);
function step(title, file, argv, env = {}) {
  console.log(`\n── ${title}`);
  const { status } = spawnSync(process.execPath, [bin(file), ...argv], { cwd: root, stdio: 'inherit', env: { ...process.env, UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? '16', ...env } });
  if (status !== 0) {
    console.error(`\n${title}: failed`);
    process.exit(status ?? 1);
  }
}

if (!only) {
  step('types', 'typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']);
  step('lint', 'eslint/bin/eslint.js', ['.', '--max-warnings', '0', '--cache', '--cache-location', 'node_modules/.cache/eslint/']);
}
buildPages({ quiet: true });
// One file after another where a folder is run alone: chaos and its like fill a small machine by themselves.
step('tests', 'vitest/vitest.mjs', ['run', ...(only ? [`test/${only}`, '--no-file-parallelism'] : [])], { SIGHTLINE_SLOW: all || only ? '1' : '0' });
