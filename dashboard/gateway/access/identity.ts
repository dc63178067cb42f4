/** Who asks, and what they may do. Each role may do what the one before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface Identity {
  /** open: nobody has to sign in, since no owner exists and only this machine can reach the page. */
  readonly kind: 'open' | 'user' | 'token';
  readonly name: string;
  readonly role: Role;
  /** Cameras that this identity is limited to; absent: all. */
  readonly cameras?: readonly string[];
}

export function mayDo(identity: Identity, role: Role): boolean {
  return roles.indexOf(identity.role) >= roles.indexOf(role);
}

export function mayWatch(identity: Identity, camera: string): boolean {
  return identity.cameras === undefined || identity.cameras.includes(camera);
}
