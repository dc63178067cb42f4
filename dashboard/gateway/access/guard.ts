import { SightlineError } from '@sightline/runtime/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Accounts, Session } from './accounts.js';
import { mayDo, mayWatch, type Identity, type Role } from './identity.js';
import { createRateLimit } from './limits.js';

/**
 * Stands before every route: who asks, whether they may, whether the request comes from our own page, and whether it comes
 * too often. A route of the API that names no role is refused, so that a new one is never open by oversight.
 */
export interface GuardOptions {
  readonly accounts: Accounts;
  readonly now: () => number;
  /** Only this machine can reach the port. */
  readonly local: boolean;
  readonly secureCookies: boolean;
  /** Requests a second of one client beyond a burst; 0 takes no count (benchmarks). */
  readonly requestsPerSecond?: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Least role that may ask; `public` is for probes and for signing in. */
    readonly role?: Role | 'public';
  }
  interface FastifyRequest {
    identity: Identity | null;
  }
}

export interface Guard {
  identify(request: IncomingMessage): { readonly identity: Identity; readonly renewed?: Session } | null;
  setSession(reply: FastifyReply, session: Session): void;
  clearSession(reply: FastifyReply): void;
  sessionOf(request: IncomingMessage): string | null;
}

export const sessionCookie = 'sightline_session';
/** Our own pages send it; a form or a picture on another site cannot. */
export const ownHeader = 'x-sightline';
const defaultRequestsPerSecond = 50;
const burstSeconds = 4;
const open: Identity = { kind: 'open', name: 'local', role: 'admin' };

export function guard(app: FastifyInstance, options: GuardOptions): Guard {
  const { accounts, now } = options;
  const perSecond = options.requestsPerSecond ?? defaultRequestsPerSecond;
  const limit = perSecond > 0 ? createRateLimit(perSecond, perSecond * burstSeconds) : null;

  function identify(request: IncomingMessage): { identity: Identity; renewed?: Session } | null {
    const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      const identity = accounts.token(bearer);
      return identity && { identity };
    }
    if (!accounts.closed()) return options.local && localHost(request) ? { identity: open } : null;
    const id = sessionOf(request);
    return id === null ? null : accounts.session(id);
  }

  function setSession(reply: FastifyReply, { id, expires }: Session): void {
    void reply.header('set-cookie', cookie(id, Math.max(0, Math.round((expires - now()) / 1000))));
  }

  function cookie(value: string, seconds: number): string {
    return `${sessionCookie}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${options.secureCookies ? '; Secure' : ''}`;
  }

  app.decorateRequest('identity', null);
  app.decorateRequest('mayWatch', function (this: FastifyRequest, camera: string) {
    return this.identity !== null && mayWatch(this.identity, camera);
  });
  app.decorateRequest('onlyCameras', function (this: FastifyRequest) {
    return this.identity?.cameras;
  });
  app.addHook('onRequest', async (request, reply) => {
    const known = identify(request.raw);
    request.identity = known?.identity ?? null;
    if (known?.renewed) setSession(reply, known.renewed);
    if (limit && !limit.take(`${request.ip}/${request.identity?.name ?? ''}`, now())) throw new SightlineError('ACCESS_TOO_OFTEN', `more than ${perSecond} requests a second`);
    if (!request.url.startsWith('/api/')) return;
    const role = request.routeOptions.config.role;
    if (!request.is404 && role === undefined) throw new SightlineError('ACCESS_DENIED', 'this route names no role');
    if (role !== 'public' && !request.identity) throw new SightlineError('ACCESS_UNKNOWN', 'you are not signed in');
    if (request.method !== 'GET' && request.method !== 'HEAD' && request.identity?.kind !== 'token') ownPageOnly(request);
    if (role !== undefined && role !== 'public' && !mayDo(request.identity!, role)) throw new SightlineError('ACCESS_DENIED', `this needs the role ${role}; you are ${request.identity!.role}`);
  });

  return { identify, setSession, clearSession: (reply) => void reply.header('set-cookie', cookie('', 0)), sessionOf };
}

function ownPageOnly(request: FastifyRequest): void {
  if (request.headers[ownHeader] === undefined || !sameOrigin(request.raw)) throw new SightlineError('ACCESS_DENIED', 'a change is only taken from the dashboard itself, or with an API token');
}

/** A browser always says where a page came from; a program that is no browser says nothing and cannot be tricked. */
export function sameOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

/** A name that some other site made point here (DNS rebinding) is not ours. */
function localHost(request: IncomingMessage): boolean {
  return isLoopback((request.headers.host ?? '').replace(/:\d+$/, ''));
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function sessionOf(request: IncomingMessage): string | null {
  const found = (request.headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${sessionCookie}=`));
  const id = found?.slice(sessionCookie.length + 1);
  return id === undefined || id === '' ? null : id;
}
