import { SightlineError } from '@sightline/runtime/errors';
import * as client from 'openid-client';
import { isLoopback } from './guard.js';
import { roles, type Role } from './identity.js';
import type { OidcOptions } from './oidc-options.js';

/**
 * Signing in through a provider of OpenID Connect: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 9700),
 * by openid-client, which is certified for it. Who the person is, is told by the provider; what they may do, by one of its claims.
 *
 *     const { to, pending } = await oidc.begin('/history/');   // the browser goes to `to` and comes back
 *     const person = await oidc.finish(pending, callbackUrl);
 */
export interface Oidc {
  readonly name: string;
  /** Where to send the browser, and what to remember until it is back. */
  begin(next: string): Promise<{ readonly to: URL; readonly pending: Pending }>;
  /** Rejects with ACCESS_UNKNOWN when the answer is not one to this question, ACCESS_DENIED when the person has no role here. */
  finish(pending: Pending, query: URLSearchParams): Promise<Person>;
  /** Where the browser goes to end its session at the provider; null when that has no such place. */
  signOut(idToken: string | undefined): Promise<URL | null>;
}

export interface Pending {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  /** Path of the page to show afterwards. */
  readonly next: string;
}

export interface Person {
  readonly name: string;
  readonly role: Role;
  readonly cameras?: readonly string[];
  readonly idToken?: string;
}

const patienceSeconds = 10;
export const callbackPath = '/api/v1/oidc/callback';

export function createOidc(options: OidcOptions): Oidc {
  const redirect = new URL(callbackPath, options.publicUrl);
  let found: Promise<client.Configuration> | null = null;

  /** Asked once, at the first sign-in: the provider may come up later than this gateway. */
  function provider(): Promise<client.Configuration> {
    found ??= client.discovery(options.issuer, options.clientId, options.clientSecret, options.clientSecret === undefined ? client.None() : undefined, {
      timeout: patienceSeconds,
      ...(options.issuer.protocol === 'http:' && isLoopback(options.issuer.hostname) && { execute: [client.allowInsecureRequests] }),
    });
    found.catch(() => (found = null));
    return found.catch((cause: unknown) => {
      throw new SightlineError('ACCESS_PROVIDER', `the provider ${options.issuer.host} cannot be asked: ${(cause as Error).message}`, { cause });
    });
  }

  return {
    name: options.name,
    async begin(next) {
      const config = await provider();
      const pending: Pending = { verifier: client.randomPKCECodeVerifier(), state: client.randomState(), nonce: client.randomNonce(), next };
      const to = client.buildAuthorizationUrl(config, {
        redirect_uri: redirect.href,
        scope: options.scope,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
      });
      return { to, pending };
    },
    async finish({ verifier, state, nonce }, query) {
      const config = await provider();
      const answer = new URL(redirect);
      answer.search = query.toString();
      const tokens = await client.authorizationCodeGrant(config, answer, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }).catch((cause: unknown) => {
        throw new SightlineError('ACCESS_UNKNOWN', `the provider's answer was not taken: ${(cause as Error).message}`, { cause, remedy: 'try to sign in again' });
      });
      const claims = tokens.claims()!;
      const more = config.serverMetadata().userinfo_endpoint === undefined ? {} : await client.fetchUserInfo(config, tokens.access_token, claims.sub).catch(() => ({}));
      return { ...personOf({ ...more, ...claims }, options), ...(tokens.id_token !== undefined && { idToken: tokens.id_token }) };
    },
    async signOut(idToken) {
      const config = await provider().catch(() => null);
      if (config?.serverMetadata().end_session_endpoint === undefined) return null;
      return client.buildEndSessionUrl(config, { post_logout_redirect_uri: new URL('/login/', options.publicUrl).href, ...(idToken !== undefined && { id_token_hint: idToken }) });
    },
  };
}

/** Who the claims say somebody is; the highest of the roles that they lead to. */
export function personOf(claims: Readonly<Record<string, unknown>>, { rolesClaim, roles: mapping, camerasClaim }: Pick<OidcOptions, 'rolesClaim' | 'roles' | 'camerasClaim'>): Person {
  const name = [claims['preferred_username'], claims['email'], claims['sub']].find((claim): claim is string => typeof claim === 'string' && claim !== '')!;
  const held = [...listOf(claimAt(claims, rolesClaim)), '*'].flatMap((value) => mapping.get(value) ?? []);
  const role = [...roles].reverse().find((candidate) => held.includes(candidate));
  if (role === undefined) throw new SightlineError('ACCESS_DENIED', `${name} is known to the provider but has no role here`);
  if (camerasClaim === undefined) return { name, role };
  return { name, role, cameras: listOf(claimAt(claims, camerasClaim)) };
}

function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (path in claims) return claims[path];
  return path.split('.').reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined), claims);
}

function listOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(/[\s,]+/).filter((value) => value !== '');
  return Array.isArray(claim) ? claim.filter((value): value is string => typeof value === 'string') : [];
}
