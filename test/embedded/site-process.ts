import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { root } from '../footage.js';

/** A whole site in a process of its own, as a person starts it. */
export interface SiteProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it said on stderr. */
  said(): string;
  get<T>(path: string): Promise<T>;
  /** Sends the signal; resolves to the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

export interface LiveZones {
  readonly zones: readonly { readonly zone: string; readonly state: string; readonly measures: Readonly<Record<string, number | null>> }[];
}

const startPatienceMs = 60_000;

export async function startSite(args: readonly string[]): Promise<SiteProcess> {
  const child = spawn(process.execPath, [path.join(root, 'cli', 'bin', 'sightline.mjs'), 'start', '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals>((resolve) => child.on('close', (code, signal) => resolve(signal ?? code ?? 1)));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no address was printed\n${said}`)), startPatienceMs);
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const [, found] = /Sightline is on (\S+)/.exec(printed) ?? [];
      if (found) resolve(found);
    });
    void ended.then((code) => reject(new Error(`ended with ${code} before it was up\n${said}`))).finally(() => clearTimeout(timer));
  });
  return {
    url,
    child,
    said: () => said,
    get: async <T>(at: string) => (await (await fetch(`${url}${at}`)).json()) as T,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Asks again and again until the answer satisfies. */
export async function until<T>(ask: () => Promise<T>, satisfied: (answer: T) => boolean, patienceMs = 60_000): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (satisfied(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`not in ${patienceMs / 1000} s; last answer: ${JSON.stringify(answer).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
