import type { LivePictureHeader } from '@sightline/schemas/live';
import { drawPicture, keepTrails, type DrawOptions, type Shown, type Trail } from './draw-picture';
import { drawTurn } from './draw-turn';

/**
 * Decodes the pictures that come and draws them on the canvases of their cameras. It lives in a worker, so that twenty cameras
 * do not keep the page from answering a touch; where a browser cannot draw there, on the page itself.
 *
 *     const hear = createDrawer((report) => postMessage(report));
 *     hear({ type: 'canvas', id: 1, canvas });
 *     hear({ type: 'watch', id: 1, camera: 'door' });
 *     hear({ type: 'picture', message });
 */
export type DrawerOrder =
  | { readonly type: 'canvas'; readonly id: number; readonly canvas: HTMLCanvasElement | OffscreenCanvas }
  /** Draw this camera's pictures from now on; null: none. */
  | { readonly type: 'watch'; readonly id: number; readonly camera: string | null }
  | { readonly type: 'options'; readonly id: number; readonly options: DrawOptions; /** Keep the picture that is there. */ readonly still: boolean }
  | { readonly type: 'size'; readonly id: number; readonly shown: Shown }
  | { readonly type: 'gone'; readonly id: number }
  /** As the live protocol sends it. */
  | { readonly type: 'picture'; readonly message: ArrayBuffer };

export interface DrawerReport {
  /** Cameras of the pictures that are done with, one for each picture. */
  readonly shown: readonly string[];
  /** Canvases that have their first picture now. */
  readonly begun: readonly { readonly id: number; readonly aspect: number }[];
}

interface Surface {
  readonly id: number;
  readonly context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
  readonly trails: Map<string, Trail>;
  camera: string | null;
  /** Whose picture and trails it holds, watched or not. */
  holds: string | null;
  options: DrawOptions;
  still: boolean;
  shown: Shown;
  begun: boolean;
}

export function createDrawer(report: (report: DrawerReport) => void): (order: DrawerOrder) => void {
  const surfaces = new Map<number, Surface>();
  let shown: string[] = [];
  let begun: { id: number; aspect: number }[] = [];
  let telling: ReturnType<typeof setTimeout> | null = null;

  /** What one turn has drawn is told in one message. */
  function tell(): void {
    telling ??= setTimeout(() => {
      telling = null;
      report({ shown, begun });
      shown = [];
      begun = [];
    }, 0);
  }

  async function draw(message: ArrayBuffer): Promise<void> {
    const { header, jpeg } = readPicture(message);
    const wanting = (): Surface[] => [...surfaces.values()].filter((surface) => surface.camera === header.camera && !(surface.still && surface.begun));
    try {
      if (wanting().length === 0) return;
      const picture = await createImageBitmap(jpeg);
      await drawTurn();
      for (const surface of wanting()) show(surface, picture, header);
      picture.close();
    } finally {
      shown.push(header.camera);
      tell();
    }
  }

  function show(surface: Surface, picture: ImageBitmap, header: LivePictureHeader): void {
    if (!surface.begun) {
      surface.begun = true;
      begun.push({ id: surface.id, aspect: picture.width / picture.height });
    }
    keepTrails(surface.trails, header);
    if (surface.context) drawPicture(surface.context, surface.shown, picture, header, surface.trails, surface.options);
  }

  function watch(surface: Surface, camera: string | null): void {
    surface.camera = camera;
    if (camera === null || camera === surface.holds) return;
    surface.holds = camera;
    surface.begun = false;
    surface.trails.clear();
  }

  return (order) => {
    if (order.type === 'picture') {
      // A picture that cannot be decoded is passed over: the next one comes in a moment.
      draw(order.message).catch(() => undefined);
      return;
    }
    if (order.type === 'canvas') {
      surfaces.set(order.id, { id: order.id, context: contextOf(order.canvas), trails: new Map(), camera: null, holds: null, options: { boxes: false, trails: false }, still: false, shown: { width: 0, height: 0, ratio: 1 }, begun: false });
      return;
    }
    const surface = surfaces.get(order.id);
    if (!surface) return;
    if (order.type === 'watch') watch(surface, order.camera);
    else if (order.type === 'options') Object.assign(surface, { options: order.options, still: order.still });
    else if (order.type === 'size') surface.shown = order.shown;
    else surfaces.delete(order.id);
  };
}

function contextOf(canvas: HTMLCanvasElement | OffscreenCanvas): Surface['context'] {
  return 'convertToBlob' in canvas ? canvas.getContext('2d', { alpha: false }) : canvas.getContext('2d', { alpha: false });
}

function readPicture(message: ArrayBuffer): { readonly header: LivePictureHeader; readonly jpeg: Blob } {
  const length = new DataView(message).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, length))) as LivePictureHeader;
  return { header, jpeg: new Blob([new Uint8Array(message, 4 + length)], { type: 'image/jpeg' }) };
}
