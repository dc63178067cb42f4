'use client';

import type { LiveSite } from '@sightline/schemas/live';
import { Check, Plus, Redo2, Trash2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useAtom } from '../_live/atom';
import { cameraAtom } from '../_live/model';
import { Picture } from '../_live/picture';
import { useText } from '../_text/text';
import { Button, Card } from '../_ui/controls';
import { Canvas, drawingOn } from '../_zones/canvas';
import { begin, emptyDraft, mistakesOf, redo, step, undo, type Draft } from '../_zones/draft';
import { SaveDialog, type CameraChange } from '../_zones/save-dialog';
import '../_text/en-cameras';

const plain = { boxes: false, trails: false } as const;
/** Magenta: what is masked already is black, and no zone has this colour. */
const maskColour = '#ff5fd2';

/** What of a camera's picture is blacked out, drawn as zones are; saved into the site file. */
export function MaskEditor({ site, name, close }: { readonly site: LiveSite; readonly name: string; readonly close: () => void }) {
  const { t } = useText();
  const camera = site.cameras.find((candidate) => candidate.name === name)!;
  const known = useAtom(cameraAtom(name));
  const [seen, setSeen] = useState<number | null>(null);
  const aspect = known?.size ? known.size[0] / known.size[1] : (seen ?? 16 / 9);
  const [history, setHistory] = useState(() => begin(masksAsDraft(camera.masks)));
  const [blur, setBlur] = useState(camera.blurHeads);
  const [change, setChange] = useState<CameraChange | null>(null);
  const draft = history.now;
  const update = (next: Draft, gesture: string | null): void => setHistory((now) => step(now, next, gesture));
  const mistakes = draft.shapes.length === 0 ? [] : mistakesOf(draft, []);
  const drawing = drawingOn(draft);
  const finished = (draft.shapes.at(-1)?.points.length ?? 0) >= 3;
  const changed = history.past.length > 0 || blur !== camera.blurHeads;
  const save = (): void => setChange({ cameras: { put: [{ name, privacy: { masks: draft.shapes.map(({ points }) => points), blurHeads: blur } }] } });

  return (
    <Card title={t('masks.title', { camera: name })} className="mb-5" aside={<Button onClick={close}>{t('live.close')}</Button>}>
      <p className="mb-3 text-sm text-muted">{t('masks.detail')}</p>
      <div className="relative w-full max-w-4xl overflow-hidden rounded-xl border border-edge bg-[#0b0f16]" style={{ aspectRatio: String(aspect) }}>
        <Picture camera={name} options={plain} dim={false} aspect={setSeen} />
        <Canvas draft={draft} colour={maskColour} others={[]} aspect={aspect} hits={[]} chosenHit={null} chooseHit={() => undefined} change={update} undo={() => setHistory(undo)} redo={() => setHistory(redo)} />
      </div>
      <p id="zones-keys" className="mt-2 text-xs text-muted">
        {draft.shapes.length === 0 ? t('masks.none') : t(drawing ? 'zones.hintPolygon' : 'zones.hintEdit')} {t('zones.hintKeys')}
      </p>
      {mistakes.filter((mistake) => mistake !== 'points').map((mistake) => (
        <p key={mistake} role="status" className="mt-2 rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
          {t(`zones.mistake.${mistake}`)}
        </p>
      ))}
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <Button onClick={() => setHistory(undo)} disabled={history.past.length === 0}>
          <Undo2 aria-hidden className="size-4" />
          {t('zones.undo')}
        </Button>
        <Button onClick={() => setHistory(redo)} disabled={history.future.length === 0}>
          <Redo2 aria-hidden className="size-4" />
          {t('zones.redo')}
        </Button>
        {drawing && draft.shapes.length > 0 && (
          <Button look="primary" disabled={!finished} onClick={() => update({ ...draft, whole: true }, null)}>
            <Check aria-hidden className="size-4" />
            {t('zones.finish')}
          </Button>
        )}
        {!drawing && (
          <Button onClick={() => update({ ...draft, whole: false, shapes: [...draft.shapes, { points: [] }] }, null)}>
            <Plus aria-hidden className="size-4" />
            {t('masks.more')}
          </Button>
        )}
        {draft.shapes.map((_, i) => (
          <Button key={i} look="danger" onClick={() => update({ ...draft, shapes: draft.shapes.filter((__, j) => j !== i), whole: draft.shapes.length > 1 }, null)}>
            <Trash2 aria-hidden className="size-4" />
            {t('masks.remove', { n: i + 1 })}
          </Button>
        ))}
      </div>
      <label className="mt-4 flex min-h-11 items-center gap-3 text-sm">
        <input type="checkbox" checked={blur} onChange={(event) => setBlur(event.target.checked)} className="size-5" />
        {t('masks.blur')}
      </label>
      {!blur && <p role="status" className="mb-2 rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">{t('masks.blurOff')}</p>}
      <Button look="primary" disabled={!changed || mistakes.length > 0} onClick={save}>
        {t('zones.save')}
      </Button>
      {change && <SaveDialog change={change} close={() => setChange(null)} saved={close} />}
    </Card>
  );
}

function masksAsDraft(masks: LiveSite['cameras'][number]['masks']): Draft {
  return { ...emptyDraft('area', 'masks'), shapes: masks.map((points) => ({ points })), whole: masks.length > 0 };
}
