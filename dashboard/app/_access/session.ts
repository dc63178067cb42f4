'use client';

import { useQuery } from '@tanstack/react-query';
import { getJson } from '../_live/rest';

/** Who looks at this page, as the gateway knows them. */
export interface SessionAnswer {
  readonly signedIn: boolean;
  /** Whether everyone must sign in, which is so once there is an owner. */
  readonly closed: boolean;
  /** Name of a provider that one may sign in through. */
  readonly provider?: string;
  readonly name?: string;
  readonly role?: 'viewer' | 'operator' | 'admin';
  readonly kind?: 'open' | 'user' | 'token';
}

export function useSession(): SessionAnswer | undefined {
  return useQuery({ queryKey: ['session'], queryFn: ({ signal }) => getJson<SessionAnswer>('/api/v1/session', signal), staleTime: 60_000 }).data;
}
