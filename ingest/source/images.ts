import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';
import type { Camera } from '@sightline/schemas';
import type { SourceInput } from './input.js';

const pictureName = /\.(jpe?g|png|bmp|webp|tiff?)$/i;

/** A folder of pictures, or a glob in its last part (`shots/2026-*.jpg`), in natural order, as one stream of `fps` pictures a second. */
export async function imageList(camera: Camera, address: string): Promise<{ input: SourceInput; modifiedAt: number }> {
  const whole = path.resolve(address.replace(/^file:(\/\/)?/, ''));
  const isFolder = (await stat(whole).catch(() => null))?.isDirectory() === true;
  const folder = isFolder ? whole : path.dirname(whole);
  const wanted = isFolder ? pictureName : globPattern(path.basename(whole));
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new SightlineError('SOURCE_NOT_FOUND', `camera "${camera.name}": there is no folder at ${folder}`, { cause });
  });
  const pictures = names.filter((name) => wanted.test(name) && pictureName.test(name)).sort(naturalOrder.compare);
  const first = pictures[0];
  if (first === undefined) throw new SightlineError('SOURCE_NOT_FOUND', `camera "${camera.name}": there is no picture (jpg, png, bmp, webp, tiff) at ${whole}`);
  const odd = pictures.find((name) => formatOf(name) !== formatOf(first));
  if (odd !== undefined) {
    throw new SightlineError('SOURCE_UNREADABLE', `camera "${camera.name}": ${folder} mixes formats (${first}, ${odd}); the pictures of one source are of one format`, {
      remedy: `name one format, such as ${path.join(folder, `*${path.extname(first)}`)}`,
    });
  }
  const { mtimeMs } = await stat(path.join(folder, first));
  const seconds = (1 / camera.fps).toFixed(9);
  const list = ['ffconcat version 1.0', ...pictures.flatMap((name) => [`file ${quoted(`file:${path.join(folder, name)}`)}`, `duration ${seconds}`])].join('\n');
  return {
    modifiedAt: mtimeMs,
    input: {
      url: 'pipe:0',
      options: ['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'file,pipe,fd'],
      feed: async (stdin) => void stdin.write(`${list}\n`),
    },
  };
}

const naturalOrder = new Intl.Collator('en', { numeric: true });

function formatOf(name: string): string {
  return path.extname(name).toLowerCase().replace('.jpeg', '.jpg').replace('.tiff', '.tif');
}

function globPattern(glob: string): RegExp {
  const pattern = glob.replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${pattern}$`, 'u');
}

function quoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
