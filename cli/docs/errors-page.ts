import { errorCodes } from '@sightline/runtime/errors';

/** docs/errors.md: every error code, what to do, and whether trying again helps. */
export function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(([code, { remedy, retryable }]) => `| \`${code}\` | ${remedy.replaceAll('|', '\\|')} | ${retryable ? 'yes, by itself' : 'no'} |`);
  return [
    '# Errors',
    '',
    'Every message of Sightline gives the value, the rule and the remedy, and ends with one of these codes. Made from',
    '`runtime/errors.ts` by `node deploy/docs.mjs`; what each bad input leads to is in [bad-input.md](bad-input.md).',
    '',
    '| code | what to do | does trying again help? |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
