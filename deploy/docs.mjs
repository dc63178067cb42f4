// Writes the parts of docs/ that are made from code: node deploy/docs.mjs
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildPackages } from './build.mjs';
import { root } from './setup.mjs';

await buildPackages();
const { errorsPage } = await import('../cli/dist/docs/errors-page.js');
writeFileSync(path.join(root, 'docs', 'errors.md'), errorsPage());
const { siteJsonSchema } = await import('../schemas/dist/json-schema.js');
writeFileSync(path.join(root, 'schemas', 'site.schema.json'), `${JSON.stringify(siteJsonSchema(), null, 2)}\n`);
const { liveAsyncApi, livePage } = await import('../cli/dist/docs/live-page.js');
writeFileSync(path.join(root, 'docs', 'live-protocol.md'), livePage());
writeFileSync(path.join(root, 'docs', 'live.asyncapi.json'), `${JSON.stringify(liveAsyncApi(), null, 2)}\n`);
