'use client';

import type { LiveSiteZone } from '@sightline/schemas/live';
import { selfCrossing, type Point } from '@sightline/schemas/shapes';
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useText } from '../_text/text';
import { kindLooks } from '../_ui/zone-kinds';
import { partsOf, pointsWanted, round, type Draft } from './draft';
import { Loupe } from './loupe';
import { InSide, PartName } from './marks';
import { snap } from './snap';
import '../_text/en-zones';

/** A hit of the preview. */
export interface Hit {
  readonly at: number;
  readonly kind: string;
  readonly point: Point;
  readonly text: string;
}

export interface CanvasProps {
  readonly draft: Draft;
  readonly others: readonly LiveSiteZone[];
  readonly aspect: number;
  readonly hits: readonly Hit[];
  readonly chosenHit: number | null;
  readonly chooseHit: (index: number) => void;
  /** One gesture is one step of undo. */
  readonly change: (draft: Draft, gesture: string | null) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  /** The stall or facing that is edited; of the others only the outline is shown, and a click chooses. Default: every shape is edited. */
  readonly part?: number | null;
  readonly choosePart?: (shape: number) => void;
  /** Default: the colour of the draft's kind. */
  readonly colour?: string;
}

/** How far an arrow key moves a point, in fractions of the frame; with Shift five times as far. */
const keyStep = 0.005;
/** Of more outlines at once no one could tell whose handle is whose. */
const mostHandled = 60;
/** Handles are this wide for a finger, in pixels, whatever the size of the picture. */
const touchPixels = 24;

type Grip = { readonly kind: 'point'; readonly shape: number; readonly point: number } | { readonly kind: 'whole'; readonly shape: number; readonly from: Point; readonly points: readonly Point[] } | { readonly kind: 'head' };

/**
 * The drawing itself: SVG, so that each point can be reached and moved by keyboard. Clicking adds points, dragging moves
 * points, edges' middles and whole shapes.
 */
