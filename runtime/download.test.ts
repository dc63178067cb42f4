import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { download, type DownloadProgress } from './download.js';

const body = randomBytes(300_000);
const sha256 = createHash('sha256').update(body).digest('hex');
let folder: string;
let server: Server;
let base: string;
let ranges: (string | undefined)[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sightline-download-'));
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  ranges = [];
  answer = whole;
});

const whole = (_request: IncomingMessage, response: ServerResponse): void => void response.writeHead(200, { 'content-length': body.length, etag: '"one"' }).end(body);

/** Serves ranges of the version `etag`, and breaks the connection after `most` bytes. */
const breaking = (most: number, etag = '"one"') => (request: IncomingMessage, response: ServerResponse): void => {
  const asked = /bytes=(\d+)-/.exec(request.headers.range ?? '');
  const start = asked && request.headers['if-range'] === etag ? Number(asked[1]) : 0;
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': body.length - start, etag });
  response.write(body.subarray(start, start + most), () => void (start + most < body.length ? setTimeout(() => response.destroy(), 50) : response.end()));
};

const fresh = (): string => path.join(folder, randomBytes(6).toString('hex'));

describe('a download', () => {
  it('brings the file, with progress that ends at 1', async () => {
    const to = fresh();
    const progress: DownloadProgress[] = [];
    await expect(download({ what: 'it', to, sources: [{ url: base }], sha256, onProgress: (now) => progress.push(now) })).resolves.toEqual({ sha256, bytes: body.length, from: base });
    expect(progress.at(-1)).toMatchObject({ bytes: body.length, total: body.length, share: 1, secondsLeft: 0 });
    expect((await readFile(to)).equals(body)).toBe(true);
    await expect(stat(`${to}.part`)).rejects.toThrow();
  });

  it('is not done again when the file is there and right', async () => {
    const to = fresh();
    await writeFile(to, body);
    await expect(download({ what: 'it', to, sources: [{ url: base }], sha256 })).resolves.toMatchObject({ from: null });
    expect(ranges).toEqual([]);
  });

  it('goes on where the connection broke', async () => {
    answer = breaking(120_000);
    const to = fresh();
    await download({ what: 'it', to, sources: [{ url: base }], sha256 });
    expect(ranges[0]).toBeUndefined();
    expect(ranges.at(-1)).toMatch(/^bytes=[1-9]/);
    expect((await readFile(to)).equals(body)).toBe(true);
  });

  it('goes on in another run of the program, and begins anew when the file changed meanwhile', async () => {
    const to = fresh();
    answer = breaking(30_000);
    await expect(download({ what: 'it', to, sources: [{ url: base }], sha256 })).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED', retryable: true });
    expect((await stat(`${to}.part`)).size).toBeGreaterThanOrEqual(30_000);
    answer = breaking(body.length, '"two"');
    await download({ what: 'it', to, sources: [{ url: base }], sha256 });
    expect((await readFile(to)).equals(body)).toBe(true);
  });

  it('takes the next source when one fails, and says what each one said when all do', async () => {
    const to = fresh();
    const file = fresh();
    await writeFile(file, body);
    answer = (_request, response) => void response.writeHead(404).end();
    await expect(download({ what: 'it', to, sources: [{ url: base }, { file }], sha256 })).resolves.toMatchObject({ from: file });
    expect(ranges).toHaveLength(1);
    await expect(download({ what: 'the clip', to: fresh(), sources: [{ url: base }, { file: '/nowhere/clip' }] })).rejects.toThrow(/the clip could not be fetched — .*: the server answered 404 Not Found; \/nowhere\/clip: ENOENT/);
  });

  it('refuses what has another checksum and leaves nothing behind', async () => {
    const to = fresh();
    await expect(download({ what: 'it', to, sources: [{ url: base }], sha256: '0'.repeat(64) })).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    await expect(stat(to)).rejects.toThrow();
    await expect(stat(`${to}.part`)).rejects.toThrow();
  });
});
