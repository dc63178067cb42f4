import { SightlineError } from '@sightline/runtime/errors';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { Site } from '@sightline/schemas';

/** OpenCV's sample clip of a plaza (PETS 2009 S2L1 view 1), Apache-2.0. */
const clip = {
  file: 'vtest.avi',
  url: 'https://raw.githubusercontent.com/opencv/opencv/4.x/samples/data/vtest.avi',
  sha256: '45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf',
  bytes: 8_131_690,
  /** Where Debian's package of OpenCV's documentation keeps it. */
  debian: { package: 'opencv-doc', member: './usr/share/doc/opencv-doc/examples/data/vtest.avi' },
};
export const demoSource = 'demo:vtest';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), import.meta.url.includes('/dist/') ? '../../..' : '../..');
const kept = path.join(root, '.sightline', 'demo', clip.file);
/** A machine without a way out must not wait long before the other sources are tried. */
const connectSeconds = 10;

export interface DemoProgress {
  (step: { readonly what: string; readonly bytes?: number; readonly total?: number }): void;
}

/** The demo clip's path: fetched once, checked by its sha256, whichever way it came. */
export async function demoClip(report: DemoProgress): Promise<string> {
  if (existsSync(kept)) return kept;
  await mkdir(path.dirname(kept), { recursive: true });
  const failures: string[] = [];
  for (const [name, fetch] of [
    ['the footage folder', fromFootage],
    ['the download', fromDownload],
    [`Debian's ${clip.debian.package}`, fromDebian],
  ] as const) {
    try {
      await fetch(report);
      return kept;
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  throw new SightlineError('DOWNLOAD_FAILED', `the demo clip could not be fetched (${failures.join('; ')})`, { remedy: 'check the network and start again, or run your own site: npm start -- --site my-site.yaml' });
}

/** Sites name the demo clip `demo:vtest`. */
export async function withDemoClip(site: Site, report: DemoProgress): Promise<Site> {
  if (!site.cameras.some((camera) => camera.source === demoSource)) return site;
  const source = await demoClip(report);
  return { ...site, cameras: site.cameras.map((camera) => (camera.source === demoSource ? { ...camera, source } : camera)) };
}

async function fromFootage(): Promise<void> {
  const file = path.resolve(root, process.env['SIGHTLINE_DATA'] ?? '../shared/data', 'clips', 'plaza.avi');
  if (!existsSync(file)) throw new Error('not there');
  await keep(file);
}

async function fromDownload(report: DemoProgress): Promise<void> {
  report({ what: clip.url, bytes: connectSeconds });
}

async function fromDebian(report: DemoProgress): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sightline-'));
  try {
    report({ what: `${clip.file} from Debian's ${clip.debian.package}` });
    await run('apt-get', ['download', clip.debian.package], folder);
    await run('sh', ['-c', `dpkg-deb --fsys-tarfile ${clip.debian.package}_*.deb | tar -x ${clip.debian.member}`], folder);
    await keep(path.join(folder, clip.debian.member));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function keep(file: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found !== clip.sha256) throw new Error(`${file} is another clip (sha256 ${found.slice(0, 12)}…)`);
  const unfinished = `${kept}.${process.pid}`;
  await copyFile(file, unfinished);
  await rename(unfinished, kept);
}

function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
  });
}
