import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const child = fileURLToPath(new URL('./sink-child.mjs', import.meta.url));
const cameras = 3;
/** ms: from the first insert to a few batches in. */
const killWithinMs = 700;

export interface Killing {
  readonly random?: () => number;
  /** How long the sink gathers. Default so short that kills fall into writing; long: they fall into gathering. */
  readonly flushSeconds?: number;
}

/**
 * Runs a store, kills it at random moments as often as asked, lets it end, and expects that every frame counts once,
 * in the tables and in what is computed from them.
 */
export async function killOverAndOver(kills: number, { random = Math.random, flushSeconds = 0.05 }: Killing = {}): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-kill-'));
  const safe = new Map<string, number>();
  try {
    for (let kill = 0; kill < kills; kill++) {
      // More frames than can be written in time: the child never ends by itself.
      const { ended, ready } = start(folder, 1_000_000, flushSeconds, safe);
      const process = await ready;
      await new Promise((resolve) => setTimeout(resolve, random() * killWithinMs));
      process.kill('SIGKILL');
      await ended;
    }
    const frames = Math.max(0, ...safe.values()) + 20;
    const { ended } = start(folder, frames, flushSeconds, safe);
    const lines = await ended;
    expect(lines.at(-1)).toBe('done');
    const counts = JSON.parse(lines.find((line) => line.startsWith('counts '))!.slice('counts '.length)) as Record<string, unknown>;
    const events = cameras * Math.ceil(frames / 3);
    const samples = cameras * 2 * Math.ceil(frames / 10);
    expect(counts).toMatchObject({ events, ids: events, frames: cameras * frames, samples, seconds: samples, latest: cameras * 2, latestRight: cameras * 2 });
    expect(counts['minutes']).toEqual(counts['source']);
    expect(counts['quarters']).toEqual(counts['source']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function start(folder: string, frames: number, flushSeconds: number, safe: Map<string, number>): { ready: Promise<ChildProcess>; ended: Promise<string[]> } {
  const process = spawn(globalThis.process.execPath, [child, folder, String(frames), String(flushSeconds)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const reader = createInterface({ input: process.stdout });
  const ready = new Promise<ChildProcess>((resolve, reject) => {
    reader.on('line', (line) => {
      lines.push(line);
      const [word, camera, count] = line.split(' ');
      if (word === 'ready') resolve(process);
      if (word === 'safe') safe.set(camera!, Number(count));
    });
    process.once('exit', (code) => reject(new Error(`the store did not open again (${code})`)));
  });
  ready.catch(() => undefined);
  const ended = new Promise<string[]>((resolve) => reader.once('close', () => resolve(lines)));
  return { ready, ended };
}
