import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';
import { explain, SightlineError } from '@sightline/runtime/errors';
import { spawnSync } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { openDataFolder, readRunning } from '../data-folder.js';

/** One thing that must be in place, and the line that mends it when it is not. */
export interface Check {
  readonly name: string;
  /** What it is needed for; an optional check that fails does not fail the doctor. */
  readonly neededFor: string;
  readonly optional?: boolean;
  /** Resolves to what was found; rejects with what is missing. */
  run(): Promise<string>;
}

export interface Finding {
  readonly name: string;
  readonly neededFor: string;
  readonly state: 'ok' | 'missing' | 'optional';
  readonly detail: string;
}

const leastFreeBytes = 2 * 2 ** 30;

export async function examine(checks: readonly Check[], tell: (finding: Finding) => void): Promise<boolean> {
  let healthy = true;
  for (const check of checks) {
    let finding: Finding;
    try {
      finding = { name: check.name, neededFor: check.neededFor, state: 'ok', detail: await check.run() };
    } catch (error) {
      finding = { name: check.name, neededFor: check.neededFor, state: check.optional ? 'optional' : 'missing', detail: explain(error) };
      healthy &&= check.optional === true;
    }
    tell(finding);
  }
  return healthy;
}

export function machineChecks({ dataFolder, port }: { dataFolder: string; port: number }): Check[] {
  return [
    { name: 'Node', neededFor: 'everything', run: async () => `${process.version} on ${process.platform} ${process.arch}` },
    { name: 'ffmpeg', neededFor: 'reading cameras', run: async () => findFfmpeg().then((ffmpeg) => `${ffmpeg.version.split(' ').slice(0, 3).join(' ')} at ${ffmpeg.path}`) },
    { name: 'ONNX Runtime', neededFor: 'detection', run: onnxRuntime },
    { name: 'chDB', neededFor: 'the embedded store', run: embeddedEngine },
    { name: 'data folder', neededFor: 'the log and the store', run: () => dataFolderState(dataFolder) },
    { name: `port ${port}`, neededFor: 'the dashboard', run: () => portState(port, dataFolder) },
    { name: 'Java', neededFor: 'sightline dev kafka', optional: true, run: async () => firstLine('java', ['-version'], 'install a Java 17 or later runtime (Debian: apt-get install openjdk-17-jre-headless)') },
    { name: 'Maven', neededFor: 'sightline dev kafka', optional: true, run: async () => firstLine('mvn', ['-v'], 'install Maven (Debian: apt-get install maven)') },
    {
      name: 'Chromium',
      neededFor: 'npm test',
      optional: true,
      run: async () => firstLine(process.env['CHROMIUM_PATH'] ?? 'chromium', ['--version'], 'install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH'),
    },
  ];
}

async function onnxRuntime(): Promise<string> {
  const { onnxRuntimeVersion } = await import('@sightline/models/runtime-version');
  return onnxRuntimeVersion();
}

async function embeddedEngine(): Promise<string> {
  const { engineVersion } = await import('@sightline/runtime/store/engine-version');
  return engineVersion();
}

async function dataFolderState(folder: string): Promise<string> {
  const full = await openDataFolder(folder);
  const { bavail, bsize } = await statfs(full);
  const free = bavail * bsize;
  if (free < leastFreeBytes) throw new SightlineError('DISK_FULL', `${(free / 1e9).toFixed(1)} GB are free at ${full}; at least 2 GB are wise`);
  return `${path.relative(process.cwd(), full) || full}, ${(free / 1e9).toFixed(0)} GB free`;
}

async function portState(port: number, dataFolder: string): Promise<string> {
  const running = await readRunning(dataFolder);
  if (running && new URL(running.url).port === String(port)) return `used by Sightline itself (${running.url})`;
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) => reject(new SightlineError('PORT_TAKEN', `port ${port} is taken by another program`, { cause })));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve('free')));
  });
}

function firstLine(command: string, args: readonly string[], remedy: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 });
  if (status !== 0) throw new SightlineError('USAGE', `${command} does not run`, { remedy });
  return `${stdout}${stderr}`.split('\n')[0]!.trim();
}
