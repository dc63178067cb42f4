import type { Site } from './site.js';

/**
 * `site`, keyed by site name: the configuration in force. Sources keep their `${NAME}` placeholders: secrets are filled
 * in only where a camera is opened or a webhook is sent, from that process's own environment.
 */
export interface SiteRecord {
  readonly v: 1;
  /** First 12 hex digits of the sha256 of the site's canonical JSON; results records carry it. */
  readonly version: string;
  readonly site: Site;
}
