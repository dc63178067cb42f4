import type { Command } from 'commander';
import { defaultDataFolder } from '../data-folder.js';
import { queryOnce } from '../sql.js';

export function addSql(program: Command): void {
  program
    .command('sql')
    .description('ask the store a question in SQL (read only); the tables are described in docs/sql.md')
    .argument('<query>', 'a SELECT, SHOW or DESCRIBE')
    .option('--data <folder>', 'data folder of the site', defaultDataFolder)
    .option('--format <name>', 'any ClickHouse output format, such as PrettyCompact, CSVWithNames, JSONEachRow', 'PrettyCompactMonoBlock')
    .action(async (query: string, options: { data: string; format: string }) => {
      process.stdout.write(await queryOnce(query, options));
    });
}
