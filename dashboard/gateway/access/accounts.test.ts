import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openAccounts, type Accounts } from './accounts.js';
import { createLockOut, createRateLimit } from './limits.js';

const password = 'correct horse battery';
let file: string;
let now: number;
let accounts: Accounts;

beforeEach(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), 'sightline-access-')), 'access.json');
  now = Date.UTC(2026, 0, 1);
  accounts = await openAccounts(file, () => now);
  await accounts.putUser({ name: 'ada', password, role: 'admin' });
});

describe('accounts', () => {
  it('let in with the right password only, and keep neither password nor session in the file', async () => {
    expect(await accounts.signIn('ada', 'wrong')).toBeNull();
    expect(await accounts.signIn('eve', password)).toBeNull();
    const session = await accounts.signIn('ada', password);
    expect(accounts.session(session!.id)?.identity).toEqual({ kind: 'user', name: 'ada', role: 'admin' });
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain(password);
    expect(text).not.toContain(session!.id);
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  it('know sessions and tokens again after a restart', async () => {
    const session = await accounts.signIn('ada', password);
    const { secret } = await accounts.createToken({ name: 'display', role: 'viewer', cameras: ['door'], days: 1 });
    const again = await openAccounts(file, () => now);
    expect(again.session(session!.id)?.identity.name).toBe('ada');
    expect(again.token(secret)).toEqual({ kind: 'token', name: 'display', role: 'viewer', cameras: ['door'] });
  });

  it('end sessions and tokens when their time is over', async () => {
    const session = await accounts.signIn('ada', password);
    const { secret } = await accounts.createToken({ name: 'display', role: 'viewer', days: 1 });
    now += 15 * 3_600_000;
    expect(accounts.session(session!.id)).toBeNull();
    expect(accounts.token(secret)).not.toBeNull();
    now += 10 * 3_600_000;
    expect(accounts.token(secret)).toBeNull();
  });

  it('rotate a session after an hour, with a minute of grace for the old one', async () => {
    const old = await accounts.signIn('ada', password);
    now += 61 * 60_000;
    const { renewed } = accounts.session(old!.id)!;
    expect(renewed).toBeDefined();
    expect(accounts.session(old!.id)?.renewed).toBeUndefined();
    now += 61_000;
    expect(accounts.session(old!.id)).toBeNull();
    expect(accounts.session(renewed!.id)?.identity.name).toBe('ada');
  });

  it('end all sessions of someone whose password changed or who was removed', async () => {
    await accounts.putUser({ name: 'bob', password, role: 'operator' });
    const session = await accounts.signIn('bob', password);
    await accounts.putUser({ name: 'bob', password: 'another long one', role: 'operator' });
    expect(accounts.session(session!.id)).toBeNull();
    const next = await accounts.signIn('bob', 'another long one');
    await accounts.removeUser('bob');
    expect(accounts.session(next!.id)).toBeNull();
  });

  it('never lose the last admin', async () => {
    await expect(accounts.removeUser('ada')).rejects.toThrow(/only admin/);
    await expect(accounts.putUser({ name: 'ada', role: 'viewer' })).rejects.toThrow(/only admin/);
  });

  it('stay closed when their file is damaged', async () => {
    await writeFile(file, '{"v":1,"users"');
    await expect(openAccounts(file, () => now)).rejects.toMatchObject({ code: 'DATA_READ_ONLY' });
  });
});

describe('limits', () => {
  it('let a burst pass, then so many a second', () => {
    const limit = createRateLimit(10, 20);
    expect(Array.from({ length: 25 }, () => limit.take('a', 0)).filter(Boolean)).toHaveLength(20);
    expect(limit.take('b', 0)).toBe(true);
    expect(Array.from({ length: 25 }, () => limit.take('a', 1000)).filter(Boolean)).toHaveLength(10);
  });

  it('make each wrong password wait twice as long as the one before, up to a quarter of an hour', () => {
    const lock = createLockOut();
    const waits: number[] = [];
    for (let i = 0; i < 14; i++) {
      lock.failed('ada', 0);
      waits.push(lock.waits('ada', 0) / 1000);
    }
    expect(waits.slice(0, 8)).toEqual([0, 0, 0, 0, 15, 30, 60, 120]);
    expect(waits.at(-1)).toBe(900);
    lock.succeeded('ada');
    expect(lock.waits('ada', 0)).toBe(0);
  });
});
