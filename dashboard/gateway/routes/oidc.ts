import { explain, SightlineError } from '@sightline/runtime/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Accounts } from '../access/accounts.js';
import type { Audit } from '../access/audit.js';
import type { Guard } from '../access/guard.js';
import { callbackPath, type Oidc, type Pending } from '../access/oidc.js';
import { parse } from './parse.js';

/** The way to a provider of OpenID Connect and back. */
export interface OidcRouteParts {
  readonly oidc: Oidc;
  readonly accounts: Accounts;
  readonly audit: Audit;
  readonly guard: Guard;
  readonly secureCookies: boolean;
  readonly now: () => number;
}

const beginQuery = z.object({ next: z.string().max(2000).optional() });
/** Long enough to find one's telephone for a second factor. */
const pendingMinutes = 10;
const pendingKept = 10_000;
const pendingCookie = 'sightline_oidc';

export function oidcRoutes(app: FastifyInstance, { oidc, accounts, audit, guard, secureCookies, now }: OidcRouteParts): void {
  const waiting = new Map<string, { readonly pending: Pending; readonly until: number }>();

  app.get('/api/v1/oidc/login', { config: { role: 'public' } }, async (request, reply) => {
    const { next = '/' } = parse(beginQuery, request.query);
    const { to, pending } = await oidc.begin(ownPath(next));
    const id = randomBytes(24).toString('base64url');
    waiting.set(id, { pending, until: now() + pendingMinutes * 60_000 });
    if (waiting.size > pendingKept) waiting.delete(waiting.keys().next().value!);
    // Lax: the provider sends the browser back from its own site.
    setCookie(reply, id, pendingMinutes * 60);
    return reply.redirect(to.href, 302);
  });

  app.get(callbackPath, { config: { role: 'public' } }, async (request, reply) => {
    const id = cookieOf(request);
    const known = id === null ? undefined : waiting.get(id);
    if (id !== null) waiting.delete(id);
    setCookie(reply, '', 0);
    try {
      if (!known || known.until < now()) throw new SightlineError('ACCESS_UNKNOWN', 'nobody began to sign in from this browser', { remedy: 'begin on the sign-in page' });
      const person = await oidc.finish(known.pending, new URLSearchParams(request.url.split('?')[1] ?? ''));
      guard.setSession(reply, await accounts.signInExternal(person));
      audit.write({ who: person.name, role: person.role, action: 'sign-in', detail: `by ${oidc.name}`, address: request.ip });
      return onwards(reply, known.pending.next);
    } catch (error) {
      if (!(error instanceof SightlineError)) throw error;
      audit.write({ who: '', role: '', action: 'sign-in-refused', detail: `by ${oidc.name}: ${explain(error)}`.slice(0, 500), address: request.ip });
      return onwards(reply, `/login/?problem=${encodeURIComponent(error.code)}`);
    }
  });

  function setCookie(reply: FastifyReply, value: string, seconds: number): void {
    void reply.header('set-cookie', `${pendingCookie}=${value}; Path=/api/v1/oidc/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secureCookies ? '; Secure' : ''}`);
  }
}

/** A step of our own page: a redirect would still count as coming from the provider's site, and a strict cookie stay at home. */
function onwards(reply: FastifyReply, path: string): FastifyReply {
  const escaped = path.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return reply.type('text/html; charset=utf-8').send(`<!doctype html><meta http-equiv="refresh" content="0;url=${escaped}"><title>Sightline</title><a href="${escaped}">Sightline</a>`);
}

/** Only a path of this very site. */
function ownPath(next: string): string {
  return /^\/(?![/\\])[^\s;'"]*$/.test(next) ? next : '/';
}

function cookieOf(request: FastifyRequest): string | null {
  return new RegExp(`(?:^|;\\s*)${pendingCookie}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1] ?? null;
}
