import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { download, type DownloadProgress } from '@sightline/runtime/download';
import { SightlineError } from '@sightline/runtime/errors';
import { adaptCatalogued } from './adapt/adapt.js';
import { catalogue, defaultModelName, type CatalogueEntry } from './catalogue.js';
import { convertPackaged } from './convert/packaged.js';
import { adapterVersion, manifestFile, manifestSchema, readManifest, type Manifest } from './manifest.js';
import { OnnxGraph } from './onnx/graph.js';

/**
 * Which models there are, and how one is installed: fetch or find the original, adapt its graph, write both beside the
 * manifest into `<folder>/<name>/`, all or nothing.
 *
 *     await installModel({ name: 'centernet' });
 *     for (const { name, installed } of await listModels()) …
 */
export type ReportProgress = (progress: { readonly what: string; readonly share?: number }) => void;

export interface ModelListing {
  readonly name: string;
  readonly title: string;
  readonly licence: string;
  /** Whether `default` stands for it. */
  readonly isDefault: boolean;
  readonly installed: Manifest | null;
  /** Why an installed model cannot be used. */
  readonly fault?: string;
}

export const adaptedFile = 'model.onnx';
export const originalFile = 'original.onnx';

/** `.sightline/models` in the root of the workspace. */
export function defaultModelsFolder(): string {
  let at = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(at, 'pnpm-workspace.yaml'))) {
    const up = path.dirname(at);
    if (up === at) return path.resolve('.sightline', 'models');
    at = up;
  }
  return path.join(at, '.sightline', 'models');
}

/** What `default` stands for. */
export function defaultModel(): CatalogueEntry {
  return catalogued(defaultModelName)!;
}

export async function listModels(folder = defaultModelsFolder()): Promise<ModelListing[]> {
  const names = new Set(catalogue.map((entry) => entry.name));
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) if (entry.isDirectory() && !entry.name.startsWith('.')) names.add(entry.name);
  return Promise.all(
    [...names].map(async (name): Promise<ModelListing> => {
      const known = catalogued(name);
      const base = { name, title: known?.title ?? name, licence: known?.licence ?? '', isDefault: name === defaultModelName };
      try {
        const installed = await readManifest(path.join(folder, name));
        return { ...base, title: installed.title, licence: installed.licence, installed };
      } catch (error) {
        const missing = error instanceof SightlineError && error.code === 'MODEL_NOT_FOUND';
        return { ...base, installed: null, ...(!missing && { fault: error instanceof Error ? error.message : String(error) }) };
      }
    }),
  );
}

export interface InstallOptions {
  /** A name of the catalogue. */
  readonly name: string;
  readonly folder?: string;
  /** Take the original from this file instead of fetching it; its sha256 must be the catalogue's. */
  readonly file?: string;
  readonly reportProgress?: ReportProgress | undefined;
}

export async function installModel({ name, folder = defaultModelsFolder(), file, reportProgress }: InstallOptions): Promise<Manifest> {
  const entry = catalogued(name === 'default' ? defaultModelName : name);
  if (!entry) throw new SightlineError('MODEL_NOT_FOUND', `there is no model "${name}" to install by name; there are ${catalogue.map((known) => known.name).join(', ')}`);
  const original = await originalOf(entry, folder, file, reportProgress);
  reportProgress?.({ what: `adapting ${entry.name}` });
  const graph = OnnxGraph.parse(original, file ?? entry.name);
  return writeModel(folder, adaptCatalogued(graph, entry), original, graph.encode());
}

/**
 * The manifest of a model that is ready to open. The default installs itself; what another version of this program
 * installed is adapted anew from the original beside it.
 */
export async function ensureModel(name: string, folder: string, reportProgress?: ReportProgress): Promise<Manifest> {
  const entry = catalogued(name === 'default' ? defaultModelName : name);
  const own = path.join(folder, entry?.name ?? name);
  let fault: unknown;
  try {
    const manifest = await readManifest(own);
    if (manifest.adapter === adapterVersion) return manifest;
    fault = new SightlineError('MODEL_INVALID', `model "${name}" was installed by another version of Sightline`, { remedy: 'add it again with `sightline models add`' });
  } catch (error) {
    fault = error;
  }
  if (entry?.source.kind === 'npm') return installModel({ name: entry.name, folder, reportProgress });
  const original = path.join(own, originalFile);
  if (entry && existsSync(original)) return installModel({ name: entry.name, folder, file: original, reportProgress });
  throw fault as Error;
}


async function originalOf(entry: CatalogueEntry, folder: string, file: string | undefined, reportProgress: ReportProgress | undefined): Promise<Uint8Array> {
  if (file !== undefined) return checked(entry, await readOriginal(file), file);
  if (entry.source.kind === 'npm') {
    reportProgress?.({ what: `converting ${entry.name}` });
    return (await convertPackaged(entry)).encode();
  }
  if (entry.source.kind === 'file') return readOriginal(entry.source.path);
  const { url, sha256 } = entry.source;
  const to = path.join(folder, '.downloads', path.basename(new URL(url).pathname));
  const onProgress = ({ share }: DownloadProgress): void => reportProgress?.({ what: `fetching ${entry.name}`, ...(share !== null && { share }) });
  await download({ what: `the model "${entry.name}"`, to, sources: [{ url }], sha256, onProgress });
  const bytes = await readFile(to);
  await rm(to);
  return bytes;
}

function readOriginal(file: string): Promise<Uint8Array> {
  return readFile(file).catch((cause: unknown) => {
    throw new SightlineError('MODEL_NOT_FOUND', `there is no file at ${file} that can be read`, { cause, remedy: 'check the path' });
  });
}

function checked(entry: CatalogueEntry, bytes: Uint8Array, where: string): Uint8Array {
  const wanted = entry.source.kind === 'url' ? entry.source.sha256 : undefined;
  const found = sha256Of(bytes);
  if (wanted && found !== wanted) throw new SightlineError('CHECKSUM_MISMATCH', `${where}: sha256 is ${found}, but "${entry.name}" has ${wanted}`);
  return bytes;
}

/** Writes a model's folder beside the others under a passing name, then moves it into place. */
export async function writeModel(folder: string, entry: CatalogueEntry & Partial<Pick<Manifest, 'fixedSize'>>, original: Uint8Array, adapted: Uint8Array): Promise<Manifest> {
  const manifest = manifestSchema.parse({ ...entry, v: 1, adapter: adapterVersion, originalSha256: sha256Of(original), sha256: sha256Of(adapted), file: adaptedFile });
  const final = path.join(folder, entry.name);
  const passing = path.join(folder, `.${entry.name}-${randomUUID()}`);
  try {
    await mkdir(passing, { recursive: true });
    await writeFile(path.join(passing, originalFile), original);
    await writeFile(path.join(passing, adaptedFile), adapted);
    await writeFile(path.join(passing, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
    await rm(final, { recursive: true, force: true });
    await rename(passing, final).catch(async (error: unknown) => {
      // Another process installed the same model meanwhile: theirs is as good.
      if (!existsSync(path.join(final, manifestFile))) throw error;
    });
  } finally {
    await rm(passing, { recursive: true, force: true });
  }
  return manifest;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function catalogued(name: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.name === name);
}
