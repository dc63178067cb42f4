import http from 'node:http';
import https from 'node:https';
import { SightlineError } from '@sightline/runtime/errors';
import { checkedLookup, requirePublicLiteral, type Resolve } from './address.js';
import type { Message } from './message.js';

/**
 * Posts a message once. No redirect is followed, since it could lead to an address that was not checked.
 *
 *     const answer = await post(message, { url: 'https://ops.example/hook', allowPrivate: false, resolve, signal });
 */
export interface PostOptions {
  readonly url: string;
  readonly allowPrivate: boolean;
  readonly resolve: Resolve;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** Seconds the receiver asks to wait, or null. */
  readonly retryAfter: number | null;
}

/** A receiver that has not answered by then is taken for dead. */
const answerTimeoutMs = 15_000;
/** The answer's body is of no interest; what is longer than this is not even read to its end. */
const longestBodyBytes = 64 * 1024;

/** Rejects with WEBHOOK_PRIVATE, WEBHOOK_URL, or what the connection says. */
export async function post(message: Message, { url, allowPrivate, resolve, signal }: PostOptions): Promise<Answer> {
  const target = parseTarget(url);
  requirePublicLiteral(target.hostname, allowPrivate);
  const body = Buffer.from(message.body);
  return new Promise((done, fail) => {
    const request = (target.protocol === 'https:' ? https : http).request(target, {
      method: 'POST',
      agent: false,
      lookup: checkedLookup(resolve, allowPrivate),
      headers: { ...message.headers, 'content-length': body.length },
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
    });
    request.on('error', fail);
    request.on('response', (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > longestBodyBytes) response.destroy();
      });
      // The status decides; how the body ends does not matter.
      response.on('error', () => undefined);
      response.on('close', () => done({ status: response.statusCode ?? 0, retryAfter: retryAfterSeconds(response.headers['retry-after']) }));
    });
    request.end(body);
  });
}

function parseTarget(url: string): URL {
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    throw new SightlineError('WEBHOOK_URL', 'the webhook\'s url is not an address such as https://example.com/hook');
  }
  if (target.protocol !== 'https:' && target.protocol !== 'http:') throw new SightlineError('WEBHOOK_URL', `the webhook's url begins with ${target.protocol}; only https: and http: can be called`);
  return target;
}

/** Only the form in seconds; a date would need the receiver's clock. */
function retryAfterSeconds(header: string | undefined): number | null {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
