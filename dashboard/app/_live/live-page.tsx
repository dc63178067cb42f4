'use client';

import type { LiveSite } from '@sightline/schemas/live';
import Link from 'next/link';
import { useMemo, useRef, useState } from 'react';
import { useKiosk } from '../_page/kiosk';
import { useText } from '../_text/text';
import { useAtom, usePicked } from './atom';
import { concerns, type Concern } from './attention';
import { AttentionLine } from './attention-line';
import { useNow } from './clock';
import { EnlargedCamera } from './enlarged-camera';
import { EventsList } from './events-list';
import { alertsAtom, camerasAtom, eventsAtom, heardAtom, resultsFlow, siteAtom, zonesAtom } from './model';
import { useSparks } from './sparks';
import { Tile } from './tile';
import { CameraWall } from './camera-wall';

const eventsOnPage = 12;
const tileGrid = 'grid grid-cols-2 gap-3 sm:grid-cols-[repeat(auto-fill,minmax(14rem,1fr))] in-data-kiosk:sm:grid-cols-[repeat(auto-fill,minmax(20rem,1fr))]';

export function LivePage() {
  const site = useAtom(siteAtom);
  const heard = useAtom(heardAtom);
  if (!site) return <LiveSkeleton busy={!heard} />;
  return <LiveSitePage site={site} />;
}

function LiveSitePage({ site }: { readonly site: LiveSite }) {
  const { t } = useText();
  const kiosk = useKiosk();
  const found = useConcerns(site);
  const flowing = usePicked(camerasAtom, resultsFlow, false);
  const events = useAtom(eventsAtom);
  const sparks = useSparks();
  const [large, setLarge] = useState<string | null>(null);
  const zones = useMemo(() => worstFirst(site, found), [site, found]);
  const byZone = useMemo(() => new Map(found.filter((concern) => concern.zone).map((concern) => [`${concern.camera}/${concern.zone}`, concern])), [found]);
  const newest = useMemo(() => [...events].sort((a, b) => b.at - a.at).slice(0, eventsOnPage), [events]);

  return (
    <div className="grid gap-4 sm:gap-5">
      <AttentionLine site={site} found={found} flowing={flowing} />
      <div className={kiosk ? 'grid gap-5' : 'grid gap-5 xl:grid-cols-[minmax(0,1fr)_20rem] 2xl:grid-cols-[minmax(0,1fr)_22rem]'}>
        <div className="grid min-w-0 content-start gap-5">
          <section aria-label={t('live.tiles')}>
            {zones.length === 0 ? (
              <Empty title={t('live.noZones')} detail={t('live.noZonesDetail')} href="/zones/" action={t('live.drawZone')} />
            ) : (
              <div className={tileGrid}>
                {zones.map((zone) => (
                  <Tile key={`${zone.camera}/${zone.name}`} zone={zone} spark={sparks[`${zone.camera}/${zone.name}`]} concern={byZone.get(`${zone.camera}/${zone.name}`)} showCamera={site.cameras.length > 1} />
                ))}
              </div>
            )}
          </section>
          <CameraWall site={site} enlarge={setLarge} />
        </div>
        {!kiosk && (
          <section aria-labelledby="events-heading" className="min-w-0 self-start rounded-xl border border-edge bg-surface px-4 py-3 shadow-card">
            <div className="flex items-baseline justify-between gap-3">
              <h2 id="events-heading" className="text-base font-semibold">
                {t('live.events')}
              </h2>
              <Link href="/events/" prefetch={false} className="py-2 text-sm font-medium text-accent underline-offset-4 hover:underline">
                {t('live.allEvents')}
              </Link>
            </div>
            <EventsList events={newest} timezone={site.timezone} />
          </section>
        )}
      </div>
      {large !== null && <EnlargedCamera site={site} name={large} close={() => setLarge(null)} />}
    </div>
  );
}

function useConcerns(site: LiveSite): readonly Concern[] {
  const text = useText();
  const alerts = useAtom(alertsAtom);
  const now = useNow();
  // Values change many times a second; what needs attention is judged once a second.
  const found = useMemo(() => concerns({ site, alerts, cameras: camerasAtom.get(), zones: zonesAtom.get(), now }, text), [site, alerts, now, text]);
  // Judged the same as a second ago, it is the same: no tile is rendered for it.
  const known = useRef(found);
  if (JSON.stringify(known.current) !== JSON.stringify(found)) known.current = found;
  return known.current;
}

/** Zones that need attention first, in the order of concerns; the rest keep their place in the site, so that tiles do not jump. */
function worstFirst(site: LiveSite, found: readonly Concern[]): LiveSite['zones'] {
  const order = new Map(found.map((concern, i) => [`${concern.camera}/${concern.zone ?? ''}`, i]));
  const rank = (zone: LiveSite['zones'][number]): number => order.get(`${zone.camera}/${zone.name}`) ?? Number.MAX_SAFE_INTEGER;
  return [...site.zones].sort((a, b) => rank(a) - rank(b));
}

export function Empty({ title, detail, href, action }: { readonly title: string; readonly detail?: string; readonly href: string; readonly action: string }) {
  return (
    <div className="grid justify-items-center gap-2 rounded-xl border border-dashed border-control px-6 py-12 text-center">
      <p className="text-lg font-semibold">{title}</p>
      {detail && <p className="max-w-md text-sm text-muted">{detail}</p>}
      <Link href={href} prefetch={false} className="mt-3 inline-flex h-11 items-center rounded-lg bg-accent px-5 font-medium text-on-accent">
        {action}
      </Link>
    </div>
  );
}

/** Keeps the layout while nothing is known yet. The gateway puts its first sentence in the place of the heading, which stays until there is more. */
function LiveSkeleton({ busy }: { readonly busy: boolean }) {
  const { t } = useText();
  return (
    <div className="grid gap-4 sm:gap-5" aria-busy={busy}>
      <div data-first-sentence="" suppressHydrationWarning dangerouslySetInnerHTML={{ __html: `<h1 class="min-h-15 text-xl font-semibold leading-8 tracking-tight sm:text-2xl">${t(busy ? 'connection.connecting' : 'live.starting')}</h1>` }} />
      <div className={tileGrid} aria-hidden>
        {[0, 1, 2, 3].map((i) => (
          <div key={i} className="h-45 rounded-xl border border-edge bg-surface" />
        ))}
      </div>
      <div className="aspect-video w-full max-w-3xl rounded-xl border border-edge bg-surface" aria-hidden />
    </div>
  );
}
