import { SightlineError } from '@sightline/runtime/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Accounts } from '../access/accounts.js';
import type { Audit } from '../access/audit.js';
import type { Guard } from '../access/guard.js';
import type { Oidc } from '../access/oidc.js';
import { roles } from '../access/identity.js';
import { createLockOut } from '../access/limits.js';
import { longestPassword, shortestPassword } from '../access/passwords.js';
import { parse } from './parse.js';

/** Signing in and out, the owner's first sign-up, users, tokens and the audit log. */
export interface AccessRouteParts {
  readonly accounts: Accounts;
  readonly audit: Audit;
  readonly guard: Guard;
  readonly now: () => number;
  /** A provider that people may sign in through. */
  readonly oidc: Oidc | null;
}

const userName = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}\p{M}._@ -]{0,63}$/u, 'a name is up to 64 letters, digits and . _ @ -');
const password = z.string().min(shortestPassword, `a password has at least ${shortestPassword} characters`).max(longestPassword);
const cameras = z.array(z.string().max(64)).max(10_000).optional();
const credentials = z.strictObject({ name: z.string().max(64), password: z.string().max(longestPassword) });
const owner = z.strictObject({ key: z.string().max(100), name: userName, password });
const user = z.strictObject({ name: userName, password: password.optional(), role: z.enum(roles), cameras });
const token = z.strictObject({ name: userName, role: z.enum(roles), cameras, days: z.number().int().min(1).max(3650) });
const auditEntries = 200;

/** Answers the key of the owner's one-time link, null once there is an owner. */
export function accessRoutes(app: FastifyInstance, { accounts, audit, guard, now, oidc }: AccessRouteParts): () => string | null {
  const lockOut = createLockOut();
  let setupKey: string | null = accounts.closed() ? null : randomBytes(24).toString('base64url');

  app.get('/api/v1/session', { config: { role: 'public' } }, async (request) => ({
    signedIn: request.identity !== null,
    closed: accounts.closed(),
    ...(oidc && { provider: oidc.name }),
    ...(request.identity && { name: request.identity.name, role: request.identity.role, kind: request.identity.kind, cameras: request.identity.cameras ?? null }),
  }));

  app.post('/api/v1/session', { config: { role: 'public' } }, async (request, reply) => {
    const { name, password: given } = parse(credentials, request.body);
    const keys = [`name/${name.toLowerCase()}`, `address/${request.ip}`];
    const wait = Math.max(...keys.map((key) => lockOut.waits(key, now())));
    if (wait > 0) {
      note(request, 'sign-in-locked', name);
      throw new SightlineError('ACCESS_TOO_OFTEN', 'too many wrong passwords', { remedy: `try again in ${Math.ceil(wait / 1000)} s` });
    }
    // Counted before the password is checked: guesses that come at once are all counted.
    for (const key of keys) lockOut.failed(key, now());
    const session = await accounts.signIn(name, given);
    if (!session) {
      note(request, 'sign-in-refused', name);
      throw new SightlineError('ACCESS_UNKNOWN', 'name or password is wrong', { remedy: 'try again, or ask an admin for a new password' });
    }
    for (const key of keys) lockOut.succeeded(key);
    guard.setSession(reply, session);
    audit.write({ who: name, role: accounts.users().find((known) => known.name === name)?.role ?? '', action: 'sign-in', detail: '', address: request.ip });
    return { ok: true };
  });

  app.delete('/api/v1/session', { config: { role: 'viewer' } }, async (request, reply) => {
    const id = guard.sessionOf(request.raw);
    const ended = id === null ? null : await accounts.signOut(id);
    guard.clearSession(reply);
    note(request, 'sign-out');
    const elsewhere = ended?.external && oidc ? await oidc.signOut(ended.idToken) : null;
    return { ok: true, ...(elsewhere && { next: elsewhere.href }) };
  });

  app.post('/api/v1/owner', { config: { role: 'public' } }, async (request, reply) => {
    const { key, name, password: given } = parse(owner, request.body);
    if (setupKey === null || accounts.closed()) throw new SightlineError('ACCESS_DENIED', 'this site has an owner already', { remedy: 'sign in' });
    const wait = lockOut.waits(`owner/${request.ip}`, now());
    const same = key.length === setupKey.length && timingSafeEqual(Buffer.from(key), Buffer.from(setupKey));
    if (wait > 0 || !same) {
      lockOut.failed(`owner/${request.ip}`, now());
      throw new SightlineError('ACCESS_DENIED', 'this link is not the one that the terminal shows', { remedy: 'copy the whole link from the terminal, or start again for a new one' });
    }
    setupKey = null;
    await accounts.putUser({ name, password: given, role: 'admin' });
    audit.write({ who: name, role: 'admin', action: 'owner-created', detail: '', address: request.ip });
    const session = await accounts.signIn(name, given);
    if (session) guard.setSession(reply, session);
    return { ok: true };
  });

  /** Without users anyone at this machine is admin; that one may also close the page without the link. */
  app.get('/api/v1/owner-key', { config: { role: 'admin' } }, async () => ({ key: setupKey }));

  app.get('/api/v1/users', { config: { role: 'admin' } }, async () => ({ users: accounts.users(), tokens: accounts.tokens() }));
  app.put('/api/v1/users', { config: { role: 'admin' } }, async (request) => {
    const wanted = parse(user, request.body);
    if (!accounts.closed() && wanted.role !== 'admin') throw new SightlineError('USAGE', 'the first user must be an admin', { remedy: 'create the owner first' });
    await accounts.putUser(wanted);
    note(request, 'user-saved', `${wanted.name} as ${wanted.role}`);
    return { ok: true };
  });
  app.delete('/api/v1/users/:name', { config: { role: 'admin' } }, async (request) => {
    const { name } = parse(z.object({ name: z.string().max(64) }), request.params);
    await accounts.removeUser(name);
    note(request, 'user-removed', name);
    return { ok: true };
  });
  app.post('/api/v1/tokens', { config: { role: 'admin' } }, async (request) => {
    const wanted = parse(token, request.body);
    const made = await accounts.createToken(wanted);
    note(request, 'token-created', `${wanted.name} as ${wanted.role}`);
    return made;
  });
  app.delete('/api/v1/tokens/:id', { config: { role: 'admin' } }, async (request) => {
    const { id } = parse(z.object({ id: z.string().max(64) }), request.params);
    await accounts.removeToken(id);
    note(request, 'token-removed', id);
    return { ok: true };
  });
  app.get('/api/v1/audit', { config: { role: 'admin' } }, async () => ({ entries: await audit.read(auditEntries) }));

  function note(request: FastifyRequest, action: string, detail = ''): void {
    audit.write({ who: request.identity?.name ?? '', role: request.identity?.role ?? '', action, detail, address: request.ip });
  }

  return () => setupKey;
}
