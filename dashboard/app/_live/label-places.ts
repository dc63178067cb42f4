import type { LivePoint, LiveSiteZone } from '@sightline/schemas/live';

/**
 * Where the zones' labels stand on a picture: at the top edge of a shape, beside the lower end of a line, which hides least of what the zone
 * sees; further down where they would cover each other.
 */
export interface LabelPlace {
  readonly zone: LiveSiteZone;
  /** Fractions of the picture. */
  readonly x: number;
  readonly y: number;
  readonly anchor: 'left' | 'middle' | 'right';
}

/** Size of a label in fractions of a picture some 400 px wide, which is what it has on a wall of cameras. */
const labelHeight = 0.085;
const labelBase = 0.16;
const letterWidth = 0.017;
const lowest = 0.94;

export function placeLabels(zones: readonly LiveSiteZone[]): LabelPlace[] {
  const placed: { place: LabelPlace; left: number; right: number }[] = [];
  for (const zone of [...zones].sort((a, b) => labelPoint(a)[1] - labelPoint(b)[1])) {
    const [x, top] = labelPoint(zone);
    const width = Math.min(0.6, labelBase + letterWidth * zone.name.length);
    const anchor = x > 0.6 ? 'right' : x < 0.2 ? 'left' : 'middle';
    const left = anchor === 'right' ? x - width : anchor === 'left' ? x : x - width / 2;
    const right = left + width;
    let y = Math.max(labelHeight / 2, top);
    for (const other of placed) {
      const beside = right <= other.left || left >= other.right;
      if (!beside && Math.abs(other.place.y - y) < labelHeight) y = other.place.y + labelHeight;
    }
    placed.push({ place: { zone, x, y: Math.min(lowest, y), anchor }, left, right });
    placed.sort((a, b) => a.place.y - b.place.y);
  }
  return placed.map(({ place }) => place);
}

function labelPoint(zone: LiveSiteZone): LivePoint {
  const points = zone.shapes[0]?.points ?? [];
  if (zone.kind === 'line') {
    const [a, b] = [points[0]!, points[1]!];
    return a[1] > b[1] ? a : b;
  }
  const xs = points.map(([x]) => x);
  return [(Math.min(...xs) + Math.max(...xs)) / 2, Math.min(...points.map(([, y]) => y))];
}
