import type { SiteRecord } from '@sightline/schemas';

/** The configuration in force, and each that replaces it. */
export interface SiteSource {
  current(): SiteRecord | null;
  /** Calls `changed` at each new configuration until the returned function is called. */
  watch(changed: (record: SiteRecord) => void): () => void;
}
