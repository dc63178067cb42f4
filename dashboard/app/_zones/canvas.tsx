'use client';

import type { LiveSiteZone } from '@sightline/schemas/live';
import { selfCrossing, type Point } from '@sightline/schemas/shapes';
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useText } from '../_text/text';
import { kindLooks } from '../_ui/zone-kinds';
import { partsOf, pointsWanted, round, type Draft } from './draft';
import { Loupe } from './loupe';
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
  /** Default: the colour of the draft's kind. */
  readonly colour?: string;
}

/** How far an arrow key moves a point, in fractions of the frame; with Shift five times as far. */
const keyStep = 0.005;
/** Handles are this wide for a finger, in pixels, whatever the size of the picture. */
const touchPixels = 24;

type Grip = { readonly kind: 'point'; readonly shape: number; readonly point: number } | { readonly kind: 'whole'; readonly shape: number; readonly from: Point; readonly points: readonly Point[] } | { readonly kind: 'head' };

/**
 * The drawing itself: SVG, so that each point can be reached and moved by keyboard. Clicking adds points, dragging moves
 * points, edges' middles and whole shapes.
 */
export function Canvas(props: CanvasProps) {
  const { draft, others, aspect, hits, chosenHit, chooseHit, change, undo, redo } = props;
  const colour = props.colour ?? kindLooks[draft.kind].colour;
  const { t } = useText();
  const svg = useRef<SVGSVGElement>(null);
  const [grip, setGrip] = useState<{ readonly grip: Grip; readonly gesture: string } | null>(null);
  const [cursor, setCursor] = useState<Point | null>(null);
  const [touch, setTouch] = useState<Point | null>(null);
  const width = 1000 * aspect;
  const wanted = pointsWanted(draft);
  const drawing = drawingOn(draft);
  const corners = others.flatMap((zone) => zone.shapes.flatMap((shape) => shape.points));
  const tip = draft.shapes.at(-1)?.points.at(-1);
  const xy = ([x, y]: Point): string => `${x * width},${y * 1000}`;

  function place(event: PointerEvent): Point {
    const box = svg.current!.getBoundingClientRect();
    const raw: Point = [round((event.clientX - box.left) / box.width), round((event.clientY - box.top) / box.height)];
    return event.altKey ? raw : snap(raw, aspect, corners);
  }

  function addPoint(point: Point): void {
    const last = draft.shapes.at(-1);
    if (!last) change({ ...draft, shapes: [{ points: [point] }] }, null);
    else if (wanted === null || last.points.length < wanted) change({ ...draft, shapes: [...draft.shapes.slice(0, -1), { ...last, points: [...last.points, point] }] }, null);
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
    } else if (whole !== undefined) setGrip({ grip: { kind: 'whole', shape: Number(whole), from: at, points: draft.shapes[Number(whole)]!.points }, gesture });
  }

  function move(event: PointerEvent<SVGSVGElement>): void {
    const at = place(event);
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
        onPointerLeave={() => !grip && setCursor(null)}
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
              <Shape data-whole={shape} points={points.map(xy).join(' ')} fill={closed ? colour : 'none'} fillOpacity={draft.grid ? 0.02 : 0.14} stroke={wrong ? '#ff7a80' : colour} strokeWidth={3} vectorEffect="non-scaling-stroke" className={drawing ? 'pointer-events-none' : 'cursor-move'} />
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
        {draft.shapes.length <= 60 &&
          draft.shapes.map(({ points }, shape) => (
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

function InSide({ points: [a, b], width, colour, text }: { readonly points: readonly [Point, Point]; readonly width: number; readonly colour: string; readonly text: string }) {
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
