import type { LiveZoneKind } from '@sightline/schemas/live';
import { LayoutGrid, MoveRight, Pentagon, Rows3, SquareParking, UsersRound, type LucideIcon } from 'lucide-react';

/** How each kind of zone looks and which of its measures speak for it. Colour is never alone: every kind has its icon. */
export interface KindLook {
  readonly icon: LucideIcon;
  /** Name of the CSS variable. */
  readonly colour: string;
  readonly text: string;
  readonly primary: string;
  readonly secondary: readonly string[];
}

export const kindLooks: Readonly<Record<LiveZoneKind, KindLook>> = {
  queue: { icon: UsersRound, colour: 'var(--kind-queue)', text: 'text-queue', primary: 'length', secondary: ['wait', 'waitForecast'] },
  area: { icon: Pentagon, colour: 'var(--kind-area)', text: 'text-area', primary: 'count', secondary: ['density', 'longestDwell'] },
  line: { icon: MoveRight, colour: 'var(--kind-line)', text: 'text-line', primary: 'in', secondary: ['out', 'occupancy'] },
  stalls: { icon: SquareParking, colour: 'var(--kind-stalls)', text: 'text-stalls', primary: 'free', secondary: ['occupied', 'overstays'] },
  shelf: { icon: Rows3, colour: 'var(--kind-shelf)', text: 'text-shelf', primary: 'fill', secondary: ['empty', 'blocked'] },
};

export const fallbackIcon = LayoutGrid;
