import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { GatewayUsage } from './children/dashboard-gateway.js';
import { benchCore, measuringProgram } from './pinned.js';

/** The benchmark's gateway on one core, as its own process. Ends with the signal. */
export interface GatewayProcess {
  readonly url: string;
  /** Results of all cameras so many times a second; 0 stops. */
  readonly play: (perSecond: number) => Promise<void>;
  /** So many seconds of all cameras at once. */
  readonly seconds: (count: number) => Promise<void>;
  readonly usage: () => Promise<GatewayUsage>;
  readonly ended: () => boolean;
  readonly close: () => void;
}

export async function startGatewayProcess(cameras: number, signal: AbortSignal): Promise<GatewayProcess> {
  const pinned = process.platform === 'linux' && existsSync('/usr/bin/taskset');
  const program = [process.execPath, '--expose-gc', measuringProgram('dashboard-gateway'), String(cameras)];
  const command = pinned ? ['/usr/bin/taskset', '-c', String(benchCore()), ...program] : program;
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const end = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-1000)));
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  const url = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const error = new Error(`the gateway's process ended with ${code}: ${said.trim()}`);
      reject(error);
      for (const one of waiting.values()) one.reject(error);
      waiting.clear();
    });
    child.on('message', (message: { readonly url?: string; readonly id?: number; readonly answer?: unknown }) => {
      if (message.url !== undefined) resolve(message.url);
      else if (message.id !== undefined) {
        waiting.get(message.id)?.resolve(message.answer);
        waiting.delete(message.id);
      }
    });
  });

  function order<T>(what: string, value = 0): Promise<T> {
    lastId += 1;
    const id = lastId;
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve: (answer) => resolve(answer as T), reject });
      child.send({ id, what, value });
    });
  }

  return {
    url,
    play: (perSecond) => order('play', perSecond),
    seconds: (count) => order('seconds', count),
    usage: () => order<GatewayUsage>('usage'),
    ended: () => child.exitCode !== null || child.signalCode !== null,
    close: end,
  };
}
