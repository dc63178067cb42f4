import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const app = path.resolve(import.meta.dirname, '..');
const catalogues = readdirSync(import.meta.dirname).flatMap((file) => {
  const page = /^en-(\w+)\.ts$/.exec(file)?.[1];
  return page === undefined ? [] : [{ page, keys: [...readFileSync(path.join(import.meta.dirname, file), 'utf8').matchAll(/^ {2}'([\w.\-]+)':/gm)].map(([, key]) => key!) }];
});
const sources = readdirSync(app, { recursive: true, encoding: 'utf8' }).filter((file) => /^_\w+[/\\].*\.tsx?$/.test(file) && !file.startsWith('_text') && !file.includes('.test.'));

describe('texts', () => {
  // A text that no loaded file brings would be shown as the last part of its key.
  it.each(catalogues)('of $page are brought by every file that shows them', ({ page, keys }) => {
    expect(keys.length).toBeGreaterThan(0);
    const without = sources.filter((file) => {
      const text = readFileSync(path.join(app, file), 'utf8');
      const literals = new Set([...text.matchAll(/'([\w.\-]+)'/g)].map(([, literal]) => literal!));
      const stems = [...text.matchAll(/`([\w.\-]+\.)\$\{/g)].map(([, stem]) => stem!);
      const shows = keys.some((key) => literals.has(key) || literals.has(key.replace(/_(one|other)$/, '')) || stems.some((stem) => key.startsWith(stem)));
      return shows && !text.includes(`'../_text/en-${page}'`);
    });
    expect(without).toEqual([]);
  });
});
