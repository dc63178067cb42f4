import { formatMistakes, parseSite } from '@sightline/runtime/site-load';
import { SightlineError } from '@sightline/runtime/errors';
import { siteJsonSchema } from '@sightline/schemas/json-schema';
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('check a site file and tell every mistake at once, with line, column, value, rule and remedy')
    .argument('[file]', 'the site file')
    .option('--schema', 'print the JSON Schema of site files instead, for editors', false)
    .option('--json', 'print the mistakes as JSON', false)
    .action(async (file: string | undefined, { json, schema }: { json: boolean; schema: boolean }) => {
      if (schema) {
        process.stdout.write(`${JSON.stringify(siteJsonSchema(), null, 2)}\n`);
        return;
      }
      if (file === undefined) throw new SightlineError('USAGE', 'check needs a site file', { remedy: 'sightline check site.yaml' });
      const text = await readFile(file, 'utf8').catch((cause: unknown) => {
        throw new SightlineError('SITE_INVALID', `the site file ${file} cannot be read: ${(cause as Error).message}`, { cause, remedy: 'check the path' });
      });
      const { site, mistakes } = parseSite(text);
      if (json) process.stdout.write(`${JSON.stringify({ file, mistakes })}\n`);
      else if (site) process.stdout.write(`${file}: all right — ${count(site.cameras.length, 'camera')}, ${count(site.zones.length, 'zone')}, ${count(site.rules.length, 'rule')}\n`);
      else process.stdout.write(`${formatMistakes(file, mistakes)}\n`);
      if (!site) process.exitCode = 1;
    });
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
