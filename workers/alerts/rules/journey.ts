import type { JourneyCondition, ZoneEvent } from '@sightline/schemas';

/** How many of these events end a journey of this kind: all of it is in the event, which says what its object passed before. */
export function journeysEnded({ path, without }: JourneyCondition, events: readonly ZoneEvent[]): number {
  return events.filter((event) => begins.has(event.kind) && event.zone === path.at(-1) && taken(path, without, [...(event.passed ?? []), event.zone])).length;
}

const begins: ReadonlySet<string> = new Set(['entered', 'joined', 'crossed']);

/** Whether the zones lead through the path in order, to its end at the last of them; the first zone begins anew, one to be avoided undoes it. */
function taken(path: readonly string[], without: readonly string[], zones: readonly string[]): boolean {
  let reached = 0;
  for (const [index, zone] of zones.entries()) {
    const last = index === zones.length - 1;
    if (zone === path[0] && !last) reached = Math.max(1, path[reached] === zone ? reached + 1 : 1);
    else if (without.includes(zone)) reached = 0;
    else if (zone === path[reached] && (reached < path.length - 1 || last)) reached += 1;
  }
  return reached === path.length;
}
