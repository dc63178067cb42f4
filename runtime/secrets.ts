import { readFileSync } from 'node:fs';
import { SightlineError } from './errors.js';

/**
 * Secrets in sources and addresses: `${NAME}` is filled in from the environment, or from the file that NAME_FILE names,
 * only where a camera is opened or a webhook is sent. What is shown to people goes through `redact`.
 *
 *     const url = expandSecrets('rtsp://viewer:${CAM_PASSWORD}@10.0.0.7/main', process.env);
 *     throw new SightlineError('SOURCE_REFUSED', `camera "door": ${redact(line, url)}`);
 */
export function expandSecrets(text: string, environment: Readonly<Record<string, string | undefined>>): string {
  return text.replace(placeholder, (_whole, name: string) => secret(name, environment));
}

/** The names of the placeholders in a text. */
export function secretNames(text: string): string[] {
  return [...text.matchAll(placeholder)].map((match) => match[1]!);
}

/**
 * A text without secrets: user and password of every address, values of query parameters that read like credentials,
 * and the credentials of `expanded` (the address as it was opened) wherever they stand.
 */
export function redact(text: string, expanded?: string): string {
  let safe = text;
  for (const part of expanded === undefined ? [] : credentials(expanded)) safe = safe.replaceAll(part, hidden);
  return safe
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+(?:@[^\s/@"']+)*@/gi, `$1${hidden}@`)
    .replace(/([?&;](?:[\w-]*(?:password|passwd|pwd|token|secret|apikey|api_key|signature|auth)[\w-]*|pass|key|sig|usr|user)=)[^&\s"']*/gi, `$1${hidden}`);
}

const placeholder = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const hidden = '***';
/** Shorter parts would blank out ordinary words of a message. */
const leastCredentialLength = 3;

function secret(name: string, environment: Readonly<Record<string, string | undefined>>): string {
  const value = environment[name];
  if (value !== undefined) return value;
  const file = environment[`${name}_FILE`];
  if (file === undefined) throw new SightlineError('SITE_SECRET_MISSING', `\${${name}} is not set: neither ${name} nor ${name}_FILE is in the environment`);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new SightlineError('SITE_SECRET_MISSING', `\${${name}}: the file that ${name}_FILE names cannot be read (${file})`, { cause });
  }
}

function credentials(address: string): string[] {
  const parts = new Set<string>();
  const login = /^[a-z][a-z0-9+.-]*:\/\/(.+)@/i.exec(address)?.[1];
  if (login !== undefined) {
    parts.add(login);
    const password = login.slice(login.indexOf(':') + 1);
    if (login.includes(':')) {
      parts.add(password);
      parts.add(decoded(password));
    }
  }
  for (const match of address.matchAll(/[?&;](?:[\w-]*(?:password|passwd|pwd|token|secret|key|signature|auth)[\w-]*|pass|sig)=([^&]*)/gi)) {
    parts.add(match[1]!);
    parts.add(decoded(match[1]!));
  }
  return [...parts].filter((part) => part.length >= leastCredentialLength).sort((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
