import { oidcFrom } from '@sightline/dashboard/gateway/access/oidc-options';
import { startGateway, type Gateway } from '@sightline/dashboard/gateway/server';
import type { Logger } from '@sightline/runtime/logging';
import { openSiteFeed } from '@sightline/runtime/site-feed';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectLog, connectStore, runRole, type Environment, type Role } from './connect.js';
import { logPictures } from './log-pictures.js';

export interface GatewayRoleOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly host: string;
  readonly port: number;
  /** Accounts and evidence; shared by gateways that serve the same viewers. */
  readonly dataFolder: string;
  readonly insecure: boolean;
}

const pagesFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), import.meta.url.includes('/dist/') ? '../../..' : '../..', 'dashboard', 'out');

/** `sightline gateway`: pages, REST and the live socket; any number behind a load balancer. */
export async function startGatewayRole({ environment, logger, host, port, dataFolder, insecure }: GatewayRoleOptions): Promise<Role & { readonly gateway: Gateway }> {
  let gateway: Gateway | null = null;
  const role = await runRole(async (opened) => {
    const oidc = oidcFrom(environment);
    await mkdir(dataFolder, { recursive: true });
    const log = opened.add(await connectLog(environment, logger));
    const store = opened.add(await connectStore(environment));
    const report = (problem: string): void => logger.warn(problem);
    const siteFeed = opened.add(await openSiteFeed({ log, report }));
    const pictures = opened.add(logPictures(log, report));
    gateway = opened.add(await startGateway({ log, store, siteFeed, pictures, pagesFolder, host, port, dataFolder, logger, insecure, ...(oidc && { oidc }) }));
  });
  return { ...role, gateway: gateway! };
}
