import { addModel } from '@sightline/models/add';
import { readFile } from 'node:fs/promises';

/** `sightline models add`: recognises the head, adapts the graph, checks it on a picture, and says what was found. */
export async function addFromCommandLine(
  source: string,
  options: { readonly name?: string; readonly classes?: string; readonly sha256?: string; readonly pixels?: 'rgb-255' | 'bgr-255' | 'rgb-1' | 'imagenet' },
  reportProgress: (progress: { readonly what: string; readonly share?: number }) => void,
): Promise<string> {
  const classes = options.classes ? (await readFile(options.classes, 'utf8')).split(/\r?\n/).map((line) => line.trim()).filter(Boolean) : undefined;
  const { manifest, notes } = await addModel({
    ...(/^https?:\/\//.test(source) ? { url: source } : { file: source }),
    ...(options.name && { name: options.name }),
    ...(options.sha256 && { sha256: options.sha256 }),
    ...(options.pixels && { pixels: options.pixels }),
    ...(classes && { classes }),
    reportProgress,
  });
  return [`${manifest.name} is installed, with ${manifest.classes.length} classes; use it with \`model: ${manifest.name}\` on a camera`, ...notes.map((note) => `  ${note}`), ''].join('\n');
}
