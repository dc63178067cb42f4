import type { Store } from '@sightline/runtime/store/store';

/**
 * The page docs/store.md, from what the store says of its own tables: their comments are the documentation.
 *
 *     UPDATE_DOCS=1 npx vitest run test/store/reference.test.ts   writes it
 */
export async function describeStore(store: Store): Promise<string> {
  const tables = await store.query<TableRow>(
    `SELECT name, engine, comment, sorting_key AS order_by, partition_key AS partition, extract(create_table_query, 'TTL (.+?) SETTINGS') AS ttl, startsWith(engine, 'Materialized') AS is_view, as_select AS body
     FROM system.tables WHERE database = currentDatabase() ORDER BY name`,
  );
  const columns = await store.query<ColumnRow>('SELECT table, name, type, comment FROM system.columns WHERE database = currentDatabase() ORDER BY table, position');
  const feeds = new Map(tables.filter(({ is_view }) => is_view).map(({ name, body }) => [name.replace(/_view$/, ''), /\bFROM (?:\w+\.)?(\w+)/.exec(body)?.[1] ?? '']));
  const sections = tables
    .filter(({ is_view }) => !is_view)
    .map((table) => section(table, columns.filter((column) => column.table === table.name), feeds.get(table.name)));
  return `${head}${sections.join('\n')}`;
}

interface TableRow {
  readonly name: string;
  readonly engine: string;
  readonly comment: string;
  readonly order_by: string;
  readonly partition: string;
  readonly ttl: string;
  readonly is_view: number;
  readonly body: string;
}

interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

const head = `# The tables of the store

Made from the tables' own comments (\`UPDATE_DOCS=1 npx vitest run test/store/reference.test.ts\`; a test fails when this page and the
tables differ). \`SHOW CREATE TABLE events\` says the same, with codecs. The SQL and its reasons lie in \`schemas/tables/migrations/\`.
Twenty questions with their queries are in [sql.md](sql.md). Places are fractions of the frame, 0..1, origin top left; times are UTC.

`;

function section(table: TableRow, columns: readonly ColumnRow[], source: string | undefined): string {
  const facts = [
    table.order_by === '' ? '' : `ordered by \`${table.order_by}\``,
    table.partition === '' ? '' : `partitioned by \`${table.partition}\``,
    table.ttl === '' ? '' : `forgotten after ${table.ttl.replace(/^\w+ \+ toIntervalDay\((\d+)\)$/, '$1 days')}`,
    source ? `filled from \`${source}\` by a materialised view` : '',
  ].filter((fact) => fact !== '');
  const rows = columns.map(({ name, type, comment }) => `| \`${name}\` | \`${type.replace(/\s+/g, ' ').replaceAll('|', '\\|')}\` | ${comment.replaceAll('|', '\\|')} |`);
  return `## ${table.name}\n\n${table.comment}.\n${facts.length > 0 ? `\n${table.engine}: ${facts.join(', ')}.\n` : ''}\n| column | type | |\n|---|---|---|\n${rows.join('\n')}\n`;
}
