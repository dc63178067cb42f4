/** A `{name:Type}` parameter's value as ClickHouse reads it from text (the rules of its HTTP interface's `param_name`). */
export function parameterText(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  if (Array.isArray(value)) return `[${value.map(nestedText).join(',')}]`;
  if (typeof value === 'string') return escapeText(value);
  return scalarText(value);
}

/** A value as a literal inside SQL. */
export function literal(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
}

function nestedText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return `[${value.map(nestedText).join(',')}]`;
  return typeof value === 'string' ? literal(value) : scalarText(value);
}

function scalarText(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return String(value.getTime() / 1000);
  throw new TypeError(`a query parameter is a string, number, boolean, Date, null or a list of these, not ${typeof value}`);
}

function escapeText(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\t/g, '\\t').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\0/g, '\\0');
}
