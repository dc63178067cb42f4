import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { SightlineError } from '@sightline/runtime/errors';

/**
 * Which addresses a webhook may reach. A name is resolved once, every address it has is checked, and the connection goes to
 * the addresses that were checked: a name that answers differently the second time (DNS rebinding) gains nothing.
 */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export const systemResolve: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });

/** Whether an address lies in the public internet: not private, loopback, link-local, multicast, reserved or a tunnel to such. */
export function isPublicAddress(address: string): boolean {
  try {
    return ipaddr.process(address).range() === 'unicast';
  } catch {
    return false;
  }
}

/** For http.request: resolves, checks, and hands on only what was checked. */
export function checkedLookup(resolve: Resolve, allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname)
      .then((addresses) => {
        for (const { address } of addresses) requirePublic(hostname, address, allowPrivate);
        const [first] = addresses;
        if (!first) throw Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
        if (options.all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      })
      .catch((error: unknown) => callback(error as NodeJS.ErrnoException, '', 0));
  };
}

/** A host that is an address already is never looked up: it is checked here. */
export function requirePublicLiteral(hostname: string, allowPrivate: boolean): void {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(bare)) requirePublic(bare, bare, allowPrivate);
}

function requirePublic(hostname: string, address: string, allowPrivate: boolean): void {
  if (allowPrivate || isPublicAddress(address)) return;
  const shown = hostname === address ? address : `${hostname} (${address})`;
  throw new SightlineError('WEBHOOK_PRIVATE', `the webhook's target ${shown} is a private, local or reserved address`);
}
