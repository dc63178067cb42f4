import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { liveAsyncApi, livePage } from './live-page.js';

const docs = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

describe('the live protocol in docs/', () => {
  it('is what the schemas say', () => {
    expect(docs('live-protocol.md'), 'write it anew: node deploy/docs.mjs').toBe(livePage());
    expect(JSON.parse(docs('live.asyncapi.json')), 'write it anew: node deploy/docs.mjs').toEqual(liveAsyncApi());
  });

  it('refers to nothing that is not there', () => {
    const document = liveAsyncApi();
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
    expect(refs.length).toBeGreaterThan(20);
    for (const ref of refs) expect(ref.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document), ref).toBeDefined();
  });
});
