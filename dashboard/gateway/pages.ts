import { SightlineError } from '@sightline/runtime/errors';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Identity } from './access/identity.js';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, gzipSync } from 'node:zlib';

/**
 * The built pages, held in memory: what is not in the map does not exist, so no path can lead out of the folder. Each page's inline
 * scripts are hashed once, so that its content policy allows these and nothing else.
 */
export interface Pages {
  /** Changes with every build; an open page that learns of another version loads itself again. */
  readonly version: string;
  register(app: FastifyInstance, snapshot: (identity: Identity | null) => object | null): void;
}

interface PageFile {
  readonly body: Buffer;
  readonly type: string;
  readonly html: boolean;
  readonly immutable: boolean;
  readonly policy: string;
  readonly brotli: Buffer | null;
  readonly gzip: Buffer | null;
}

/** The page's own words for what the last known values say; null where they say nothing. Made by the build, see app/_live/first-sentence.tsx. */
type FirstSentence = (snapshot: object) => string | null;
const firstSentenceFile = 'first-sentence.cjs';
const sentencePlace = /(<div data-first-sentence="">).*?(<\/div>)/;

/** Where the last known values go, so that the first paint has them. A data block: it is never executed. */
const snapshotTag = (json: string): string => `<script type="application/json" id="sightline-snapshot">${json.replaceAll('<', '\\u003c')}</script>`;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};
const compressible = /^(text|application|image\/svg)/;

export async function loadPages(folder: string): Promise<Pages> {
  const files = new Map<string, PageFile>();
  const version = createHash('sha256');
  let names: string[];
  try {
    names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  } catch (cause) {
    throw new SightlineError('USAGE', `the dashboard's pages are not built: there is no folder ${folder}`, { cause, remedy: 'run `npm run build`' });
  }
  for (const name of names.sort()) {
    const type = types[path.extname(name)];
    if (!type) continue;
    const body = await readFile(path.join(folder, name));
    version.update(name).update(body);
    const squeezed = names.includes(`${name}.br`) ? await readFile(path.join(folder, `${name}.br`)) : null;
    files.set(`/${name.split(path.sep).join('/')}`, await pageFile(name, type, body, squeezed));
  }
  if (!files.has('/index.html')) throw new SightlineError('USAGE', `the dashboard's pages are not built: ${folder} holds no index.html`, { remedy: 'run `npm run build`' });
  const { firstSentence } = names.includes(firstSentenceFile) ? (createRequire(import.meta.url)(path.resolve(folder, firstSentenceFile)) as { readonly firstSentence: FirstSentence }) : { firstSentence: () => null };
  return { version: version.digest('hex').slice(0, 12), register: (app, snapshot) => register(app, files, snapshot, firstSentence) };
}

/** `squeezed`: the build's own brotli of the file, smaller than what is worth the time at a start. */
async function pageFile(name: string, type: string, body: Buffer, squeezed: Buffer | null): Promise<PageFile> {
  const html = type.startsWith('text/html');
  const squeeze = compressible.test(type) && !html;
  return {
    body,
    type,
    html,
    immutable: name.startsWith(path.join('_next', 'static')),
    policy: html ? contentPolicy(body.toString('utf8')) : type === types['.js'] ? scriptPolicy : "default-src 'none'",
    brotli: squeezed ?? (squeeze ? await promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }) : null),
    gzip: squeeze ? await promisify(gzip)(body) : null,
  };
}

/** A worker obeys the policy of its own script: it may load the rest of itself and open the live socket, nothing else. */
const scriptPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'";

/** No inline script but those of this very page, nothing from elsewhere, not framed by others. */
export function contentPolicy(html: string): string {
  const hashes = new Set<string>();
  for (const [, attributes, script] of html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
    if (script && !/\ssrc=|type="application\/json"/.test(attributes ?? '')) hashes.add(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  }
  return [
    "default-src 'none'",
    `script-src 'self' ${[...hashes].join(' ')}`.trim(),
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

function register(app: FastifyInstance, files: ReadonlyMap<string, PageFile>, snapshot: (identity: Identity | null) => object | null, firstSentence: FirstSentence): void {
  app.get('/*', async (request, reply) => {
    const asked = plainPath(request.url);
    const found = files.get(asked) ?? files.get(`${asked.replace(/\/$/, '')}/index.html`) ?? (path.extname(asked) === '' ? files.get('/404.html') : undefined);
    if (!found) return reply.code(404).type('application/json').send({ error: { code: 'NOT_FOUND', message: 'there is nothing here' } });
    if (found === files.get('/404.html')) reply.code(404);
    return send(request.headers['accept-encoding'] ?? '', reply, found, (html) => fill(html, snapshot(request.identity), firstSentence));
  });
}

function send(accepted: string | string[], reply: FastifyReply, file: PageFile, filled: (html: string) => string): FastifyReply {
  void reply.type(file.type).header('content-security-policy', file.policy).header('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  const encodings = String(accepted);
  if (file.html) {
    const html = filled(file.body.toString('utf8'));
    if (!/\bgzip\b/.test(encodings)) return reply.send(html);
    // The last known values of twenty cameras are 30 kB of text that says the same again and again. No secret stands in a page.
    return reply.header('vary', 'accept-encoding').header('content-encoding', 'gzip').send(gzipSync(html, { level: 4 }));
  }
  void reply.header('vary', 'accept-encoding');
  if (file.brotli && /\bbr\b/.test(encodings)) return reply.header('content-encoding', 'br').send(file.brotli);
  if (file.gzip && /\bgzip\b/.test(encodings)) return reply.header('content-encoding', 'gzip').send(file.gzip);
  return reply.send(file.body);
}

function fill(html: string, snapshot: object | null, firstSentence: FirstSentence): string {
  const sentence = snapshot && sentencePlace.test(html) ? firstSentence(snapshot) : null;
  const said = sentence === null ? html : html.replace(sentencePlace, (_whole, open: string, close: string) => open + sentence + close);
  return said.replace('</head>', () => `${snapshotTag(JSON.stringify(snapshot))}</head>`);
}

/** The path without its query; one that cannot be decoded is nobody's. */
function plainPath(url: string): string {
  try {
    return decodeURI(url.split('?')[0]!);
  } catch {
    return '';
  }
}
