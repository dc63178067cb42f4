import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SightlineError } from '@sightline/runtime/errors';

/** Runs a program on one core, with everything it starts, and reads the JSON that it prints last. */
const here = path.dirname(fileURLToPath(import.meta.url));
/** A child that has not answered by then never will. */
const patienceMs = 10 * 60_000;

/** The last core: interrupts and other programs favour the first. */
export function benchCore(): number {
  return availableParallelism() - 1;
}

export function runPinned<T>(core: number, command: string, args: readonly string[], signal?: AbortSignal): Promise<T> {
  const pinned = process.platform === 'linux' && existsSync('/usr/bin/taskset');
  const child = spawn(pinned ? '/usr/bin/taskset' : command, pinned ? ['-c', String(core), command, ...args] : args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: patienceMs, killSignal: 'SIGKILL', ...(signal && { signal }) });
  let printed = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) reject(new SightlineError('USAGE', `${path.basename(command)} ${args.map((arg) => path.basename(arg)).join(' ')} ended with ${code}: ${said.trim()}`, { remedy: 'see its message' }));
      else resolve(JSON.parse(printed.trim().split('\n').at(-1)!) as T);
    });
  });
}

/** A measuring program of this folder, as built. */
export function measuringProgram(name: string): string {
  return path.join(here, import.meta.url.endsWith('.ts') ? '../dist/bench' : '.', 'children', `${name}.js`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
