import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { firstSeconds, root } from '../footage.js';

const cli = path.join(root, 'cli', 'bin', 'sightline.mjs');
const folder = mkdtempSync(path.join(os.tmpdir(), 'sightline-resume-'));
const clip = path.join(folder, 'plaza.avi');
const zones = path.join(folder, 'zones.yaml');

beforeAll(async () => {
  await firstSeconds('clips/plaza.avi', 12, clip);
  writeFileSync(zones, 'zones:\n  - { name: walkway, kind: line, line: [[0.40, 0.58], [0.40, 0.33]] }\n  - { name: all, kind: area, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] }\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the recording into `out`; kills it after so many milliseconds of progress, or lets it end. */
function run(out: string, killAfterMs?: number): Promise<number | NodeJS.Signals> {
  const child = spawn(process.execPath, [cli, 'run', clip, '--zones', zones, '--out', path.join(folder, out), '--threads', '1'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let timer: NodeJS.Timeout | undefined;
  child.stderr.on('data', (chunk: Buffer) => {
    if (killAfterMs !== undefined && chunk.includes('░')) timer ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  return new Promise((resolve) => child.on('close', (code, signal) => (clearTimeout(timer), resolve(signal ?? code ?? 1))));
}

function counted(out: string): unknown {
  const table = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, out, `${name}.json`), 'utf8'));
  const { zones: zoneTotals, cameras } = table('totals') as { zones: unknown; cameras: unknown };
  return { events: table('events'), samples: table('samples'), tracks: table('tracks'), zoneTotals, cameras };
}

it('a run that is killed and started again counts exactly what an undisturbed one counts', async () => {
  expect(await run('whole')).toBe(0);
  expect(await run('killed', 400)).toBe('SIGKILL');
  expect(await run('killed', 1500)).toBe('SIGKILL');
  expect(await run('killed')).toBe(0);
  expect(counted('killed')).toEqual(counted('whole'));
  // And once more, when all is done: nothing is added.
  expect(await run('killed')).toBe(0);
  expect(counted('killed')).toEqual(counted('whole'));
}, 240_000);
