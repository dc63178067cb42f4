import { SightlineError } from '@sightline/runtime/errors';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The common Python stack (test/peers/pipeline.py), in a virtual environment with pinned versions that is made once. */
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), import.meta.url.endsWith('.ts') ? '../..' : '../../..');
const peers = path.join(root, 'test', 'peers');

export interface PythonStack {
  readonly python: string;
  readonly script: string;
}

export function pythonStack(tell: (what: string) => void): PythonStack {
  const requirements = path.join(peers, 'requirements.txt');
  const folder = path.join(root, '.sightline', 'venv', 'peers-pipeline');
  const python = path.join(folder, 'bin', 'python');
  const stamp = path.join(folder, '.requirements');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    tell('installing the Python stack (once)');
    mkdirSync(path.dirname(folder), { recursive: true });
    run('python3', ['-m', 'venv', folder]);
    run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
    writeFileSync(stamp, wanted);
  }
  return { python, script: path.join(peers, 'pipeline.py') };
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new SightlineError('USAGE', `the Python stack cannot be set up: ${command} ${args[0]}: ${(stderr ?? '').trim().split('\n').at(-1) ?? ''}`, { remedy: 'install Python 3.10 or later with venv, or leave the peer out with --no-peer' });
}
