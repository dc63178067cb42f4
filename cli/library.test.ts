import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const data = path.resolve(root, process.env['SIGHTLINE_DATA'] ?? '../shared/data');

it('the program of docs/library.md counts who walks across the line', async () => {
  const clip = path.join(data, 'clips', 'plaza.avi');
  if (!existsSync(clip)) throw new Error(`the footage is missing: ${clip}; set SIGHTLINE_DATA to the folder that holds clips/`);
  const [, program] = /```ts\n([\s\S]*?)```/.exec(readFileSync(path.join(root, 'docs', 'library.md'), 'utf8'))!;
  const file = path.join(root, '.sightline', `library-${process.pid}.mjs`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, program!);
  const { stdout } = await promisify(execFile)(process.execPath, [file, clip], { cwd: root, timeout: 110_000 }).finally(() => rmSync(file));
  const crossings = stdout.trim().split('\n').map((line) => line.split(' ').slice(1, 3).join(' '));
  expect(crossings.filter((crossing) => crossing === 'crossed in').length).toBeGreaterThan(3);
  expect(crossings.filter((crossing) => crossing === 'crossed out').length).toBeGreaterThan(3);
}, 120_000);
