// Brings a fresh clone to a state that runs: the workspace's packages, then whatever is stale built. Node and npm alone.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const oldestNode = [20, 9];
const manifests = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', ...['schemas', 'runtime', 'models', 'ingest', 'workers', 'dashboard', 'cli', 'test'].map((name) => `${name}/package.json`)];

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    console.error(`Sightline needs Node ${oldestNode.join('.')} or later; this is ${process.versions.node}. Install a newer Node from nodejs.org and try again.`);
    process.exit(1);
  }
}

/** Installs the workspace with pnpm when a manifest changed since the last install; an interrupted install resumes. */
export async function installPackages() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}-${process.versions.modules}\0`);
  for (const file of manifests) hash.update(readFileSync(path.join(root, file)));
  const now = hash.digest('hex');
  const stamp = path.join(root, 'node_modules', '.sightline-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  console.log('Installing packages (once; about a minute) …');
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL_CUDA: 'skip', npm_config_yes: 'true', CI: process.env.CI ?? '' };
  // npm exports its own settings to scripts; pnpm would warn about those it does not know.
  for (const key of Object.keys(env)) if (/^npm_config_/i.test(key) && !/^npm_config_(registry|.*proxy|cafile|yes|cache)$/i.test(key)) delete env[key];
  const status = await run(process.platform === 'win32' ? 'npx.cmd' : 'npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--prefer-offline'], env);
  if (status !== 0) {
    console.error('The packages could not be installed (see above). Check the network and start again: what was fetched is kept.');
    process.exit(1);
  }
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}

function run(command, args, env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env, shell: process.platform === 'win32' });
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
