import { gunzipSync, inflateSync } from 'node:zlib';

/** One statement as it came over ClickHouse's HTTP interface. */
export interface DoorRequest {
  readonly user: string;
  readonly password: string;
  readonly sql: string;
  /** What follows the statement: rows of an INSERT. */
  readonly data: Uint8Array;
  readonly params: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  readonly defaultFormat: string;
  readonly queryId: string | undefined;
}

export interface RawRequest {
  readonly method: string;
  readonly query: Readonly<Record<string, string | string[] | undefined>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

/** Parameters of the interface itself; everything else in the address is a setting. */
const ownParameters = new Set(['query', 'database', 'default_format', 'user', 'password', 'query_id', 'session_id', 'session_timeout', 'session_check', 'compress', 'decompress', 'quota_key', 'role', 'stacktrace', 'client_protocol_version', 'buffer_size']);

/** A body that is small when compressed may not be large when it is not. */
const maxInflatedBytes = 64 * 2 ** 20;

export function readRequest({ method, query, headers, body }: RawRequest): DoorRequest {
  const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
  const login = credentials(one(headers['authorization']));
  const payload = inflate(body, one(headers['content-encoding']));
  const text = one(query['query']);
  const params: Record<string, string> = {};
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(query)) {
    const single = one(value);
    if (single === undefined || ownParameters.has(name)) continue;
    if (name.startsWith('param_')) params[name.slice('param_'.length)] = single;
    else settings[name] = single;
  }
  const { sql, data } = method === 'POST' ? split(text, payload) : { sql: text ?? '', data: new Uint8Array() };
  return {
    user: one(headers['x-clickhouse-user']) ?? one(query['user']) ?? login?.user ?? 'default',
    password: one(headers['x-clickhouse-key']) ?? one(query['password']) ?? login?.password ?? '',
    sql,
    data,
    params,
    settings,
    defaultFormat: one(headers['x-clickhouse-format']) ?? one(query['default_format']) ?? 'TabSeparated',
    queryId: one(query['query_id']),
  };
}

/** The query of the address goes before the body, as in ClickHouse: there the statement may end and its rows begin. */
function split(text: string | undefined, body: Uint8Array): { sql: string; data: Uint8Array } {
  const whole = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const insert = /^\s*insert\s/i;
  if (text !== undefined && text !== '') return insert.test(text) ? { sql: text, data: whole } : { sql: whole.length > 0 ? `${text}\n${whole.toString()}` : text, data: new Uint8Array() };
  const head = whole.subarray(0, 64 * 1024).toString('latin1');
  const ends = insert.test(head) ? /\bformat\s+\w+[ \t\r]*\n/i.exec(head) : null;
  if (!ends) return { sql: whole.toString(), data: new Uint8Array() };
  const at = ends.index + ends[0].length;
  return { sql: whole.subarray(0, at).toString(), data: whole.subarray(at) };
}

function credentials(authorization: string | undefined): { user: string; password: string } | null {
  const match = /^Basic\s+(.+)$/i.exec(authorization ?? '');
  if (!match) return null;
  const text = Buffer.from(match[1]!, 'base64').toString();
  const colon = text.indexOf(':');
  return colon === -1 ? { user: text, password: '' } : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function inflate(body: Uint8Array, encoding: string | undefined): Uint8Array {
  if (encoding === 'gzip') return gunzipSync(body, { maxOutputLength: maxInflatedBytes });
  if (encoding === 'deflate') return inflateSync(body, { maxOutputLength: maxInflatedBytes });
  return body;
}
