'use client';

import type { LiveSite, LiveZoneKind } from '@sightline/schemas/live';
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../_access/session';
import { useAtom } from '../_live/atom';
import { siteAtom } from '../_live/model';
import { getJson } from '../_live/rest';
import { useText } from '../_text/text';
import { Card, PageTitle, Problem, Select } from '../_ui/controls';
import { useUrlState, type Params } from '../_ui/url-state';
import { kindLooks } from '../_ui/zone-kinds';
import { draftOf, emptyDraft } from './draft';
import { Editor } from './editor';
import '../_text/en-zones';

type FileZone = Readonly<Record<string, unknown>> & { readonly name: string; readonly kind: LiveZoneKind; readonly camera?: string };

const kinds = ['line', 'area', 'queue', 'stalls', 'shelf'] as const;

export function ZonesPage() {
  const { t } = useText();
  const site = useAtom(siteAtom);
  const [params, change, ready] = useUrlState();
  const camera = site?.cameras.find(({ name }) => name === params['camera'])?.name ?? site?.cameras[0]?.name ?? '';
  return (
    <>
      <PageTitle aside={site && ready && site.cameras.length > 1 && <Select className="w-full sm:w-60" label={t('filter.camera')} value={camera} options={site.cameras.map(({ name }) => ({ value: name, text: name }))} onChange={(value) => change({ camera: value, zone: null, new: null })} />}>{t('nav.zones')}</PageTitle>
      {site && ready && <Zones site={site} camera={camera} params={params} change={change} />}
    </>
  );
}

interface ZonesProps {
  readonly site: LiveSite;
  readonly camera: string;
  readonly params: Params;
  readonly change: (changed: Readonly<Record<string, string | null>>) => void;
}

function Zones({ site, camera, params, change }: ZonesProps) {
  const { t } = useText();
  const session = useSession();
  const { data, error } = useQuery({ queryKey: ['site-zones', site.version], queryFn: ({ signal }) => getJson<{ zones: readonly FileZone[]; fileVersion: string | null }>('/api/v1/site/zones', signal) });
  const editable = session !== undefined && session.role !== 'viewer' && data?.fileVersion !== null;
  const own = data?.zones.filter((zone) => (zone.camera ?? site.cameras[0]?.name) === camera) ?? [];
  const chosen = own.find(({ name }) => name === params['zone']);
  const fresh = kinds.find((kind) => kind === params['new']);
  const draft = chosen ? draftOf(chosen) : fresh ? emptyDraft(fresh, freeName(fresh, site)) : null;
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[16rem_minmax(0,1fr)]">
      <div className="grid min-w-0 gap-5">
        <Card title={t('live.tiles')}>
          {error && <Problem error={error} />}
          {data && own.length === 0 && <p className="text-sm text-muted">{t('live.noZones')}</p>}
          <ul className="grid gap-1">
            {own.map((zone) => {
              const look = kindLooks[zone.kind];
              const Icon = look.icon;
              const here = zone.name === chosen?.name;
              return (
                <li key={zone.name}>
                  <button type="button" aria-current={here ? 'true' : undefined} onClick={() => change({ zone: zone.name, new: null })} className={`flex h-11 w-full items-center gap-3 rounded-lg px-3 text-left text-sm font-medium ${here ? 'bg-accent-soft text-accent' : 'hover:bg-sunken'}`}>
                    <Icon aria-hidden className={`size-4 shrink-0 ${look.text}`} />
                    <span className="truncate">{zone.name}</span>
                  </button>
                </li>
              );
            })}
          </ul>
        </Card>
        {editable && (
          <Card title={t('zones.new')}>
            <div className="grid grid-cols-2 gap-2 lg:grid-cols-1">
              {kinds.map((kind) => {
                const look = kindLooks[kind];
                const Icon = look.icon;
                return (
                  <button key={kind} type="button" aria-pressed={fresh === kind} onClick={() => change({ new: kind, zone: null })} className={`flex min-h-11 items-center gap-3 rounded-lg border px-3 py-2 text-left text-sm ${fresh === kind ? 'border-accent bg-accent-soft' : 'border-edge hover:bg-sunken'}`}>
                    <Icon aria-hidden className={`size-4 shrink-0 ${look.text}`} />
                    <span>
                      <span className="block font-medium">{t(`zone.kind.${kind}`)}</span>
                      <span className="block text-xs text-muted">{t(`zones.about.${kind}`)}</span>
                    </span>
                  </button>
                );
              })}
            </div>
          </Card>
        )}
        {session && data && !editable && <p className="text-sm text-muted">{t('zones.readOnly')}</p>}
      </div>
      <div className="min-w-0 max-lg:order-first">
      <Editor
        key={`${camera}/${chosen?.name ?? ''}/${fresh ?? ''}/${chosen ? site.version : ''}`}
        site={site}
        camera={camera}
        first={draft}
        editable={editable}
        done={(zone) => change({ zone, new: null })}
      />
      </div>
    </div>
  );
}

function freeName(kind: LiveZoneKind, site: LiveSite): string {
  const taken = new Set(site.zones.map(({ name }) => name));
  for (let n = 1; ; n++) if (!taken.has(`${kind}-${n}`)) return `${kind}-${n}`;
}
