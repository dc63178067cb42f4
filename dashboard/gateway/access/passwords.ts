import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/**
 * Passwords by scrypt, which is in Node itself. Parameters are kept with each hash, so that they can grow.
 * N = 2^15, r = 8, p = 3 is one of OWASP's recommendations (2024): 32 MB and about 0.2 s a guess.
 */
const cost = { N: 2 ** 15, r: 8, p: 3 } as const;
const keyBytes = 32;
const saltBytes = 16;
const memoryBytes = 64 * 2 ** 20;

export const shortestPassword = 10;
export const longestPassword = 200;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [name, N, r, p, salt, key] = hash.split('$');
  if (name !== 'scrypt' || salt === undefined || key === undefined) return false;
  const wanted = Buffer.from(key, 'base64url');
  const found = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

/** Guesses at once would take memory and every core; they come one after another. */
let turn: Promise<unknown> = Promise.resolve();

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  const next = turn.then(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        scrypt(password.normalize('NFKC'), salt, keyBytes, { ...options, maxmem: memoryBytes }, (error, key) => (error ? reject(error) : resolve(key)));
      }),
  );
  turn = next.catch(() => undefined);
  return next;
}
