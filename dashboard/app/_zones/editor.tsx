'use client';

import type { LiveSite } from '@sightline/schemas/live';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Check, Pause, Play, Redo2, Trash2, Undo2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Picture } from '../_live/picture';
import { ZoneOverlay } from '../_live/zone-overlay';
import { getJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Button, Card, Field, Problem, Select } from '../_ui/controls';
import { formatPercent } from '../_ui/format';
import { useAtom } from '../_live/atom';
import { cameraAtom } from '../_live/model';
import { Canvas, drawingOn } from './canvas';
import { begin, changeOf, hasParts, mistakesOf, redo, step, tooSmallFor, undo, type Draft, type SeenSizes } from './draft';
import { Classes } from './classes';
import { KindFields } from './kind-fields';
import { Parts } from './parts';
import { PointsTable } from './points-table';
import { hitsOf, preview, PreviewResult } from './preview';
import { SaveDialog, type ZoneChange } from './save-dialog';
import '../_text/en-zones';

export interface EditorProps {
  readonly site: LiveSite;
  readonly camera: string;
  readonly first: Draft | null;
  readonly editable: boolean;
  /** Called with the zone that was saved, or null when it was removed. */
  readonly done: (zone: string | null) => void;
}

const plain = { boxes: false, trails: false } as const;
const previewHours = 1;

