'use client';

import type { LivePictureHeader } from '@sightline/schemas/live';
import { useQuery } from '@tanstack/react-query';
import { Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { gatewayNow } from '../_live/clock';
import { drawPicture, keepTrails, shownAs, type Trail } from '../_live/draw-picture';
import { GatewayError } from '../_live/rest';
import { useText } from '../_text/text';
import '../_text/en-events';

export interface ClipFrame {
  readonly header: LivePictureHeader;
  readonly jpeg: Blob;
}

/** A clip is written when its seconds are over: of what has just happened it is asked for again. */
const clipAgainMilliseconds = 3000;
const unfinishedMilliseconds = 30_000;

/** The clip of an event or of a moment (ms); null when there is none. */
export function useClip(query: string | null, at: number): readonly ClipFrame[] | null | undefined {
  return useQuery({
    queryKey: ['clip', query],
    enabled: query !== null,
    retry: false,
    staleTime: Infinity,
    queryFn: ({ signal }): Promise<readonly ClipFrame[] | null> => fetchClip(query!, signal),
    refetchInterval: ({ state }) => (state.data === null && gatewayNow() - at < unfinishedMilliseconds ? clipAgainMilliseconds : false),
  }).data;
}

async function fetchClip(query: string, signal: AbortSignal): Promise<readonly ClipFrame[] | null> {
  const response = await fetch(`/api/v1/evidence.clip?${query}`, { signal, credentials: 'same-origin' });
  if (response.status === 404) return null;
  if (!response.ok) throw new GatewayError(response.status, 'HTTP', response.statusText);
  return framesOf(await response.arrayBuffer());
}

/** Pictures as the live socket sends them, each behind its length. */
function framesOf(bytes: ArrayBuffer): ClipFrame[] {
  const view = new DataView(bytes);
  const frames: ClipFrame[] = [];
  for (let at = 0; at + 8 <= bytes.byteLength; ) {
    const [length, head] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, at + 8, head))) as LivePictureHeader;
    frames.push({ header, jpeg: new Blob([new Uint8Array(bytes, at + 8 + head, length - 4 - head)], { type: 'image/jpeg' }) });
    at += 4 + length;
  }
  return frames;
}

/** Plays a clip over and over at its own speed, the object's box and way drawn over it; a slider goes through it by hand. */
export function ClipPlayer({ frames, track, label }: { readonly frames: readonly ClipFrame[]; readonly track: string | undefined; readonly label: string }) {
  const { t } = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(() => !matchMedia('(prefers-reduced-motion: reduce)').matches);

  useEffect(() => {
    if (!playing) return;
    const here = frames[at]!.header.capturedAt;
    const next = frames[at + 1];
    // At its end it rests for a second, so that the end can be seen.
    const pause = next ? Math.min(1000, (next.header.capturedAt - here) / 1000) : 1000;
    const timer = setTimeout(() => setAt(next ? at + 1 : 0), pause);
    return () => clearTimeout(timer);
  }, [playing, at, frames]);

  useEffect(() => {
    let over = false;
    const trails = new Map<string, Trail>();
    const only = (header: LivePictureHeader): LivePictureHeader => (track === undefined ? header : { ...header, tracks: header.tracks.filter(({ id }) => id === track) });
    for (const { header } of frames.slice(0, at + 1)) keepTrails(trails, only(header));
    void createImageBitmap(frames[at]!.jpeg).then((picture) => {
      const context = canvas.current?.getContext('2d', { alpha: false });
      if (!over && context) drawPicture(context, shownAs(context.canvas), picture, only(frames[at]!.header), trails, { boxes: true, trails: true });
      picture.close();
    });
    return () => void (over = true);
  }, [at, frames, track]);

  return (
    <>
      <canvas ref={canvas} role="img" aria-label={label} data-clip={frames.length} className="absolute inset-0 size-full" />
      <div className="absolute inset-x-2 bottom-2 z-10 flex items-center gap-2 rounded-lg bg-[#06090e]/75 px-1 text-white">
        <button type="button" onClick={() => setPlaying(!playing)} className="grid size-11 shrink-0 place-items-center">
          {playing ? <Pause aria-hidden className="size-5" /> : <Play aria-hidden className="size-5" />}
          <span className="sr-only">{t(playing ? 'events.pause' : 'events.play')}</span>
        </button>
        <input
          type="range"
          min={0}
          max={frames.length - 1}
          value={at}
          aria-label={t('events.clipAt')}
          onChange={(event) => {
            setPlaying(false);
            setAt(Number(event.target.value));
          }}
          className="h-11 min-w-0 flex-1"
        />
      </div>
    </>
  );
}