export function Canvas(props: CanvasProps) {
  const { draft, others, aspect, hits, chosenHit, chooseHit, change, undo, redo, part = null, choosePart } = props;
  const colour = props.colour ?? kindLooks[draft.kind].colour;
  const { t } = useText();
  const svg = useRef<SVGSVGElement>(null);
  const [grip, setGrip] = useState<{ readonly grip: Grip; readonly gesture: string } | null>(null);
  const [cursor, setCursor] = useState<Point | null>(null);
  const [touch, setTouch] = useState<Point | null>(null);
  /** Where a point met a corner or an edge: shown, so that one sees that it holds. */
  const [met, setMet] = useState<Point | null>(null);
  const width = 1000 * aspect;
  const wanted = pointsWanted(draft);
  const drawing = drawingOn(draft);
  const tip = draft.shapes.at(-1)?.points.at(-1);
  const canClose = drawing && wanted === null && (draft.shapes.at(-1)?.points.length ?? 0) >= 3;
  const handled = draft.shapes.map((shape, i) => ({ ...shape, i })).filter(({ i }) => part === null || i === part);
  const xy = ([x, y]: Point): string => `${x * width},${y * 1000}`;

  /** Where the pointer is; unless Alt is held or a whole shape is moved, drawn to what is near but not to the shape that it moves. */
  function place(event: PointerEvent, held: Grip | null = null): Point {
    const box = svg.current!.getBoundingClientRect();
    const raw: Point = [round((event.clientX - box.left) / box.width), round((event.clientY - box.top) / box.height)];
    const own = held?.kind === 'point' ? held.shape : drawing ? draft.shapes.length - 1 : null;
    const free = event.altKey || (held?.kind === 'whole' && held.shape >= 0);
    const near = free ? raw : snap(raw, aspect, [...others.flatMap((zone) => zone.shapes.map(({ points }) => ({ points, open: zone.kind === 'line' }))), ...draft.shapes.filter((_, i) => i !== own).map(({ points }) => ({ points, open: false }))]);
    const at: Point = [round(near[0]), round(near[1])];
    setMet(near === raw ? null : at);
    return at;
  }

  function addPoint(point: Point): void {
    const last = draft.shapes.at(-1);
    if (!last) change({ ...draft, shapes: [{ points: [point] }] }, null);
    else if (wanted === null || last.points.length < wanted) change({ ...draft, shapes: [...draft.shapes.slice(0, -1), { ...last, points: [...last.points, point] }] }, null);
  }

  function finish(): void {
    change({ ...draft, whole: true }, null);
    setCursor(null);
  }

  function setPoints(shape: number, points: readonly Point[], gesture: string | null): void {
    change({ ...draft, shapes: draft.shapes.map((old, i) => (i === shape ? { ...old, points } : old)) }, gesture);
  }

  function down(event: PointerEvent<SVGSVGElement>): void {
    if (event.button !== 0) return;
    const target = event.target as SVGElement;
    const { shape, point, edge, whole, head } = target.dataset;
    const at = place(event);
    const gesture = `${event.pointerId}-${event.timeStamp}`;
    svg.current!.setPointerCapture(event.pointerId);
    if (event.pointerType === 'touch') setTouch(at);
    if (head !== undefined) setGrip({ grip: { kind: 'head' }, gesture });
    else if (point === '0' && Number(shape) === draft.shapes.length - 1 && canClose) finish();
    else if (point !== undefined) setGrip({ grip: { kind: 'point', shape: Number(shape), point: Number(point) }, gesture });
    else if (edge !== undefined) {
      const points = [...draft.shapes[Number(shape)]!.points];
      points.splice(Number(edge) + 1, 0, at);
      setPoints(Number(shape), points, gesture);
      setGrip({ grip: { kind: 'point', shape: Number(shape), point: Number(edge) + 1 }, gesture });
    } else if (drawing) {
      addPoint(at);
      // A grid is laid out by one drag from corner to corner.
      if (draft.grid && draft.shapes.length === 0) setGrip({ grip: { kind: 'whole', shape: -1, from: at, points: [] }, gesture });
    } else if (whole !== undefined && part !== null && Number(whole) !== part) choosePart?.(Number(whole));
    else if (whole !== undefined) setGrip({ grip: { kind: 'whole', shape: Number(whole), from: at, points: draft.shapes[Number(whole)]!.points }, gesture });
  }

  function move(event: PointerEvent<SVGSVGElement>): void {
    const at = place(event, grip?.grip ?? null);
    if (event.pointerType === 'touch' && event.buttons > 0) setTouch(at);
    if (!grip) {
      setCursor(drawing ? at : null);
      return;
    }
    const { grip: held, gesture } = grip;
    if (held.kind === 'head') change({ ...draft, head: at }, gesture);
    else if (held.kind === 'point') setPoints(held.shape, draft.shapes[held.shape]!.points.map((old, i) => (i === held.point ? at : old)), gesture);
    else if (held.shape === -1) {
      if (Math.abs(at[0] - held.from[0]) > 0.02 && Math.abs(at[1] - held.from[1]) > 0.02) change({ ...draft, shapes: [{ points: [held.from, [at[0], held.from[1]], at, [held.from[0], at[1]]] }] }, gesture);
    } else {
      const [dx, dy] = bounded(held.points, at[0] - held.from[0], at[1] - held.from[1]);
      setPoints(held.shape, held.points.map(([x, y]): Point => [round(x + dx), round(y + dy)]), gesture);
    }
  }

  function up(): void {
    setGrip(null);
    setTouch(null);
    setMet(null);
  }

  /** Arrows move a cross over the picture; Enter or Space sets a point there. */
  function keyOnPicture(event: KeyboardEvent<SVGSVGElement>): void {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
      event.preventDefault();
      (event.shiftKey ? redo : undo)();
      return;
    }
    if (event.target !== svg.current) return;
    const moved = arrow(event);
    if (moved) {
      event.preventDefault();
      const [x, y] = cursor ?? [0.5, 0.5];
      setCursor([round(x + moved[0] * 4), round(y + moved[1] * 4)]);
    } else if ((event.key === 'Enter' || event.key === ' ') && drawing) {
      event.preventDefault();
      const at = cursor ?? [0.5, 0.5];
      setCursor(at);
      addPoint(at);
    } else if (event.key === 'Backspace' || event.key === 'Delete') {
      event.preventDefault();
      removePoint(draft.shapes.length - 1, (draft.shapes.at(-1)?.points.length ?? 0) - 1);
    }
  }

  function keyOnPoint(event: KeyboardEvent, shape: number, point: number): void {
    const moved = arrow(event);
    if (moved) {
      event.preventDefault();
      setPoints(shape, draft.shapes[shape]!.points.map(([x, y], i): Point => (i === point ? [round(x + moved[0]), round(y + moved[1])] : [x, y])), `key-${shape}-${point}`);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      removePoint(shape, point);
    } else if ((event.key === 'Enter' || event.key === ' ') && point === 0 && shape === draft.shapes.length - 1 && canClose) {
      event.preventDefault();
      finish();
    }
  }

  function removePoint(shape: number, point: number): void {
    const points = draft.shapes[shape]?.points;
    if (!points || point < 0) return;
    const left = points.filter((_, i) => i !== point);
    change({ ...draft, shapes: left.length === 0 ? draft.shapes.filter((_, i) => i !== shape) : draft.shapes.map((old, i) => (i === shape ? { ...old, points: left } : old)) }, null);
  }

  const parts = draft.grid ? partsOf(draft) : [];
  const scale = (svg.current?.clientWidth ?? 1000) / width;
  return (
    <>
      <svg
        ref={svg}
        viewBox={`0 0 ${width} 1000`}
        preserveAspectRatio="none"
        tabIndex={0}
        role="application"
        aria-label={t('zones.canvas')}
        aria-describedby="zones-keys"
        className={`on-picture absolute inset-0 size-full touch-none select-none ${drawing ? 'cursor-crosshair' : ''}`}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onPointerLeave={() => {
          if (grip) return;
          setCursor(null);
          setMet(null);
        }}
        onDoubleClick={() => canClose && finish()}
        onKeyDown={keyOnPicture}
      >
        {others.map((zone) =>
          zone.shapes.map((shape, i) => {
            const Shape = zone.kind === 'line' ? 'polyline' : 'polygon';
            return <Shape key={`${zone.name}${i}`} points={shape.points.map(xy).join(' ')} fill="none" stroke={kindLooks[zone.kind].colour} strokeOpacity={0.7} strokeWidth={1.5} strokeDasharray="5 5" vectorEffect="non-scaling-stroke" className="pointer-events-none" />;
          }),
        )}
        {parts.map((part) => (
          <polygon key={part.name} points={part.points.map(xy).join(' ')} fill={colour} fillOpacity={0.12} stroke={colour} strokeWidth={1.5} vectorEffect="non-scaling-stroke" className="pointer-events-none" />
        ))}
        {draft.shapes.map(({ points }, shape) => {
          const closed = draft.kind !== 'line' && points.length > 2;
          const Shape = closed ? 'polygon' : 'polyline';
          const wrong = closed && selfCrossing(points) !== null;
          return (
            <g key={shape}>
              <Shape points={points.map(xy).join(' ')} fill="none" stroke="#06090e" strokeOpacity={0.7} strokeWidth={6} vectorEffect="non-scaling-stroke" className="pointer-events-none" />
              <Shape data-whole={shape} points={points.map(xy).join(' ')} fill={closed ? colour : 'none'} fillOpacity={draft.grid ? 0.02 : part === shape ? 0.3 : 0.14} stroke={wrong ? '#ff7a80' : colour} strokeWidth={part !== null && part !== shape ? 1.5 : 3} vectorEffect="non-scaling-stroke" className={drawing ? 'pointer-events-none' : part !== null && part !== shape ? 'cursor-pointer' : 'cursor-move'} />
              {part !== null && <PartName points={points} name={draft.shapes[shape]!.name ?? ''} width={width} size={13 / scale} />}
              {draft.kind === 'line' && points.length === 2 && <InSide points={points as readonly [Point, Point]} width={width} colour={colour} text={t('measure.in')} />}
            </g>
          );
        })}
        {drawing && cursor && tip && <line x1={tip[0] * width} y1={tip[1] * 1000} x2={cursor[0] * width} y2={cursor[1] * 1000} stroke={colour} strokeWidth={2} strokeDasharray="6 6" vectorEffect="non-scaling-stroke" className="pointer-events-none" />}
        {drawing && cursor && (
          <g className="pointer-events-none" stroke="#ffffff" strokeWidth={1.5}>
            <line x1={cursor[0] * width - 24} x2={cursor[0] * width + 24} y1={cursor[1] * 1000} y2={cursor[1] * 1000} vectorEffect="non-scaling-stroke" />
            <line y1={cursor[1] * 1000 - 24} y2={cursor[1] * 1000 + 24} x1={cursor[0] * width} x2={cursor[0] * width} vectorEffect="non-scaling-stroke" />
          </g>
        )}
        {handled.length <= mostHandled &&
          handled.map(({ points, i: shape }) => (
            <g key={`handles${shape}`}>
              {!drawing &&
                wanted === null &&
                points.map((point, i) => {
                  const next = points[(i + 1) % points.length]!;
                  return <circle key={`e${i}`} data-shape={shape} data-edge={i} cx={((point[0] + next[0]) / 2) * width} cy={((point[1] + next[1]) / 2) * 1000} r={7 / scale} fill="#06090e" fillOpacity={0.8} stroke="#ffffff" strokeWidth={1.5} vectorEffect="non-scaling-stroke" className="cursor-copy" />;
                })}
              {points.map((point, i) => (
                <g key={i} role="button" tabIndex={0} aria-label={t('zones.pointAt', { n: i + 1, x: (point[0] * 100).toFixed(1), y: (point[1] * 100).toFixed(1) })} onKeyDown={(event) => keyOnPoint(event, shape, i)} className="group cursor-grab outline-none">
                  <circle data-shape={shape} data-point={i} cx={point[0] * width} cy={point[1] * 1000} r={touchPixels / 2 / scale} fill="transparent" />
                  <circle cx={point[0] * width} cy={point[1] * 1000} r={7 / scale} fill="#ffffff" stroke="#06090e" strokeWidth={2} vectorEffect="non-scaling-stroke" className="pointer-events-none group-focus-visible:fill-[#7fb0ff]" />
                </g>
              ))}
            </g>
          ))}
        {draft.kind === 'queue' && draft.head && (
          <g>
            <circle data-head="" cx={draft.head[0] * width} cy={draft.head[1] * 1000} r={12 / scale} fill={colour} stroke="#ffffff" strokeWidth={2.5} vectorEffect="non-scaling-stroke" className="cursor-grab" />
            <text x={draft.head[0] * width} y={draft.head[1] * 1000 - 18 / scale} textAnchor="middle" fontSize={13 / scale} fontWeight={600} fill="#ffffff" stroke="#06090e" strokeWidth={3 / scale} paintOrder="stroke" className="pointer-events-none">
              {t('zones.head')}
            </text>
          </g>
        )}
        {met && (drawing || grip) && <circle cx={met[0] * width} cy={met[1] * 1000} r={14 / scale} fill="none" stroke="#ffffff" strokeWidth={2.5} vectorEffect="non-scaling-stroke" className="pointer-events-none" data-met="" />}
        {hits.map((hit, i) => (
          <circle key={i} role="button" tabIndex={-1} aria-label={hit.text} cx={hit.point[0] * width} cy={hit.point[1] * 1000} r={(i === chosenHit ? 9 : 5) / scale} fill={i === chosenHit ? '#ffffff' : colour} stroke="#06090e" strokeWidth={1.5} vectorEffect="non-scaling-stroke" className="cursor-pointer" onPointerDown={(event) => {
            event.stopPropagation();
            chooseHit(i);
          }}>
            <title>{hit.text}</title>
          </circle>
        ))}
      </svg>
      {touch && <Loupe at={touch} aspect={aspect} />}
    </>
  );
}

/** A polygon grows as long as it is new and the person has not said that it is whole. */
export function drawingOn(draft: Draft): boolean {
  const wanted = pointsWanted(draft);
  const count = draft.shapes.at(-1)?.points.length ?? 0;
  return wanted === null ? !draft.whole : count < wanted;
}

function arrow(event: KeyboardEvent): Point | null {
  const far = event.shiftKey ? keyStep * 5 : keyStep;
  switch (event.key) {
    case 'ArrowLeft':
      return [-far, 0];
    case 'ArrowRight':
      return [far, 0];
    case 'ArrowUp':
      return [0, -far];
    case 'ArrowDown':
      return [0, far];
    default:
      return null;
  }
}

/** So much of a movement that no point leaves the frame. */
function bounded(points: readonly Point[], dx: number, dy: number): Point {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.max(-Math.min(...xs), Math.min(1 - Math.max(...xs), dx)), Math.max(-Math.min(...ys), Math.min(1 - Math.max(...ys), dy))];
}
