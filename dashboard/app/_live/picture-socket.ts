import { liveSocketPath, type LiveMessage, type LiveRequest } from '@sightline/schemas/live';

/**
 * Pictures come over a connection of their own, opened where they are drawn: the page's thread never touches their bytes, and no
 * number waits behind a picture. It is open only while the page's own connection is, which knows when to try again.
 *
 *     const socket = createPictureSocket((message) => draw(message));
 *     socket.follow(true);
 *     socket.want(new Set(['door']));
 *     socket.shown('door');
 */
export interface PictureSocket {
  /** Whether the page's own connection is open. */
  follow(open: boolean): void;
  /** The cameras that someone looks at. */
  want(cameras: ReadonlySet<string>): void;
  shown(camera: string): void;
}

/** Closed while the page's own connection stands: the gateway is there, so soon again. */
const againMs = 1000;
/** So many heartbeats without a word mean that the connection is dead though nobody closed it. */
const heartbeatsMissed = 2.5;

export function createPictureSocket(take: (message: ArrayBuffer) => void): PictureSocket {
  let socket: WebSocket | null = null;
  let pageIsOpen = false;
  let wanted: ReadonlySet<string> = new Set();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let heartbeatMs = 5000;

  function send(request: LiveRequest): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
  }

  /** Nothing is open that nobody looks through. */
  function openOrClose(): void {
    if (!pageIsOpen || wanted.size === 0) close();
    else if (!socket) open();
  }

  function open(): void {
    clearTimeout(timer);
    const next = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${liveSocketPath}`);
    next.binaryType = 'arraybuffer';
    socket = next;
    listen();
    next.onopen = () => send({ type: 'subscribe', topics: [...wanted].map(topicOf) });
    next.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string') return take(data);
      const message = JSON.parse(data) as LiveMessage;
      if (message.type === 'hello') heartbeatMs = message.heartbeatSeconds * 1000;
      listen();
    };
    next.onclose = () => {
      if (socket === next) again(againMs * (0.5 + Math.random()));
    };
  }

  function listen(): void {
    again(heartbeatMs * heartbeatsMissed);
  }

  /** What is there by then is given up: it never answered, or fell silent. */
  function again(afterMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      close();
      openOrClose();
    }, afterMs);
  }

  function close(): void {
    clearTimeout(timer);
    const old = socket;
    socket = null;
    old?.close();
  }

  return {
    follow(open) {
      pageIsOpen = open;
      openOrClose();
    },
    want(cameras) {
      const before = wanted;
      wanted = cameras;
      const [more, fewer] = [[...cameras].filter((camera) => !before.has(camera)), [...before].filter((camera) => !cameras.has(camera))];
      if (more.length > 0) send({ type: 'subscribe', topics: more.map(topicOf) });
      if (fewer.length > 0) send({ type: 'unsubscribe', topics: fewer.map(topicOf) });
      openOrClose();
    },
    shown: (camera) => send({ type: 'shown', camera }),
  };
}

function topicOf(camera: string): string {
  return `picture:${camera}`;
}
