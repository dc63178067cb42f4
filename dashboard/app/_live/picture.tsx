'use client';

import { useEffect, useRef, useState } from 'react';
import { useText } from '../_text/text';
import { shownAs, type DrawOptions } from './draw-picture';
import { givenCanvas, giveCanvas, type PictureCanvas } from './picture-canvases';

export interface PictureProps {
  readonly camera: string;
  readonly options: DrawOptions;
  /** Without colour: what it shows is not now. */
  readonly dim: boolean;
  readonly aspect: (ratio: number) => void;
  /** Keep the picture that is shown. */
  readonly still?: boolean;
}

/** The live picture of a camera. Asked for only while it can be seen. */
export function Picture({ camera, options, dim, aspect, still = false }: PictureProps) {
  const { t } = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [there, setThere] = useState(false);
  const settings = useRef({ options, aspect, still });
  settings.current = { options, aspect, still };

  useEffect(() => {
    if (canvas.current) givenCanvas(canvas.current)?.options(options, still);
  }, [options, still]);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    let pictures: PictureCanvas | null = null;
    let watching = false;
    let inView = false;

    const update = (): void => {
      const wanted = inView && document.visibilityState === 'visible';
      if (wanted === watching) return;
      watching = wanted;
      if (wanted) pictures ??= give(element);
      pictures?.watch(wanted ? camera : null);
    };
    const observer = new IntersectionObserver(([entry]) => {
      inView = entry?.isIntersecting ?? false;
      update();
    });
    observer.observe(element);
    const sizes = new ResizeObserver(() => pictures?.size(shownAs(element)));
    sizes.observe(element);
    document.addEventListener('visibilitychange', update);
    return () => {
      observer.disconnect();
      sizes.disconnect();
      document.removeEventListener('visibilitychange', update);
      pictures?.close();
    };

    /** Not before it is in view: a page that shows no picture loads nothing to draw one. */
    function give(to: HTMLCanvasElement): PictureCanvas {
      const given = giveCanvas(to, (ratio) => {
        setThere(true);
        settings.current.aspect(ratio);
      });
      given.options(settings.current.options, settings.current.still);
      given.size(shownAs(to));
      return given;
    }
  }, [camera]);

  return (
    <>
      <canvas ref={canvas} role="img" aria-label={t('live.pictureOf', { camera })} data-picture={there} className={`absolute inset-0 size-full ${dim ? 'opacity-60 grayscale' : ''}`} />
      {!there && <p className="absolute inset-x-14 top-5 text-center text-sm text-[#c3ccd9]">{t('live.noPicture')}</p>}
    </>
  );
}
