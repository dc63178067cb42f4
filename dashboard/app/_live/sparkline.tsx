/** A small line without axes; gaps stay gaps. The dashed line is what is usual. */
export interface SparklineProps {
  readonly points: readonly (readonly [number, number | null])[];
  readonly usual: number | null;
  readonly colour: string;
  readonly label: string;
  /** The width is so many seconds before the last point: a history of four minutes does not look like an hour. Absent: as far as the points go. */
  readonly spanSeconds?: number;
}

const width = 240;
const height = 32;
const inset = 3;

export function Sparkline({ points, usual, colour, label, spanSeconds }: SparklineProps) {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  if (values.length < 2) return <div className="h-8" aria-hidden />;
  const end = points[points.length - 1]![0];
  const span = Math.max(1, spanSeconds === undefined ? end - points[0]![0] : spanSeconds * 1e6);
  const first = end - span;
  const high = Math.max(...values, usual ?? 0, 1e-9);
  const low = Math.min(0, ...values);
  const x = (at: number): number => ((at - first) / span) * width;
  const y = (value: number): number => height - inset - ((value - low) / (high - low)) * (height - 2 * inset);
  const runs: string[] = [];
  let run: string[] = [];
  for (const [at, value] of points) {
    if (value === null) {
      if (run.length > 0) runs.push(run.join(' '));
      run = [];
    } else run.push(`${run.length === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`);
  }
  if (run.length > 0) runs.push(run.join(' '));
  const last = points[points.length - 1]!;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" className="h-8 w-full" role="img" aria-label={label}>
      <line x1={0} x2={width} y1={height} y2={height} stroke="var(--edge)" strokeWidth={2} vectorEffect="non-scaling-stroke" />
      {usual !== null && <line x1={0} x2={width} y1={y(usual)} y2={y(usual)} stroke="var(--muted)" strokeDasharray="3 4" vectorEffect="non-scaling-stroke" />}
      {runs.length === 1 && last[1] !== null && <path d={`${runs[0]} L${width} ${height} L${x(points[0]![0]).toFixed(1)} ${height} Z`} fill={colour} opacity={0.12} />}
      {runs.map((d) => (
        <path key={d} d={d} fill="none" stroke={colour} strokeWidth={2} strokeLinejoin="round" strokeLinecap="round" vectorEffect="non-scaling-stroke" />
      ))}
    </svg>
  );
}
