/** JSON from the gateway; an error carries what the gateway says and how to mend it. */
export class GatewayError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(await fetch(path, { ...(signal && { signal }), headers: { accept: 'application/json' }, credentials: 'same-origin' }));
}

/** Every change carries a header that another site's form cannot send. */
export async function sendJson<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  return answer<T>(await fetch(path, { method, credentials: 'same-origin', headers: { accept: 'application/json', 'x-sightline': '1', ...(body !== undefined && { 'content-type': 'application/json' }) }, ...(body !== undefined && { body: JSON.stringify(body) }) }));
}

async function answer<T>(response: Response): Promise<T> {
  const text = await response.text();
  let value: unknown = null;
  try {
    value = text === '' ? null : JSON.parse(text);
  } catch {
    value = null;
  }
  if (response.ok) return value as T;
  const error = (value as { error?: { code?: string; message?: string } } | null)?.error;
  throw new GatewayError(response.status, error?.code ?? 'HTTP', error?.message ?? `${response.status} ${response.statusText}`);
}
