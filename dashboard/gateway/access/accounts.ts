import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';
import { z } from 'zod';
import { roles, type Identity, type Role } from './identity.js';
import { hashPassword, verifyPassword } from './passwords.js';

/**
 * Users, API tokens and sessions, in one small file that only its owner can read. Of tokens and sessions only hashes are
 * kept: who reads the file cannot use them.
 *
 *     const accounts = await openAccounts('data/access.json');
 *     const session = await accounts.signIn('ada', password);
 */
export interface Accounts {
  /** True once there is an owner: from then on everyone signs in. */
  closed(): boolean;
  users(): readonly PublicUser[];
  tokens(): readonly PublicToken[];
  putUser(user: { readonly name: string; readonly password?: string | undefined; readonly role: Role; readonly cameras?: readonly string[] | undefined }): Promise<void>;
  removeUser(name: string): Promise<void>;
  /** The secret is told once. */
  createToken(token: { readonly name: string; readonly role: Role; readonly cameras?: readonly string[] | undefined; readonly days: number }): Promise<{ readonly id: string; readonly secret: string }>;
  removeToken(id: string): Promise<void>;
  /** Null when name or password are wrong, after the same time in both cases. */
  signIn(name: string, password: string): Promise<Session | null>;
  /** A session of somebody whom a provider vouches for; it ends with the shift, and takes its role along. */
  signInExternal(person: { readonly name: string; readonly role: Role; readonly cameras?: readonly string[]; readonly idToken?: string }): Promise<Session>;
  /** Who a session is, and a new session id when the old one is due to be rotated. */
  session(id: string): { readonly identity: Identity; readonly renewed?: Session } | null;
  /** Answers what the provider gave for this session, if one vouched for it. */
  signOut(id: string): Promise<{ readonly external: boolean; readonly idToken?: string }>;
  token(secret: string): Identity | null;
}

export interface Session {
  readonly id: string;
  /** ms since the Unix epoch. */
  readonly expires: number;
}
export interface PublicUser {
  readonly name: string;
  readonly role: Role;
  readonly cameras?: readonly string[] | undefined;
}
export interface PublicToken extends PublicUser {
  readonly id: string;
  readonly created: number;
  readonly expires: number;
}

const person = { name: z.string().min(1).max(64), role: z.enum(roles), cameras: z.array(z.string()).optional() };
const fileSchema = z.object({
  v: z.literal(1),
  users: z.array(z.object({ ...person, password: z.string() })),
  tokens: z.array(z.object({ ...person, id: z.string(), hash: z.string(), created: z.number(), expires: z.number() })),
  sessions: z.array(z.object({ hash: z.string(), user: z.string(), issued: z.number(), expires: z.number(), external: z.object({ ...person, until: z.number() }).optional() })),
});
type File = z.infer<typeof fileSchema>;
type External = NonNullable<File['sessions'][number]['external']>;

/** A shift and a little more; a page that stays open renews it. */
const sessionHours = 14;
/** A session id that leaked is of use for no longer than this while its owner goes on. */
const rotateMinutes = 60;
/** Requests that were on their way with the old id still pass. */
const graceSeconds = 60;
const sessionsKept = 10_000;
const secretBytes = 32;
const hour = 3_600_000;

