import { parseLiveRequest } from '@sightline/schemas';
import type { WebSocket } from 'ws';
import type { Topic } from './topic.js';

/**
 * One open page. What it cannot take in time is not queued: it is marked as behind on a topic, and gets the topic's
 * snapshot once its socket has drained. So a stuck viewer costs at most its byte bound.
 */
export interface Viewer {
  /** A change of a topic, encoded once for all viewers. */
  change(topic: Topic, message: Buffer): void;
  /** Brings the viewer up to date where it is behind and its socket has drained. */
  catchUp(): void;
  /** Whether the viewer can take another picture of the camera now. */
  wantsPicture(camera: string): boolean;
  picture(camera: string, message: Buffer): void;
  heartbeat(message: Buffer): void;
  /** Bytes that wait in the process for this viewer. */
  buffered(): number;
  close(code: number, reason: string): void;
}

export interface ViewerEvents {
  /** Null when the viewer may not see the topic or it does not exist. */
  topic(name: string): Topic | null;
  mayWatch(camera: string): boolean;
  /** Leaves out of a topic's message what the viewer may not see. */
  limit(message: Buffer): Buffer;
  watching(camera: string, on: boolean): void;
  closed(): void;
  readonly run: string;
}

/** Above this, changes wait to be replaced by a snapshot; a page needs some 10 kB a second. */
export const viewerByteBound = 1_000_000;
/** Below this a viewer that was behind is brought up to date again. */
const drainedBytes = 64_000;
/** Pictures on their way to a viewer that it has not shown yet. */
const picturesInFlight = 2;
/** A picture takes longer than a number; it is only sent into a socket that is nearly empty. */
const pictureBytesWaiting = 200_000;
const topicsPerViewer = 2000;

export function createViewer(socket: WebSocket, events: ViewerEvents): Viewer {
  const topics = new Set<Topic>();
  const behind = new Set<Topic>();
  const unshown = new Map<string, number>();
  let answered = true;

  socket.on('message', (data: Buffer, binary) => {
    const request = binary ? null : parseLiveRequest(data.toString('utf8'));
    if (!request) {
      socket.close(1008, 'not a request of the live protocol');
      return;
    }
    if (request.type === 'shown') {
      const waiting = unshown.get(request.camera);
      if (waiting !== undefined && waiting > 0) unshown.set(request.camera, waiting - 1);
    } else for (const name of request.topics) {
      if (request.type === 'subscribe') subscribe(name, request.run === events.run ? request.after?.[name] : undefined);
      else unsubscribe(name);
    }
  });
  socket.on('pong', () => (answered = true));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    for (const camera of unshown.keys()) events.watching(camera, false);
    unshown.clear();
    events.closed();
  });

  function subscribe(name: string, after: number | undefined): void {
    if (topics.size + unshown.size >= topicsPerViewer) return;
    const camera = cameraOf(name);
    if (camera !== null) {
      if (unshown.has(camera)) return;
      if (!events.mayWatch(camera)) return refuse(name);
      unshown.set(camera, 0);
      events.watching(camera, true);
      return;
    }
    const topic = events.topic(name);
    if (!topic) return refuse(name);
    topics.add(topic);
    const missed = after === undefined ? null : topic.since(after);
    if (missed) for (const message of missed) send(events.limit(message));
    else send(events.limit(topic.snapshot()));
  }

  function unsubscribe(name: string): void {
    const camera = cameraOf(name);
    if (camera !== null) {
      if (unshown.delete(camera)) events.watching(camera, false);
      return;
    }
    const topic = events.topic(name);
    if (topic) topics.delete(topic);
  }

  function refuse(name: string): void {
    send(Buffer.from(JSON.stringify({ type: 'error', message: `there is no topic ${JSON.stringify(name)} for you` })));
  }

  function send(message: Buffer, binary = false): void {
    if (socket.readyState === socket.OPEN) socket.send(message, { binary, compress: false });
  }

  return {
    change(topic, message) {
      if (!topics.has(topic) || behind.has(topic)) return;
      if (socket.bufferedAmount + message.length > viewerByteBound) behind.add(topic);
      else send(events.limit(message));
    },
    catchUp() {
      if (behind.size === 0 || socket.bufferedAmount > drainedBytes) return;
      for (const topic of behind) if (topics.has(topic)) send(events.limit(topic.snapshot()));
      behind.clear();
    },
    wantsPicture(camera) {
      const waiting = unshown.get(camera);
      return waiting !== undefined && waiting < picturesInFlight && socket.bufferedAmount < pictureBytesWaiting;
    },
    picture(camera, message) {
      unshown.set(camera, (unshown.get(camera) ?? 0) + 1);
      send(message, true);
    },
    heartbeat(message) {
      if (!answered) {
        socket.terminate();
        return;
      }
      answered = false;
      socket.ping();
      if (socket.bufferedAmount <= viewerByteBound) send(message);
    },
    buffered: () => socket.bufferedAmount,
    close: (code, reason) => socket.close(code, reason),
  };
}

function cameraOf(topic: string): string | null {
  return topic.startsWith('picture:') ? topic.slice('picture:'.length) : null;
}
