import { SightlineError } from '@sightline/runtime/errors';
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RoleArguments } from '../roles/main.js';

/** A role as a child process, which ends when this process does. */
export interface RoleChild {
  readonly name: string;
  readonly pid: number;
  /** Resolves once the role runs; rejects when it ended before. */
  readonly ready: Promise<void>;
  readonly exited: Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../dist/roles/main.js' : '../roles/main.js', import.meta.url));

export function startRoleChild(name: string, options: RoleArguments, environment: Readonly<Record<string, string>>, onLine: (line: string) => void): RoleChild {
  const child: ChildProcess = fork(main, [JSON.stringify(options)], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message: { ready?: string }) => message.ready !== undefined && resolve());
    child.once('error', reject);
    void exited.then((code) => reject(new SightlineError('USAGE', `${name} ended with ${code ?? 'a signal'} before it ran`)));
  });
  ready.catch(() => undefined);
  return {
    name,
    pid: child.pid ?? -1,
    ready,
    exited,
    signal: (signal) => void child.kill(signal),
    stop: async () => {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
