import { explain } from '@sightline/runtime/errors';
import { Command, CommanderError } from 'commander';
import { addBench } from './commands/bench.js';
import { addCheck } from './commands/check.js';
import { addDev } from './commands/dev.js';
import { addDoctor } from './commands/doctor.js';
import { addEval } from './commands/eval.js';
import { addModels } from './commands/models.js';
import { addRoles } from './commands/roles.js';
import { addRun } from './commands/run.js';
import { addSql } from './commands/sql.js';
import { addStart } from './commands/start.js';

/**
 * The `sightline` command line. Commands load what they need when they run, so that `--help` answers at once.
 *
 *     process.exitCode = await main(['check', 'site.yaml']);
 */
export async function main(args: readonly string[]): Promise<number> {
  const program = new Command('sightline')
    .description('Video analytics that counts: cameras in, true numbers out, on a live page and in ClickHouse.')
    .showHelpAfterError('(see --help)')
    .showSuggestionAfterError(true)
    .helpCommand(true)
    .exitOverride();
  for (const add of [addStart, addCheck, addRun, addModels, addEval, addBench, addSql, addDoctor, addDev, addRoles]) add(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    process.stderr.write(`sightline: ${explain(error)}\n`);
    if (process.env['SIGHTLINE_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return 1;
  }
}
