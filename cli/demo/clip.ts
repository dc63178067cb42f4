import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { download } from '@sightline/runtime/download';
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
export interface DemoProgress {
  (step: { readonly what: string; readonly bytes?: number; readonly total?: number }): void;
}

/** The demo clip's path: fetched once, checked by its sha256, whichever way it came. */
export async function demoClip(report: DemoProgress): Promise<string> {
  if (existsSync(kept)) return kept;
  await download({
    what: 'the demo clip',
    to: kept,
    sha256: clip.sha256,
    // A copy that is there already is the quickest; its sha256 says that it is the same clip.
    sources: [
      { file: path.resolve(root, process.env['SIGHTLINE_DATA'] ?? '../shared/data', 'clips', 'plaza.avi') },
      { url: clip.url },
      { name: `Debian's ${clip.debian.package}`, write: (to) => fromDebian(to, report) },
    ],
    onProgress: ({ bytes, total }) => report({ what: clip.file, bytes, total: total ?? clip.bytes }),
  });
  return kept;
}

/** Sites name the demo clip `demo:vtest`. */
export async function withDemoClip(site: Site, report: DemoProgress): Promise<Site> {
  if (!site.cameras.some((camera) => camera.source === demoSource)) return site;
  const source = await demoClip(report);
  return { ...site, cameras: site.cameras.map((camera) => (camera.source === demoSource ? { ...camera, source } : camera)) };
}

async function fromDebian(to: string, report: DemoProgress): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sightline-'));
  try {
    report({ what: `${clip.file} from Debian's ${clip.debian.package}` });
    await run('apt-get', ['download', clip.debian.package], folder);
    await run('sh', ['-c', `dpkg-deb --fsys-tarfile ${clip.debian.package}_*.deb | tar -x ${clip.debian.member}`], folder);
    await copyFile(path.join(folder, clip.debian.member), to);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
  });
}
