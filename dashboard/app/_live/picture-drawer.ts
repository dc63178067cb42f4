import type { LivePictureHeader } from '@sightline/schemas/live';
import { drawPicture, keepTrails, type DrawOptions, type Shown, type Trail } from './draw-picture';
import { drawTurn } from './draw-turn';
import { createPictureSocket } from './picture-socket';

/**
 * Fetches, decodes and draws the pictures of cameras on their canvases. It lives in a worker, so that twenty cameras
 * do not keep the page from answering a touch; where a browser cannot draw there, on the page itself.
 *
 *     const hear = createDrawer((report) => postMessage(report));
 *     hear({ type: 'connection', open: true });
 *     hear({ type: 'canvas', id: 1, canvas });
 *     hear({ type: 'watch', id: 1, camera: 'door' });
 */
export type DrawerOrder =
  | { readonly type: 'canvas'; readonly id: number; readonly canvas: HTMLCanvasElement | OffscreenCanvas }
  /** Draw this camera's pictures from now on; null: none. */
  | { readonly type: 'watch'; readonly id: number; readonly camera: string | null }
  | { readonly type: 'options'; readonly id: number; readonly options: DrawOptions; /** Keep the picture that is there. */ readonly still: boolean }
  | { readonly type: 'size'; readonly id: number; readonly shown: Shown }
  | { readonly type: 'gone'; readonly id: number }
  /** Whether the page's own connection is open. */
  | { readonly type: 'connection'; readonly open: boolean };

/** A canvas has its first picture. */
export interface DrawerReport {
  readonly begun: number;
  /** Its width over its height. */
  readonly aspect: number;
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
  // A picture that cannot be decoded is passed over: the next one comes in a moment.
  const socket = createPictureSocket((message) => void draw(message).catch(() => undefined));

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
      socket.shown(header.camera);
    }
  }

  function show(surface: Surface, picture: ImageBitmap, header: LivePictureHeader): void {
    if (!surface.begun) {
      surface.begun = true;
      report({ begun: surface.id, aspect: picture.width / picture.height });
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

  function wantWatched(): void {
    socket.want(new Set([...surfaces.values()].flatMap(({ camera }) => camera ?? [])));
  }

  return (order) => {
    if (order.type === 'connection') return socket.follow(order.open);
    if (order.type === 'canvas') {
      surfaces.set(order.id, { id: order.id, context: contextOf(order.canvas), trails: new Map(), camera: null, holds: null, options: { boxes: false, trails: false }, still: false, shown: { width: 0, height: 0, ratio: 1 }, begun: false });
      return;
    }
    const surface = surfaces.get(order.id);
    if (!surface) return;
    if (order.type === 'watch') {
      watch(surface, order.camera);
      wantWatched();
    } else if (order.type === 'options') Object.assign(surface, { options: order.options, still: order.still });
    else if (order.type === 'size') surface.shown = order.shown;
    else {
      surfaces.delete(order.id);
      wantWatched();
    }
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
