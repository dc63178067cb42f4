'use client';

import type { Point } from '@sightline/schemas/shapes';
import { useEffect, useRef } from 'react';

/** What lies under the finger, three times as large, beside it. */
const size = 128;
const magnify = 3;

export function Loupe({ at: [x, y], aspect }: { readonly at: Point; readonly aspect: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const target = canvas.current;
    const source = target?.parentElement?.querySelector<HTMLCanvasElement | HTMLImageElement>('[data-picture]');
    const context = target?.getContext('2d');
    if (!target || !source || !context) return;
    const width = source instanceof HTMLCanvasElement ? source.width : source.naturalWidth;
    const height = source instanceof HTMLCanvasElement ? source.height : source.naturalHeight;
    const shown = source.clientWidth || width;
    const part = (size / magnify) * (width / shown);
    context.fillStyle = '#06090e';
    context.fillRect(0, 0, size, size);
    context.drawImage(source, x * width - part / 2, y * height - part / 2, part, part, 0, 0, size, size);
    context.strokeStyle = '#ffffff';
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(size / 2 - 14, size / 2);
    context.lineTo(size / 2 + 14, size / 2);
    context.moveTo(size / 2, size / 2 - 14);
    context.lineTo(size / 2, size / 2 + 14);
    context.stroke();
  }, [x, y, aspect]);
  return <canvas ref={canvas} width={size} height={size} aria-hidden className={`pointer-events-none absolute top-2 size-32 rounded-full border-2 border-white ${x < 0.5 ? 'right-2' : 'left-2'}`} />;
}
