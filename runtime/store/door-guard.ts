import type { Session } from 'chdb';
import { ChdbNodeEngine } from 'chdb/durable/node';
import path from 'node:path';
import { systemTables } from './engine-config.js';
import { databaseName } from './store.js';
import { literal } from './parameters.js';

/**
 * What a stranger's statement may be. The engine's own parser decides how many statements it is and of which class; then no
 * function may be called that reaches outside the tables. Both layers stand before the engine's grants and `readonly`.
 */
export interface Guard {
  /** Why the statement is refused, or null. A writer's statement may change the tables, and reaches outside as little. */
  judge(sql: string, params: Readonly<Record<string, string>>, writer: boolean): Promise<Refusal | null>;
  close(): Promise<void>;
}

export interface Refusal {
  /** The engine's number and name of the nearest of its own errors. */
  readonly code: number;
  readonly name: string;
  readonly message: string;
}

/** Classes of a statement, as the engine numbers them. */
const readOnlyClass = 0;
const mutatingClass = 1;
const invalidClass = 4;

/** Functions of the engine's categories that only compute. What is in none of these, or new in the engine, is refused. */
const safeCategories = [
  'Aggregate Functions', 'Type Conversion', 'Dates and Times', 'Arrays', 'String', 'Geo', 'Hash', 'String Search', 'JSON', 'Mathematical', 'URL', 'Arithmetic', 'Geo Polygon', 'Map',
  'Comparison', 'IP Address', 'Tuple', 'Distance', 'Bitmap', 'Random Number', 'Time Series', 'NumericIndexedVector', 'Encoding', 'UUID', 'Bit', 'String Splitting', 'String Replacement',
  'Null', 'Rounding', 'Time Window', 'Conditional', 'Financial', 'Logical', 'QBit',
];
const safeOthers = [
  'bar', 'byteSize', 'countDigits', 'currentDatabase', 'currentUser', 'currentSchemas', 'defaultValueOfTypeName', 'finalizeAggregation', 'formatQuery', 'formatQuerySingleLine', 'formatReadableDecimalSize',
  'formatReadableQuantity', 'formatReadableSize', 'formatReadableTimeDelta', 'getSizeOfEnumType', 'identity', 'ignore', 'initializeAggregation', 'isConstant', 'isDecimalOverflow',
  'lowCardinalityKeys', 'lowCardinalityIndices', 'materialize', 'minSampleSizeContinuous', 'minSampleSizeConversion', 'neighbor', 'parseReadableSize', 'parseTimeDelta', 'rowNumberInAllBlocks',
  'rowNumberInBlock', 'runningDifference', 'throwIf', 'toColumnTypeName', 'toTypeName', 'transform', 'uptime', 'variantElement', 'variantType', 'version', 'visibleWidth', 'timezone', 'serverTimezone',
];
const safeTableFunctions = ['numbers', 'numbers_mt', 'generateSeries', 'generate_series', 'zeros', 'zeros_mt', 'values', 'view', 'null'];

export async function openGuard(folder: string, session: Session): Promise<Guard> {
  const forbidden = await forbiddenNames(session);
  const engine = new ChdbNodeEngine();
  await engine.start({ dataPath: path.join(folder, 'clickhouse'), backupsAllowedPath: path.join(folder, 'no-backups') });
  return {
    async judge(sql, params, writer) {
      const { statementCount, queryClass } = await engine.analyze(sql, databaseName);
      const kind = queryClass as number;
      if (statementCount !== 1) return { code: 62, name: 'SYNTAX_ERROR', message: kind === invalidClass ? 'Syntax error: this is no statement' : 'Multi-statements are not allowed' };
      if (kind !== readOnlyClass && !(writer && kind === mutatingClass)) return { code: 164, name: 'READONLY', message: 'Cannot execute query in readonly mode: this door does not take such a statement' };
      const found = await tokens(session, sql);
      return found ? (outside(found, forbidden) ?? (writer ? null : ofOthers(found, params)) ?? namedBySubstitution(found, params)) : { code: 62, name: 'SYNTAX_ERROR', message: 'Syntax error: the statement cannot be parsed' };
    },
    close: () => engine.close(),
  };
}

/** Names in lower case that are not known to be harmless: of functions, and of table functions. */
interface Forbidden {
  readonly functions: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
}

