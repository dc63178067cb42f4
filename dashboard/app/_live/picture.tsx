'use client';

import { useEffect, useRef, useState } from 'react';
import { useText } from '../_text/text';
import { watchPictures } from './connection';
import { drawPicture, keepTrails, type DrawOptions, type Trail } from './draw-picture';
import { drawTurn } from './draw-turn';

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
    const element = canvas.current;
    if (!element) return;
    const trails = new Map<string, Trail>();
    let stop: (() => void) | null = null;
    let inView = false;
    let shown = false;

    const update = (): void => {
      const wanted = inView && document.visibilityState === 'visible';
      if (wanted && !stop) {
        stop = watchPictures(camera, async (header, jpeg) => {
          if (shown && settings.current.still) return;
          const picture = await createImageBitmap(jpeg);
          await drawTurn();
          if (!shown) {
            shown = true;
            setThere(true);
            settings.current.aspect(picture.width / picture.height);
          }
          keepTrails(trails, header);
          drawPicture(element, picture, header, trails, settings.current.options);
          picture.close();
        });
      } else if (!wanted && stop) {
        stop();
        stop = null;
      }
    };
    const observer = new IntersectionObserver(([entry]) => {
      inView = entry?.isIntersecting ?? false;
      update();
    });
    observer.observe(element);
    document.addEventListener('visibilitychange', update);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', update);
      stop?.();
    };
  }, [camera]);

  return (
    <>
      <canvas ref={canvas} role="img" aria-label={t('live.pictureOf', { camera })} data-picture={there} className={`absolute inset-0 size-full ${dim ? 'opacity-60 grayscale' : ''}`} />
      {!there && <p className="absolute inset-x-14 top-5 text-center text-sm text-[#c3ccd9]">{t('live.noPicture')}</p>}
    </>
  );
}
