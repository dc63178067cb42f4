import { connectionAtom } from './connection';
import type { DrawOptions, Shown } from './draw-picture';
import type { DrawerOrder, DrawerReport } from './picture-drawer';

/** The page's side of the drawing of pictures: it gives canvases away to the worker that draws them. */
export interface PictureCanvas {
  watch(camera: string | null): void;
  options(options: DrawOptions, still: boolean): void;
  size(shown: Shown): void;
  /** Draws no more on it; frees it unless the element is in the page by then, to be given again. */
  close(): void;
}

type Order = (order: DrawerOrder, transfer?: Transferable[]) => void;

interface Given {
  readonly canvas: PictureCanvas;
  begun: ((aspect: number) => void) | null;
}

const all = new Map<number, Given>();
const byElement = new WeakMap<HTMLCanvasElement, Given>();
let lastId = 0;
let drawer: Order | null = null;

/** `begun` hears the width over the height of the first picture. An element given before is the same canvas. */
export function giveCanvas(element: HTMLCanvasElement, begun: (aspect: number) => void): PictureCanvas {
  let given = byElement.get(element);
  if (!given) {
    given = give(element);
    byElement.set(element, given);
  }
  given.begun = begun;
  return given.canvas;
}

export function givenCanvas(element: HTMLCanvasElement): PictureCanvas | null {
  return byElement.get(element)?.canvas ?? null;
}

function give(element: HTMLCanvasElement): Given {
  drawer ??= followConnection(drawsInWorker() ? startWorker() : startHere());
  const order = drawer;
  const id = (lastId += 1);
  if (drawsInWorker()) {
    const canvas = element.transferControlToOffscreen();
    order({ type: 'canvas', id, canvas }, [canvas]);
  } else order({ type: 'canvas', id, canvas: element });
  const given: Given = {
    begun: null,
    canvas: {
      watch: (camera) => order({ type: 'watch', id, camera }),
      options: (options, still) => order({ type: 'options', id, options, still }),
      size: (shown) => order({ type: 'size', id, shown }),
      close() {
        given.begun = null;
        order({ type: 'watch', id, camera: null });
        setTimeout(() => {
          if (element.isConnected) return;
          all.delete(id);
          order({ type: 'gone', id });
        }, 0);
      },
    },
  };
  all.set(id, given);
  return given;
}

let inWorker: boolean | undefined;

/** Some browsers have such a canvas but draw only in three dimensions on it. */
function drawsInWorker(): boolean {
  inWorker ??= typeof OffscreenCanvas !== 'undefined' && 'transferControlToOffscreen' in HTMLCanvasElement.prototype && new OffscreenCanvas(1, 1).getContext('2d') !== null;
  return inWorker;
}

function startWorker(): Order {
  const worker = new Worker(new URL('./picture-worker.ts', import.meta.url));
  worker.onmessage = ({ data }: MessageEvent<DrawerReport>) => hear(data);
  return (order, transfer = []) => worker.postMessage(order, transfer);
}

function startHere(): Order {
  const drawing = import('./picture-drawer').then(({ createDrawer }) => createDrawer(hear));
  return (one) => void drawing.then((draw) => draw(one));
}

function followConnection(order: Order): Order {
  const tell = (): void => order({ type: 'connection', open: connectionAtom.get().state === 'open' });
  connectionAtom.subscribe(tell);
  tell();
  return order;
}

function hear({ begun, aspect }: DrawerReport): void {
  all.get(begun)?.begun?.(aspect);
}