async function forbiddenNames(session: Session): Promise<Forbidden> {
  const list = (names: readonly string[]): string => names.map(literal).join(', ');
  const names = async (sql: string): Promise<Set<string>> => new Set((await session.queryAsync(sql, { format: 'TSVRaw' })).text().trimEnd().split('\n'));
  const functions = await names(`
    WITH (SELECT groupUniqArray(name) FROM system.functions WHERE categories IN (${list(safeCategories)}) OR name IN (${list(safeOthers)})) AS safe
    SELECT DISTINCT lower(name) FROM system.functions WHERE NOT has(safe, if(alias_to = '', name, alias_to))`);
  const tables = await names(`SELECT lower(name) FROM system.table_functions WHERE name NOT IN (${list(safeTableFunctions)})`);
  if (!functions.has('file') || !tables.has('url')) throw new Error('the list of forbidden functions is not complete');
  return { functions, tables };
}

interface Token {
  readonly text: string;
  readonly type: string;
}

/**
 * The statement in tokens, as the engine's parser understood it: written anew, so that no comment, heredoc or escape in a
 * quoted name hides what is called. null when it cannot be parsed.
 */
async function tokens(session: Session, sql: string): Promise<readonly Token[] | null> {
  const query = `WITH formatQuerySingleLineOrNull(${literal(sql)}) AS q
    SELECT isNull(q), arrayMap(t -> (substring(ifNull(q, ''), t.begin + 1, t.end - t.begin), toString(t.type)), arrayFilter(t -> t.type NOT IN ('Whitespace', 'Comment'), tokenizeQuery(ifNull(q, ''))))`;
  const [unparsed, found] = JSON.parse((await session.queryAsync(query, { format: 'JSONCompactEachRow' })).text()) as [number, [string, string][]];
  return unparsed ? null : found.map(([text, type]) => ({ text, type }));
}

function outside(found: readonly Token[], { functions, tables }: Forbidden): Refusal | null {
  for (const [index, { text, type }] of found.entries()) {
    if (type.startsWith('Error')) return { code: 62, name: 'SYNTAX_ERROR', message: `Syntax error near ${text.slice(0, 50)}` };
    if (!isName(type)) continue;
    const name = nameOf(found[index]!);
    const next = found[index + 1];
    // A function can also be handed over by its bare name (APPLY, arrayMap); a table function is always called.
    if (functions.has(name) || (tables.has(name) && next?.type === 'OpeningRoundBracket')) return { code: 497, name: 'ACCESS_DENIED', message: `Not enough privileges: this door does not call ${name}` };
    const after = found[index + 2];
    if (name === 'system' && next?.type === 'Dot' && after && !systemTables.includes(nameOf(after))) return { code: 497, name: 'ACCESS_DENIED', message: `Not enough privileges: this door does not read system.${nameOf(after)}` };
  }
  return null;
}

/** Tables that tell of people: who has the page's rights reads them there. */
const privateTables = ['audit'];

function ofOthers(found: readonly Token[], params: Readonly<Record<string, string>>): Refusal | null {
  const names = [...found.filter(({ type }) => isName(type)).map(nameOf), ...Object.values(params).map((value) => value.toLowerCase())];
  const table = names.find((name) => privateTables.includes(name));
  return table === undefined ? null : { code: 497, name: 'ACCESS_DENIED', message: `Not enough privileges: this door does not read ${table}` };
}

/** `{table:Identifier}` puts a name where the tokens did not show it. */
function namedBySubstitution(found: readonly Token[], params: Readonly<Record<string, string>>): Refusal | null {
  if (!found.some((token) => isName(token.type) && nameOf(token) === 'identifier')) return null;
  const further = Object.values(params).find((value) => /[^\w]/.test(value) || value.toLowerCase() === 'system');
  return further === undefined ? null : { code: 497, name: 'ACCESS_DENIED', message: `Not enough privileges: "${further}" is no table or column of this database` };
}

function isName(type: string): boolean {
  return type === 'BareWord' || type === 'QuotedIdentifier';
}

function nameOf({ text, type }: Token): string {
  return (type === 'QuotedIdentifier' ? text.slice(1, -1).replace(/\\(.)/g, '$1').replace(/``/g, '`').replace(/""/g, '"') : text).toLowerCase();
}
