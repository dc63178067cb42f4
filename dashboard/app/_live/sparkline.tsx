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
  const runs = runsOf(points);
  const lineOf = (run: Run): string => run.map(([at, value], i) => `${i === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join(' ');
  const areaOf = (run: Run): string => `${lineOf(run)} L${x(run[run.length - 1]![0]).toFixed(1)} ${height} L${x(run[0]![0]).toFixed(1)} ${height} Z`;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" className="h-8 w-full" role="img" aria-label={label}>
      <line x1={0} x2={width} y1={height} y2={height} stroke="var(--edge)" strokeWidth={2} vectorEffect="non-scaling-stroke" />
      {usual !== null && <line x1={0} x2={width} y1={y(usual)} y2={y(usual)} stroke="var(--muted)" strokeDasharray="3 4" vectorEffect="non-scaling-stroke" />}
      {runs.map((run) => (
        <path key={`area ${run[0]![0]}`} d={areaOf(run)} fill={colour} opacity={0.12} />
      ))}
      {runs.map((run) => (
        <path key={run[0]![0]} d={lineOf(run)} fill="none" stroke={colour} strokeWidth={2} strokeLinejoin="round" strokeLinecap="round" vectorEffect="non-scaling-stroke" />
      ))}
    </svg>
  );
}

type Run = readonly (readonly [number, number])[];

/** So many usual steps without a point are a gap: nothing was known there, whether or not a row says so. */
const stepsOfGap = 2.5;

export function runsOf(points: SparklineProps['points']): Run[] {
  const known = points.flatMap(([at, value]) => (value === null ? [] : [[at, value] as const]));
  const usual = Math.min(...points.slice(1).map(([at], i) => at - points[i]![0]));
  const runs: (readonly [number, number])[][] = [];
  known.forEach((point, i) => {
    if (i > 0 && point[0] - known[i - 1]![0] <= usual * stepsOfGap) runs[runs.length - 1]!.push(point);
    else runs.push([point]);
  });
  return runs;
}
