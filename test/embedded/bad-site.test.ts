import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { footage, root } from '../footage.js';
import { startSite, until } from './site-process.js';

const cli = path.join(root, 'cli', 'bin', 'sightline.mjs');
const folder = mkdtempSync(path.join(os.tmpdir(), 'sightline-bad-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function site(name: string, text: string): string {
  const file = path.join(folder, `${name}.yaml`);
  writeFileSync(file, text);
  return file;
}
const plaza = `cameras:\n  - { name: plaza, source: ${JSON.stringify(footage('clips/plaza.avi'))}, loop: true, fps: 2 }\n`;

/** Runs a command that is expected to fail, and gives what it said. */
function failing(...args: readonly string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { timeout: 60_000 }, (error, stdout, stderr) => resolve({ code: (error as { code?: number } | null)?.code ?? 0, said: `${stdout}${stderr}` }));
  });
}

describe('sightline start with', () => {
  it('a port that is taken says so, and leaves nothing behind', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)));
    try {
      const { code, said } = await failing('start', '--site', site('port', plaza), '--data', path.join(folder, 'port'), '--port', String(port), '--no-door');
      expect(code).toBe(1);
      expect(said).toContain(`port ${port} of 127.0.0.1 is taken by another program`);
      expect(said).toContain('choose another port with --port [PORT_TAKEN]');
    } finally {
      server.close();
    }
  }, 90_000);

  it('a data folder that another one uses is refused; the other goes on', async () => {
    const data = path.join(folder, 'shared');
    const first = await startSite(['--site', site('first', plaza), '--data', data, '--no-door']);
    try {
      const { code, said } = await failing('start', '--site', site('second', plaza), '--data', data, '--port', '0', '--no-door');
      expect(code).toBe(1);
      expect(said).toContain('[DATA_LOCKED]');
      await until(() => first.get<{ status: string }>('/api/health'), ({ status }) => status === 'ok');
    } finally {
      await first.end('SIGINT');
    }
  }, 120_000);

  it('a data folder that is a file, or cannot be made, names it', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    const { code, said } = await failing('start', '--site', site('file', plaza), '--data', path.join(file, 'data'), '--port', '0');
    expect(code).toBe(1);
    expect(said).toContain('[DATA_READ_ONLY]');
  }, 90_000);

  it('a data folder on a read-only disk says so', async () => {
    const mount = path.join(folder, 'read-only');
    mkdirSync(mount);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,ro', 'tmpfs', mount], { stdio: 'ignore' });
    } catch {
      throw new Error('this test mounts a small tmpfs, which takes root (or CAP_SYS_ADMIN)');
    }
    try {
      const { code, said } = await failing('start', '--site', site('ro', plaza), '--data', path.join(mount, 'data'), '--port', '0');
      expect(code).toBe(1);
      expect(said).toContain('[DATA_READ_ONLY]');
    } finally {
      execFileSync('umount', [mount]);
    }
  }, 90_000);

  it('one camera that is not there and one whose model is not there runs the third', async () => {
    const text = `${plaza}  - { name: gone, source: /no/such/file.mp4 }\n  - { name: blind, source: ${JSON.stringify(footage('clips/plaza.avi'))}, model: no-such-model, fps: 2 }\n`;
    const running = await startSite(['--site', site('three', text), '--data', path.join(folder, 'three'), '--no-door']);
    try {
      type Health = { cameras: { name: string; state: string; problem?: string }[] };
      const { cameras } = await until(() => running.get<Health>('/api/health'), (health) => health.cameras.some(({ name, state }) => name === 'plaza' && state === 'online') && health.cameras.filter(({ problem }) => problem).length === 2);
      expect(cameras.find(({ name }) => name === 'gone')?.problem).toContain('there is no file at /no/such/file.mp4');
      expect(cameras.find(({ name }) => name === 'blind')?.problem).toContain('no-such-model');
    } finally {
      await running.end('SIGINT');
    }
  }, 120_000);

  it('1,000 zones runs them all', async () => {
    const zones = Array.from({ length: 1000 }, (_, i) => `  - { name: z${i}, kind: area, polygon: [[${i / 1000}, 0], [1, 0], [1, 1], [${i / 1000}, 1]] }\n`).join('');
    const running = await startSite(['--site', site('thousand', `${plaza}zones:\n${zones}`), '--data', path.join(folder, 'thousand'), '--no-door']);
    try {
      await until(() => running.get<{ zones: { state: string }[] }>('/api/v1/live'), (live) => live.zones.filter(({ state }) => state === 'fresh').length === 1000);
    } finally {
      await running.end('SIGINT');
    }
  }, 120_000);
});

describe('sightline', () => {
  it('check fails on a bad file, with every mistake', async () => {
    const { code, said } = await failing('check', site('bad', 'cameras:\n  - { name: door, source: a.mp4, fsp: 3 }\nzones:\n  - { name: z, kind: area, polygon: [[0, 0], [1, 1]] }\n'));
    expect(code).toBe(1);
    expect(said).toContain('unknown key "fsp" (did you mean "fps"?)');
    expect(said).toContain('a polygon needs at least 3 points');
  });

  it('run names a recording that is not there', async () => {
    const { code, said } = await failing('run', '/no/such/clip.mp4');
    expect(code).toBe(1);
    expect(said).toContain('there is no file at /no/such/clip.mp4');
  });

  it('an unknown command suggests the right one', async () => {
    const { code, said } = await failing('strat');
    expect(code).not.toBe(0);
    expect(said).toContain('start');
  });
});
