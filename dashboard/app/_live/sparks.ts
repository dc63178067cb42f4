import { useQuery } from '@tanstack/react-query';
import { getJson } from './rest';

/** The last hour of every zone's main measure by the minute, and what is usual at this time of the week. */
export interface Spark {
  /** [µs of the minute, value]. */
  readonly points: readonly (readonly [number, number | null])[];
  /** Mean of the same quarter of an hour in the past days; null until there is a day of it. */
  readonly usual: number | null;
}

export function useSparks(): Readonly<Record<string, Spark>> {
  const { data } = useQuery({ queryKey: ['sparks'], queryFn: ({ signal }) => getJson<{ zones: Record<string, Spark> }>('/api/v1/sparks', signal), refetchInterval: 60_000 });
  return data?.zones ?? {};
}
