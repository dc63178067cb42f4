import { readFileSync } from 'node:fs';
import { SightlineError } from '@sightline/runtime/errors';
import { roles, type Role } from './identity.js';

/** Signing in through a provider of OpenID Connect, as the environment says (docs/dashboard.md). */
export interface OidcOptions {
  readonly issuer: URL;
  readonly clientId: string;
  /** Absent: a public client, by PKCE alone. */
  readonly clientSecret?: string;
  /** Where browsers reach this page; the provider sends them back to `/api/v1/oidc/callback` there. */
  readonly publicUrl: URL;
  /** Shown on the button. */
  readonly name: string;
  readonly scope: string;
  /** Claim that holds the person's groups or roles, `realm_access.roles` for one inside another. */
  readonly rolesClaim: string;
  /** Value of that claim → role here; `*` is everyone whom the provider lets in. */
  readonly roles: ReadonlyMap<string, Role>;
  /** Claim with a list of cameras that the person is limited to. */
  readonly camerasClaim?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Null when no provider is set. Rejects with USAGE for half a setting. */
export function oidcFrom(environment: Environment): OidcOptions | null {
  const issuer = environment['SIGHTLINE_OIDC_ISSUER'];
  if (issuer === undefined || issuer === '') return null;
  const clientSecret = secretFrom(environment);
  const camerasClaim = environment['SIGHTLINE_OIDC_CAMERAS_CLAIM'];
  return {
    issuer: address('SIGHTLINE_OIDC_ISSUER', issuer),
    clientId: needed(environment, 'SIGHTLINE_OIDC_CLIENT_ID'),
    publicUrl: address('SIGHTLINE_PUBLIC_URL', needed(environment, 'SIGHTLINE_PUBLIC_URL')),
    name: environment['SIGHTLINE_OIDC_NAME'] ?? new URL(issuer).hostname,
    scope: environment['SIGHTLINE_OIDC_SCOPE'] ?? 'openid profile email',
    rolesClaim: environment['SIGHTLINE_OIDC_ROLES_CLAIM'] ?? 'roles',
    roles: rolesFrom(needed(environment, 'SIGHTLINE_OIDC_ROLES')),
    ...(clientSecret !== undefined && { clientSecret }),
    ...(camerasClaim !== undefined && { camerasClaim }),
  };
}

function needed(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new SightlineError('USAGE', `${name} is not set, but SIGHTLINE_OIDC_ISSUER is`, { remedy: 'docs/dashboard.md lists what signing in through a provider needs' });
  return value;
}

function address(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname))) return url;
  throw new SightlineError('USAGE', `${name} is ${JSON.stringify(text)}; it must be an https address (http only on this machine)`, { remedy: 'give the address with https://' });
}

function secretFrom(environment: Environment): string | undefined {
  const file = environment['SIGHTLINE_OIDC_CLIENT_SECRET_FILE'];
  if (environment['SIGHTLINE_OIDC_CLIENT_SECRET'] !== undefined || file === undefined) return environment['SIGHTLINE_OIDC_CLIENT_SECRET'];
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new SightlineError('USAGE', `the file that SIGHTLINE_OIDC_CLIENT_SECRET_FILE names cannot be read (${file})`, { cause, remedy: 'check the path and who may read it' });
  }
}

/** `store-managers=operator, it=admin, *=viewer`. */
function rolesFrom(text: string): ReadonlyMap<string, Role> {
  return new Map(
    text.split(',').map((pair) => {
      const [value = '', name = ''] = pair.split('=').map((part) => part.trim());
      const role = roles.find((known) => known === name);
      if (value === '' || role === undefined) throw new SightlineError('USAGE', `SIGHTLINE_OIDC_ROLES: ${JSON.stringify(pair.trim())} is not VALUE=ROLE with one of ${roles.join(', ')}`, { remedy: 'write it as store-managers=operator,it=admin,*=viewer' });
      return [value, role] as const;
    }),
  );
}
