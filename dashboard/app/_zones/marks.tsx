import type { Point } from '@sightline/schemas/shapes';

/** Which side of a line is in. */
export function InSide({ points: [a, b], width, colour, text }: { readonly points: readonly [Point, Point]; readonly width: number; readonly colour: string; readonly text: string }) {
  const [ax, ay, bx, by] = [a[0] * width, a[1] * 1000, b[0] * width, b[1] * 1000];
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const [nx, ny] = [-(by - ay) / length, (bx - ax) / length];
  const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
  return (
    <g className="pointer-events-none">
      <line x1={mx} y1={my} x2={mx + nx * 70} y2={my + ny * 70} stroke={colour} strokeWidth={3} vectorEffect="non-scaling-stroke" />
      <text x={mx + nx * 100} y={my + ny * 100 + 10} textAnchor="middle" fontSize={34} fontWeight={700} fill="#ffffff" stroke="#06090e" strokeWidth={8} paintOrder="stroke">
        {text}
      </text>
    </g>
  );
}

/** The name of a stall or facing, in its middle. */
export function PartName({ points, name, width, size }: { readonly points: readonly Point[]; readonly name: string; readonly width: number; readonly size: number }) {
  const x = points.reduce((sum, point) => sum + point[0], 0) / points.length;
  const y = points.reduce((sum, point) => sum + point[1], 0) / points.length;
  return (
    <text x={x * width} y={y * 1000} textAnchor="middle" dominantBaseline="central" fontSize={size} fontWeight={600} fill="#ffffff" stroke="#06090e" strokeWidth={size / 4} paintOrder="stroke" className="pointer-events-none">
      {name}
    </text>
  );
}
