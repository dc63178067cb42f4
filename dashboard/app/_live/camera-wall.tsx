'use client';

import type { LiveSite } from '@sightline/schemas/live';
import { ArrowLeft, ArrowRight, Move } from 'lucide-react';
import { memo, useMemo, useState, type DragEvent } from 'react';
import { useKiosk } from '../_page/kiosk';
import { useText } from '../_text/text';
import { CameraCard } from './camera-card';
import { Empty } from './live-page';
import { useStoredState } from './stored-state';

/** The wall of cameras; its order is the viewer's own, changed by dragging or with the keyboard. */
export const CameraWall = memo(function CameraWall({ site, enlarge }: { readonly site: LiveSite; readonly enlarge: (name: string) => void }) {
  const { t } = useText();
  const kiosk = useKiosk();
  const [order, setOrder] = useStoredState<readonly string[]>('sightline.wall', []);
  const [layers, setLayers] = useStoredState('sightline.layers', { boxes: true, trails: true, zones: true });
  const [arranging, setArranging] = useState(false);
  const [dragged, setDragged] = useState<string | null>(null);
  const names = useMemo(() => {
    const all = site.cameras.map((camera) => camera.name);
    const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length + all.indexOf(name));
    return all.sort((a, b) => place(a) - place(b));
  }, [site, order]);

  function move(name: string, to: number): void {
    const rest = names.filter((other) => other !== name);
    rest.splice(Math.max(0, Math.min(rest.length, to)), 0, name);
    setOrder(rest);
  }

  if (names.length === 0) return <Empty title={t('live.noCameras')} href="/cameras/" action={t('live.addCamera')} />;
  const columns = names.length === 1 ? 'grid-cols-1' : names.length <= 4 ? 'lg:grid-cols-2' : 'sm:grid-cols-2 xl:grid-cols-3 min-[1800px]:grid-cols-4';
  return (
    <section aria-labelledby="wall-heading" className="min-w-0">
      <div className={kiosk ? 'sr-only' : 'mb-3 flex flex-wrap items-center gap-2'}>
        <h2 id="wall-heading" className="mr-auto text-base font-semibold">
          {t('live.wall')}
        </h2>
        {!kiosk && (['boxes', 'trails', 'zones'] as const).map((layer) => (
          <button key={layer} type="button" aria-pressed={layers[layer]} onClick={() => setLayers({ ...layers, [layer]: !layers[layer] })} className={`h-9 rounded-lg border px-3 text-sm font-medium ${layers[layer] ? 'border-accent bg-accent-soft text-accent' : 'border-edge text-muted'}`}>
            {t(`live.show${layer === 'boxes' ? 'Boxes' : layer === 'trails' ? 'Trails' : 'Zones'}`)}
          </button>
        ))}
        {!kiosk && names.length > 1 && (
          <button type="button" aria-pressed={arranging} onClick={() => setArranging(!arranging)} className="flex h-9 items-center gap-2 rounded-lg border border-edge px-3 text-sm font-medium text-muted">
            <Move aria-hidden className="size-4" />
            <span className="max-sm:sr-only">{arranging ? t('live.arrangeDone') : t('live.arrange')}</span>
          </button>
        )}
      </div>
      <div className={`grid items-start gap-3 sm:gap-4 ${columns} ${names.length === 1 ? 'max-w-4xl' : ''}`}>
        {names.map((name, i) => (
          <div
            key={name}
            draggable={arranging}
            onDragStart={(event: DragEvent) => {
              event.dataTransfer.effectAllowed = 'move';
              setDragged(name);
            }}
            onDragOver={(event: DragEvent) => {
              if (dragged === null) return;
              event.preventDefault();
              if (dragged !== name) move(dragged, i);
            }}
            onDragEnd={() => setDragged(null)}
            className={`relative min-w-0 ${arranging ? 'cursor-grab rounded-xl outline-2 outline-dashed outline-control' : ''} ${dragged === name ? 'opacity-50' : ''}`}
          >
            <CameraCard site={site} name={name} options={layers} enlarge={arranging || kiosk ? undefined : enlarge} />
            {arranging && (
              <div className="absolute left-2 top-2 flex gap-1">
                <ArrangeButton label={t('live.moveEarlier', { camera: name })} disabled={i === 0} onClick={() => move(name, i - 1)} icon={<ArrowLeft aria-hidden className="size-5" />} />
                <ArrangeButton label={t('live.moveLater', { camera: name })} disabled={i === names.length - 1} onClick={() => move(name, i + 1)} icon={<ArrowRight aria-hidden className="size-5" />} />
              </div>
            )}
          </div>
        ))}
      </div>
    </section>
  );
});

function ArrangeButton({ label, icon, disabled, onClick }: { readonly label: string; readonly icon: React.ReactNode; readonly disabled: boolean; readonly onClick: () => void }) {
  return (
    <button type="button" disabled={disabled} onClick={onClick} title={label} className="grid size-11 place-items-center rounded-lg bg-[#06090e]/80 text-white disabled:opacity-40">
      {icon}
      <span className="sr-only">{label}</span>
    </button>
  );
}