export function Editor({ site, camera, first, editable, done }: EditorProps) {
  const text = useText();
  const { t } = text;
  const known = useAtom(cameraAtom(camera));
  const [seen, setSeen] = useState<number | null>(null);
  const aspect = known?.size ? known.size[0] / known.size[1] : (seen ?? 16 / 9);
  const [history, setHistory] = useState(() => (first ? begin(first) : null));
  const [still, setStill] = useState(false);
  const [chosenHit, setChosenHit] = useState<number | null>(null);
  const [change, setChange] = useState<ZoneChange | null>(null);
  const [chosenPart, setChosenPart] = useState(0);
  const sizes = useQuery({ queryKey: ['sizes', camera], enabled: first !== null, queryFn: ({ signal }) => getJson<SeenSizes>(`/api/v1/cameras/${encodeURIComponent(camera)}/sizes`, signal) });
  const tried = useMutation({ mutationFn: (draft: Draft) => preview(draft, camera, previewHours) });

  const own = site.zones.filter((zone) => zone.camera === camera);
  const draft = history?.now ?? null;
  const others = own.filter((zone) => zone.name !== draft?.saved);
  const mistakes = draft ? mistakesOf(draft, site.zones.map(({ name }) => name)) : [];
  const update = (next: Draft, gesture: string | null): void => {
    setHistory((now) => now && step(now, next, gesture));
    tried.reset();
    setChosenHit(null);
  };
  const hits = draft && tried.data ? hitsOf(tried.data, draft, site.timezone, text) : [];
  const changed = (history?.past.length ?? 0) > 0;
  const part = draft && hasParts(draft) ? Math.min(chosenPart, draft.shapes.length - 1) : null;
  const least = draft && tooSmallFor(draft, sizes.data, aspect);
  useUnsaved(changed);

  return (
    <div className={`grid min-w-0 items-start gap-5 ${draft && editable ? 'xl:grid-cols-[minmax(0,1fr)_20rem] xl:grid-rows-[auto_1fr]' : ''}`}>
      <div className="min-w-0">
        <div className="relative w-full overflow-hidden rounded-xl border border-edge bg-[#0b0f16] shadow-card" style={{ aspectRatio: String(aspect), maxWidth: `calc((100dvh - 11rem) * ${aspect})` }}>
          <Picture camera={camera} options={plain} dim={false} aspect={setSeen} still={still} />
          {draft && editable ? (
            <Canvas draft={draft} others={others} aspect={aspect} hits={hits} chosenHit={chosenHit} chooseHit={setChosenHit} part={part} choosePart={setChosenPart} change={update} undo={() => setHistory((now) => now && undo(now))} redo={() => setHistory((now) => now && redo(now))} />
          ) : (
            <ZoneOverlay zones={own} aspect={aspect} />
          )}
        </div>
        <div className="mt-3 flex flex-wrap items-center gap-2">
          {draft && editable && (
            <>
              <Button onClick={() => setHistory((now) => now && undo(now))} disabled={!changed} title={t('zones.undo')}>
                <Undo2 aria-hidden className="size-4" />
                {t('zones.undo')}
              </Button>
              <Button onClick={() => setHistory((now) => now && redo(now))} disabled={(history?.future.length ?? 0) === 0} title={t('zones.redo')}>
                <Redo2 aria-hidden className="size-4" />
                {t('zones.redo')}
              </Button>
              {drawingOn(draft) && draft.kind !== 'line' && !draft.grid && (
                <Button look="primary" disabled={(draft.shapes[0]?.points.length ?? 0) < 3} onClick={() => update({ ...draft, whole: true }, null)}>
                  <Check aria-hidden className="size-4" />
                  {t('zones.finish')}
                </Button>
              )}
            </>
          )}
          <Button look={still ? 'chosen' : 'plain'} aria-pressed={still} onClick={() => setStill(!still)}>
            {still ? <Play aria-hidden className="size-4" /> : <Pause aria-hidden className="size-4" />}
            {still ? t('zones.live') : t('zones.still')}
          </Button>
        </div>
        {draft && editable && (
          <p id="zones-keys" className="mt-2 text-xs text-muted">
            {t(drawingOn(draft) ? (draft.grid ? 'zones.hintGrid' : draft.kind === 'line' ? 'zones.hintLine' : 'zones.hintPolygon') : 'zones.hintEdit')} <span className="pointer-coarse:hidden">{t('zones.hintKeys')}</span>
          </p>
        )}
        {hits.length > 0 && chosenHit !== null && (
          <p role="status" className="tabular mt-2 text-sm font-medium">
            {hits[chosenHit]?.text}
          </p>
        )}
      </div>
      {draft && editable ? (
        <>
          <Card title={draft.saved ?? t('zones.new')} className="xl:row-span-2">
            <div className="grid gap-3">
              <Field label={t('cameras.name')} value={draft.name} onChange={(name) => update({ ...draft, name }, 'name')} disabled={draft.saved !== null} problem={mistakes.includes('name') ? t('zones.mistake.name') : mistakes.includes('taken') ? t('zones.mistake.taken') : undefined} />
              <Classes draft={draft} change={update} />
              <Select label={t('zones.evidence')} value={String(draft.rest['evidence'] ?? 'picture')} options={(['picture', 'clip', 'none'] as const).map((value) => ({ value, text: t(`zones.evidence.${value}`) }))} onChange={(evidence) => update({ ...draft, rest: { ...draft.rest, evidence } }, null)} />
              <KindFields draft={draft} change={update} />
              {draft.grid && (
                <div className="grid grid-cols-2 gap-3">
                  <Field label={t('zones.columns')} type="number" min={1} max={200} value={draft.grid.columns} onChange={(value) => update({ ...draft, grid: { ...draft.grid!, columns: whole(value) } }, 'grid')} />
                  <Field label={t('zones.rows')} type="number" min={1} max={50} value={draft.grid.rows} onChange={(value) => update({ ...draft, grid: { ...draft.grid!, rows: whole(value) } }, 'grid')} />
                </div>
              )}
              {draft.kind === 'queue' && draft.shapes.length > 0 && <Button onClick={() => update({ ...draft, head: draft.head ? null : (draft.shapes[0]?.points[0] ?? [0.5, 0.5]) }, null)}>{draft.head ? t('zones.noHead') : t('zones.setHead')}</Button>}
              {draft.kind === 'line' && draft.shapes[0]?.points.length === 2 && <Button onClick={() => update({ ...draft, shapes: [{ points: [...draft.shapes[0]!.points].reverse() }] }, null)}>{t('zones.turn')}</Button>}
              {changed &&
                mistakes
                  .filter((mistake) => mistake !== 'name' && mistake !== 'taken' && mistake !== 'part')
                  .map((mistake) => (
                    <p key={mistake} role="status" className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
                      {t(`zones.mistake.${mistake}`)}
                    </p>
                  ))}
              {least !== null && (
                <p role="status" className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
                  {t('zones.smallForSeen', { height: formatPercent(least, text.language) })}
                </p>
              )}
              {part !== null && <Parts draft={draft} part={part} choose={setChosenPart} change={update} problem={mistakes.includes('part') ? t('zones.mistake.part') : undefined} />}
              <PointsTable draft={draft} part={part ?? 0} change={update} />
            </div>
          </Card>
          <div className="grid min-w-0 gap-5">
          <Card title={t('zones.preview')}>
            {tried.error && <Problem error={tried.error} />}
            {tried.data && <PreviewResult answer={tried.data} text={text} timezone={site.timezone} />}
            <Button className="mt-3 max-sm:w-full" disabled={mistakes.length > 0 || tried.isPending} onClick={() => tried.mutate(draft)}>
              <Play aria-hidden className="size-4" />
              {tried.isPending ? t('zones.previewing') : t('zones.previewStart')}
            </Button>
          </Card>
          <div className="flex flex-wrap gap-3 max-sm:grid">
            <Button look="primary" disabled={mistakes.length > 0 || !changed} onClick={() => setChange({ zones: { put: [changeOf(first, draft, camera)] } })}>
              {t('zones.save')}
            </Button>
            {draft.saved !== null && (
              <Button look="danger" onClick={() => setChange({ zones: { remove: [draft.saved!] } })}>
                <Trash2 aria-hidden className="size-4" />
                {t('zones.remove')}
              </Button>
            )}
          </div>
          </div>
        </>
      ) : (
        <p className="rounded-xl border border-dashed border-control px-6 py-4 text-center text-sm text-muted">{t('zones.choose')}</p>
      )}
      {change && draft && <SaveDialog change={change} close={() => setChange(null)} saved={() => done(change.zones.put ? draft.name : null)} />}
    </div>
  );
}

/** A tab that is closed with an unsaved drawing asks first. */
function useUnsaved(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [unsaved]);
}

function whole(text: string): number {
  return Math.max(1, Math.min(200, Math.round(Number(text)) || 1));
}
