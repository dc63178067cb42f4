import { createHash, randomBytes } from 'node:crypto';

/** Fetches an address that may carry user and password: Basic, or Digest (RFC 7616, MD5 and SHA-256) when the server asks for it. */
export async function authorised(address: string, signal: AbortSignal): Promise<Response> {
  const url = new URL(address);
  const user = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  const response = await fetch(url, { signal });
  const challenge = response.headers.get('www-authenticate');
  if (response.status !== 401 || user === '' || challenge === null) return response;
  await response.body?.cancel();
  const authorization = /\bdigest\b/i.test(challenge)
    ? digest(challenge, user, password, 'GET', url.pathname + url.search)
    : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return fetch(url, { signal, headers: { authorization } });
}

/** The Authorization header that answers a Digest challenge. */
export function digest(challenge: string, user: string, password: string, method: string, uri: string, cnonce = randomBytes(8).toString('hex')): string {
  const field = (name: string): string | undefined => {
    const match = new RegExp(`\\b${name}=(?:"([^"]*)"|([^\\s,]+))`, 'i').exec(challenge);
    return match?.[1] ?? match?.[2];
  };
  const realm = field('realm') ?? '';
  const nonce = field('nonce') ?? '';
  const opaque = field('opaque');
  const algorithm = field('algorithm') ?? 'MD5';
  const withQop = (field('qop') ?? '').split(',').some((qop) => qop.trim() === 'auth');
  const hash = (text: string): string => createHash(/^sha-256/i.test(algorithm) ? 'sha256' : 'md5').update(text).digest('hex');
  let secret = hash(`${user}:${realm}:${password}`);
  if (/-sess$/i.test(algorithm)) secret = hash(`${secret}:${nonce}:${cnonce}`);
  const count = '00000001';
  const request = hash(`${method}:${uri}`);
  const response = withQop ? hash(`${secret}:${nonce}:${count}:${cnonce}:auth:${request}`) : hash(`${secret}:${nonce}:${request}`);
  return [
    `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=${algorithm}, response="${response}"`,
    ...(withQop ? [`qop=auth, nc=${count}, cnonce="${cnonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ].join(', ');
}