/** With `provider`, everyone signs in from the start: a provider says who they are. */
export async function openAccounts(file: string, now: () => number, { provider = false } = {}): Promise<Accounts> {
  const state = await load(file);
  /** What a wrong name is compared with, so that it takes as long as a wrong password. */
  const nobody = await hashPassword(randomBytes(secretBytes).toString('base64url'));
  /** What providers gave, by hash of the session; not written down, since it speaks of the person. */
  const idTokens = new Map<string, string>();
  let turn: Promise<void> = Promise.resolve();

  function save(): Promise<void> {
    const next = turn.then(() => write(file, state));
    turn = next.catch(() => undefined);
    return next;
  }

  function issue(user: string, external?: External): Session {
    const id = randomBytes(secretBytes).toString('base64url');
    const expires = Math.min(now() + sessionHours * hour, external?.until ?? Infinity);
    state.sessions = state.sessions.filter((session) => session.expires > now()).slice(-sessionsKept + 1);
    state.sessions.push({ hash: hashOf(id), user, issued: now(), expires, ...(external && { external }) });
    return { id, expires };
  }

  function rememberToken(hash: string, token: string | undefined): void {
    if (token === undefined) return;
    idTokens.set(hash, token);
    if (idTokens.size > sessionsKept) idTokens.delete(idTokens.keys().next().value!);
  }

  return {
    closed: () => provider || state.users.length > 0,
    users: () => state.users.map(({ name, role, cameras }) => ({ name, role, ...(cameras && { cameras }) })),
    tokens: () => state.tokens.map(({ id, name, role, cameras, created, expires }) => ({ id, name, role, ...(cameras && { cameras }), created, expires })),
    async putUser({ name, password, role, cameras }) {
      const known = state.users.find((user) => user.name === name);
      if (!known && password === undefined) throw new SightlineError('USAGE', `user ${JSON.stringify(name)} has no password yet`, { remedy: 'give a password' });
      if (known?.role === 'admin' && role !== 'admin') mustKeepAdmin(name);
      const hash = password === undefined ? known!.password : await hashPassword(password);
      state.users = [...state.users.filter((user) => user.name !== name), { name, role, password: hash, ...(cameras && { cameras: [...cameras] }) }];
      if (password !== undefined) state.sessions = state.sessions.filter((session) => session.user !== name);
      await save();
    },
    async removeUser(name) {
      if (!state.users.some((user) => user.name === name)) throw new SightlineError('NOT_FOUND', `there is no user ${JSON.stringify(name)}`);
      mustKeepAdmin(name);
      state.users = state.users.filter((user) => user.name !== name);
      state.sessions = state.sessions.filter((session) => session.user !== name);
      await save();
    },
    async createToken({ name, role, cameras, days }) {
      const id = randomBytes(6).toString('hex');
      const secret = `slt_${id}_${randomBytes(secretBytes).toString('base64url')}`;
      state.tokens.push({ id, name, role, ...(cameras && { cameras: [...cameras] }), hash: hashOf(secret), created: now(), expires: now() + days * 24 * hour });
      await save();
      return { id, secret };
    },
    async removeToken(id) {
      if (!state.tokens.some((token) => token.id === id)) throw new SightlineError('NOT_FOUND', `there is no token ${JSON.stringify(id)}`);
      state.tokens = state.tokens.filter((token) => token.id !== id);
      await save();
    },
    async signIn(name, password) {
      const user = state.users.find((candidate) => candidate.name === name);
      const right = await verifyPassword(password, user?.password ?? nobody);
      if (!user || !right) return null;
      const session = issue(user.name);
      await save();
      return session;
    },
    async signInExternal({ idToken, ...known }) {
      const external: External = { ...known, cameras: known.cameras && [...known.cameras], until: now() + sessionHours * hour };
      const session = issue(known.name, external);
      rememberToken(hashOf(session.id), idToken);
      await save();
      return session;
    },
    session(id) {
      const hash = hashOf(id);
      const session = state.sessions.find((candidate) => candidate.hash === hash);
      const user = session && session.expires > now() ? (session.external ?? state.users.find((candidate) => candidate.name === session.user)) : undefined;
      if (!session || !user) return null;
      const identity: Identity = { kind: 'user', name: user.name, role: user.role, ...(user.cameras && { cameras: user.cameras }) };
      if (now() - session.issued < rotateMinutes * 60_000 || session.expires - now() <= graceSeconds * 1000) return { identity };
      session.expires = now() + graceSeconds * 1000;
      const renewed = issue(user.name, session.external);
      rememberToken(hashOf(renewed.id), idTokens.get(hash));
      void save().catch(() => undefined);
      return { identity, renewed };
    },
    async signOut(id) {
      const hash = hashOf(id);
      const external = state.sessions.some((session) => session.hash === hash && session.external !== undefined);
      const idToken = idTokens.get(hash);
      state.sessions = state.sessions.filter((session) => session.hash !== hash);
      idTokens.delete(hash);
      await save();
      return { external, ...(idToken !== undefined && { idToken }) };
    },
    token(secret) {
      const hash = hashOf(secret);
      const token = state.tokens.find((candidate) => candidate.hash === hash && candidate.expires > now());
      return token ? { kind: 'token', name: token.name, role: token.role, ...(token.cameras && { cameras: token.cameras }) } : null;
    },
  };

  function mustKeepAdmin(name: string): void {
    if (!state.users.some((user) => user.role === 'admin' && user.name !== name)) throw new SightlineError('USAGE', `user ${JSON.stringify(name)} is the only admin`, { remedy: 'make someone else admin first' });
  }
}

async function load(file: string): Promise<File> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return { v: 1, users: [], tokens: [], sessions: [] };
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    // Going on without it would open the page to everyone.
    throw new SightlineError('DATA_READ_ONLY', `the file of users ${file} cannot be read: ${(cause as Error).message}`, { cause, remedy: 'restore it from a copy; removing it makes this a new site without users' });
  }
}

async function write(file: string, state: File): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.part`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.part`, file);
}

/** Secrets of 256 random bits need no slow hash. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
