import type { LivePictureHeader } from '@sightline/schemas/live';

/** Draws a picture with what was seen in it: boxes and the trails of the last seconds, legible on any ground. */
export interface Trail {
  readonly points: { readonly at: number; readonly x: number; readonly y: number }[];
}

export interface DrawOptions {
  readonly boxes: boolean;
  readonly trails: boolean;
}

/** How long a trail is kept. */
const trailMicroseconds = 6_000_000;
const casing = 'rgb(6 9 14 / 75%)';
const classColours: Readonly<Record<string, string>> = { person: '#ffffff', car: '#8fd3ff', truck: '#8fd3ff', bus: '#8fd3ff', motorcycle: '#8fd3ff', bicycle: '#c9f2a5' };
const otherColour = '#f4d6ff';

export function keepTrails(trails: Map<string, Trail>, header: LivePictureHeader): void {
  for (const track of header.tracks) {
    let trail = trails.get(track.id);
    if (!trail) {
      trail = { points: [] };
      trails.set(track.id, trail);
    }
    trail.points.push({ at: header.capturedAt, x: track.x + track.w / 2, y: track.y + track.h });
  }
  for (const [id, trail] of trails) {
    while (trail.points.length > 0 && header.capturedAt - trail.points[0]!.at > trailMicroseconds) trail.points.shift();
    if (trail.points.length === 0 || trail.points[0]!.at > header.capturedAt) trails.delete(id);
  }
}

/** How large a canvas stands on the page, in CSS pixels, and device pixels to one of them. */
export interface Shown {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

export function shownAs(canvas: HTMLCanvasElement): Shown {
  return { width: canvas.clientWidth, height: canvas.clientHeight, ratio: window.devicePixelRatio || 1 };
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export function drawPicture(context: Context, shown: Shown, picture: ImageBitmap, header: LivePictureHeader, trails: ReadonlyMap<string, Trail>, options: DrawOptions): void {
  const { canvas } = context;
  // Shown smaller than it is, a picture is drawn as it is and made smaller by the compositor: it has a thread of its own.
  const width = Math.max(1, Math.round(shown.width * Math.min(2, shown.ratio)), picture.width);
  const height = Math.max(1, Math.round((width * (shown.height || picture.height)) / (shown.width || picture.width)));
  const scale = width / (shown.width || picture.width);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.drawImage(picture, 0, 0, width, height);
  if (options.trails) {
    for (const track of header.tracks) {
      const trail = trails.get(track.id);
      if (trail && trail.points.length > 1) drawTrail(context, trail, colourOf(track.cls), width, height, scale);
    }
  }
  if (options.boxes) for (const track of header.tracks) drawBox(context, track.x * width, track.y * height, track.w * width, track.h * height, colourOf(track.cls), scale);
}

function colourOf(cls: string): string {
  return classColours[cls] ?? otherColour;
}

function drawTrail(context: Context, { points }: Trail, colour: string, width: number, height: number, scale: number): void {
  const path = new Path2D();
  points.forEach(({ x, y }, i) => (i === 0 ? path.moveTo(x * width, y * height) : path.lineTo(x * width, y * height)));
  context.lineJoin = context.lineCap = 'round';
  context.strokeStyle = casing;
  context.lineWidth = 4 * scale;
  context.stroke(path);
  context.globalAlpha = 0.85;
  context.strokeStyle = colour;
  context.lineWidth = 1.75 * scale;
  context.stroke(path);
  context.globalAlpha = 1;
}

/** Corners only: the object stays visible, and many boxes do not become a grid. */
function drawBox(context: Context, x: number, y: number, w: number, h: number, colour: string, scale: number): void {
  const arm = Math.min(w, h) * 0.3;
  const path = new Path2D();
  for (const [cx, cy, dx, dy] of [[x, y, 1, 1], [x + w, y, -1, 1], [x + w, y + h, -1, -1], [x, y + h, 1, -1]] as const) {
    path.moveTo(cx + dx * arm, cy);
    path.lineTo(cx, cy);
    path.lineTo(cx, cy + dy * arm);
  }
  context.lineJoin = context.lineCap = 'round';
  context.strokeStyle = casing;
  context.lineWidth = 4 * scale;
  context.stroke(path);
  context.strokeStyle = colour;
  context.lineWidth = 2 * scale;
  context.stroke(path);
}
