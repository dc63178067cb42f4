import { liveSocketPath, type LiveData, type LiveMessage, type LiveRequest } from '@sightline/schemas/live';
import { createAtom } from './atom';
import { gatewayNow, setGatewayClock } from './clock';
import { applyMessage, applySnapshot } from './model';

/**
 * The page's live connection for all but pictures. It reconnects with growing, jittered pauses, at once when the page wakes or the network is
 * back, asks only for what it missed, and asks anew where it finds a gap.
 */
export interface Connection {
  readonly state: 'connecting' | 'open' | 'lost';
  /** ms by the gateway's clock: since when. */
  readonly since: number;
}
export const connectionAtom = createAtom<Connection>({ state: 'connecting', since: 0 });

const topics = ['site', 'zones', 'cameras', 'events', 'alerts', 'parts'] as const;
const firstPauseMs = 250;
const longestPauseMs = 8000;
/** So many heartbeats without a word mean that the connection is dead though nobody closed it. */
const heartbeatsMissed = 2.5;
/** A second that took this long: the device slept, and what it was waiting for is long over. */
const sleptMs = 5000;
/** An attempt that gets no answer at all is given up for the next. */
const dialMs = 8000;

const seqs: Record<string, number> = {};
let run = '';
let pages = '';
let socket: WebSocket | null = null;
let pause = firstPauseMs;
let heartbeatMs = 5000;
let lastHeard = 0;
let dialled = 0;
let retry: ReturnType<typeof setTimeout> | undefined;

/** Starts once for the life of the page; answers how to stop. */
export function startConnection(): () => void {
  readSnapshot();
  connect();
  let ticked = Date.now();
  const watchdog = setInterval(() => {
    const slept = Date.now() - ticked > sleptMs;
    ticked = Date.now();
    if (slept || socket?.readyState === WebSocket.OPEN || hangs()) wake();
  }, 1000);
  // A dead connection is not closed first: that would wait for an answer that never comes.
  const wake = (): void => {
    if (!answers()) connect();
  };
  const seen = (): void => {
    if (document.visibilityState !== 'hidden') wake();
  };
  document.addEventListener('visibilitychange', seen);
  window.addEventListener('online', seen);
  window.addEventListener('pageshow', seen);
  return () => {
    clearInterval(watchdog);
    clearTimeout(retry);
    document.removeEventListener('visibilitychange', seen);
    window.removeEventListener('online', seen);
    window.removeEventListener('pageshow', seen);
    const old = socket;
    socket = null;
    old?.close();
  };
}

function answers(): boolean {
  return socket?.readyState === WebSocket.OPEN && Date.now() - lastHeard <= heartbeatMs * heartbeatsMissed;
}

function hangs(): boolean {
  return socket?.readyState === WebSocket.CONNECTING && Date.now() - dialled > dialMs;
}

function lost(since: number): void {
  if (connectionAtom.get().state !== 'lost') connectionAtom.set({ state: 'lost', since });
}

/** The gateway puts the last known values into each page that it serves, for the first paint. */
function readSnapshot(): void {
  const element = document.getElementById('sightline-snapshot');
  if (!element?.textContent) return;
  const snapshot = JSON.parse(element.textContent) as (LiveData & { readonly now: number }) | null;
  // A stranger gets none; the socket is refused, and the page asks to sign in.
  if (snapshot === null) return;
  setGatewayClock(snapshot.now);
  applySnapshot(snapshot);
}

function connect(): void {
  clearTimeout(retry);
  if (socket?.readyState === WebSocket.OPEN) lost(gatewayNow() - (Date.now() - lastHeard));
  dialled = Date.now();
  const old = socket;
  const next = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${liveSocketPath}`);
  socket = next;
  old?.close();
  next.onmessage = ({ data }: MessageEvent<string>) => {
    lastHeard = Date.now();
    hear(JSON.parse(data) as LiveMessage);
  };
  next.onclose = () => {
    if (socket !== next) return;
    lost(gatewayNow());
    void askWhoIAm();
    retry = setTimeout(connect, pause * (0.5 + Math.random()));
    pause = Math.min(longestPauseMs, pause * 2);
  };
}

/** A socket that is refused says nothing; the gateway does when asked. Someone who is not signed in is sent to sign in. */
async function askWhoIAm(): Promise<void> {
  const response = await fetch('/api/v1/session', { credentials: 'same-origin' }).catch(() => null);
  const answer = (await response?.json().catch(() => null)) as { readonly signedIn?: boolean; readonly closed?: boolean } | null;
  if (answer?.signedIn !== false || /^\/(login|setup)\//.test(location.pathname)) return;
  location.assign(answer.closed ? `/login/?next=${encodeURIComponent(location.pathname + location.search)}` : '/setup/');
}

function hear(message: LiveMessage): void {
  switch (message.type) {
    case 'hello': {
      // Newer pages are served: this one may not understand the gateway any more.
      if (pages && pages !== message.pages) location.reload();
      pages = message.pages;
      heartbeatMs = message.heartbeatSeconds * 1000;
      setGatewayClock(message.now);
      const after = run === message.run ? { ...seqs } : {};
      run = message.run;
      pause = firstPauseMs;
      connectionAtom.set({ state: 'open', since: message.now });
      send({ type: 'subscribe', topics: [...topics], after, run });
      break;
    }
    case 'heartbeat':
      setGatewayClock(message.now);
      break;
    case 'snapshot':
      seqs[message.topic] = message.seq;
      applyMessage(message);
      break;
    case 'change': {
      const known = seqs[message.topic] ?? -1;
      if (message.seq <= known) break;
      if (message.seq === known + 1) {
        seqs[message.topic] = message.seq;
        applyMessage(message);
      } else {
        send({ type: 'unsubscribe', topics: [message.topic] });
        send({ type: 'subscribe', topics: [message.topic] });
      }
      break;
    }
    case 'error':
      break;
  }
}

function send(request: LiveRequest): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
}
