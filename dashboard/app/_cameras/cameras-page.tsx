'use client';

import type { LiveSite } from '@sightline/schemas/live';
import { useQuery } from '@tanstack/react-query';
import { EyeOff, Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useSession } from '../_access/session';
import { useAtom } from '../_live/atom';
import { useNow } from '../_live/clock';
import { useCamera } from '../_live/freshness';
import { siteAtom } from '../_live/model';
import { getJson } from '../_live/rest';
import { useText, type MessageKey } from '../_text/text';
import { Button, Card, PageTitle, Problem, ProblemWords } from '../_ui/controls';
import { formatAge, formatNumber, unknown } from '../_ui/format';
import { problemText } from '../_live/problem-text';
import { AddCamera } from './add-camera';
import { DayBar, type Quarter } from './day-bar';
import '../_text/en-cameras';

/** Only who draws loads the drawing. */
const MaskEditor = lazy(() => import('./mask-editor').then(({ MaskEditor: editor }) => ({ default: editor })));

interface DayAnswer {
  readonly from: number;
  readonly cameras: Readonly<Record<string, readonly Quarter[]>>;
}

export function CamerasPage() {
  const { t } = useText();
  const site = useAtom(siteAtom);
  const session = useSession();
  const [adding, setAdding] = useState(false);
  const [masked, setMasked] = useState<string | null>(null);
  const { data, error } = useQuery({ queryKey: ['camera-day'], queryFn: ({ signal }) => getJson<DayAnswer>('/api/v1/cameras/day', signal), refetchInterval: 60_000 });
  return (
    <>
      <PageTitle
        aside={
          session?.role === 'admin' && (
            <Button look="primary" onClick={() => setAdding(true)}>
              <Plus aria-hidden className="size-4" />
              {t('live.addCamera')}
            </Button>
          )
        }
      >
        {t('nav.cameras')}
      </PageTitle>
      {error && <Problem error={error} still={t('problem.liveStill')} />}
      {adding && <AddCamera close={() => setAdding(false)} />}
      {site && masked !== null && (
        <Suspense>
          <MaskEditor key={`${masked}/${site.version}`} site={site} name={masked} close={() => setMasked(null)} />
        </Suspense>
      )}
      {site && (
        <div className="grid gap-4 lg:grid-cols-2 min-[1800px]:grid-cols-3">
          {site.cameras.map((camera) => (
            <CameraHealth key={camera.name} site={site} name={camera.name} day={data} editPrivacy={session?.role === 'admin' ? () => setMasked(camera.name) : null} />
          ))}
        </div>
      )}
    </>
  );
}

function CameraHealth({ site, name, day, editPrivacy }: { readonly site: LiveSite; readonly name: string; readonly day: DayAnswer | undefined; readonly editPrivacy: (() => void) | null }) {
  const { t, language } = useText();
  const { camera, state } = useCamera(name);
  const config = site.cameras.find((candidate) => candidate.name === name)!;
  const now = useNow();
  const down = state === 'offline';
  const unseen = down || camera?.lastFrameAt === null;
  const quarters = day?.cameras[name] ?? Array.from({ length: 96 }, (): Quarter => ({ minutes: null, dropped: 0, failed: 0, worst: '', quality: '' }));
  const dropped = Object.entries(camera?.dropped ?? {}).filter(([, n]) => n > 0);
  const age = camera?.lastFrameAt ? (now - camera.lastFrameAt) / 1000 : null;
  return (
    <Card>
      <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-1" data-camera={name} data-state={camera?.state ?? 'unknown'}>
        <span className={`size-2.5 rounded-full ${!camera ? 'bg-control' : down ? 'bg-bad' : camera.quality === 'ok' && state !== 'stale' ? 'bg-good' : 'bg-warn'}`} aria-hidden />
        <h2 className="text-base font-semibold">{name}</h2>
        <span className={`text-sm ${down ? 'font-medium text-bad' : 'text-muted'}`}>{camera ? `${t(`camera.state.${camera.state}`)} · ${formatAge((now - camera.since) / 1000, language)}` : t('age.never')}</span>
        <span className="ml-auto text-sm text-muted">{config.kind}</span>
      </div>
      {down && camera?.problem && <p className="mb-3 rounded-lg bg-bad-soft px-3 py-2 text-sm text-bad"><ProblemWords code={/\[(\w+)\]$/.exec(camera.problem)?.[1] ?? ''} message={problemText(camera.problem).replace(/ \[\w+\]$/, '')} /></p>}
      <DayBar quarters={quarters} from={day?.from ?? Math.floor(now / 900_000) * 900 - 95 * 900} timeZone={site.timezone} camera={name} now={now} />
      <dl className="mt-4 grid grid-cols-2 gap-x-4 gap-y-2 text-sm sm:grid-cols-3">
        <Fact name={t('cameras.fps')} value={camera ? `${formatNumber(camera.fpsGot, language, 1)} / ${formatNumber(camera.fpsWanted, language)}` : unknown} />
        <Fact name={t('cameras.lastFrame')} value={age === null ? unknown : t('age.ago', { age: formatAge(age, language) })} warn={age !== null && age > 10} />
        <Fact name={t('cameras.quality')} value={camera && !unseen ? t(`camera.quality.${camera.quality}`) : unknown} warn={camera !== null && !unseen && camera.quality !== 'ok'} />
        <Fact name={t('cameras.dropped')} value={!camera ? unknown : dropped.length === 0 ? '0' : dropped.map(([reason, n]) => `${formatNumber(n, language)} ${t(`cameras.reason.${reason}` as MessageKey)}`).join(', ')} warn={dropped.length > 0} />
        <Fact name={t('cameras.quiet')} value={camera ? formatNumber(camera.quiet, language) : unknown} />
        <Fact name={t('cameras.reconnects')} value={camera ? formatNumber(camera.reconnects, language) : unknown} />
        <Fact name={t('cameras.size')} value={camera?.size ? `${camera.size[0]} × ${camera.size[1]}` : unknown} />
        <Fact name={t('cameras.model')} value={config.model} />
      </dl>
      <p className="mt-3 flex items-center gap-2 text-xs text-muted">
        <EyeOff aria-hidden className="size-4 shrink-0" />
        {config.blurHeads ? t('cameras.blurred') : t('cameras.notBlurred')} {config.masks.length > 0 && t('cameras.masks', { n: config.masks.length })}
        {editPrivacy && (
          <Button onClick={editPrivacy} className="ml-auto" aria-label={t('masks.title', { camera: name })}>
            {t('masks.edit')}
          </Button>
        )}
      </p>
    </Card>
  );
}

function Fact({ name, value, warn = false }: { readonly name: string; readonly value: string; readonly warn?: boolean }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className={`tabular truncate font-medium ${warn ? 'text-warn' : ''}`}>{value}</dd>
    </div>
  );
}
