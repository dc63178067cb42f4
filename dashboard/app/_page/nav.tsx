'use client';

import { Activity, BellRing, Boxes, Cctv, ChartSpline, Ellipsis, LayoutDashboard, ListTree, Settings, SquareDashed, type LucideIcon } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/router';
import type { MessageKey } from '../_text/text';
import { useText } from '../_text/text';

interface Entry {
  readonly href: string;
  readonly label: MessageKey;
  readonly icon: LucideIcon;
  /** Whether it is at the bottom of a phone, where a thumb reaches; the others are one tap further. */
  readonly phone: boolean;
}

const entries: readonly Entry[] = [
  { href: '/', label: 'nav.live', icon: LayoutDashboard, phone: true },
  { href: '/events/', label: 'nav.events', icon: ListTree, phone: true },
  { href: '/history/', label: 'nav.history', icon: ChartSpline, phone: true },
  { href: '/zones/', label: 'nav.zones', icon: SquareDashed, phone: false },
  { href: '/cameras/', label: 'nav.cameras', icon: Cctv, phone: false },
  { href: '/alerts/', label: 'nav.alerts', icon: BellRing, phone: true },
  { href: '/models/', label: 'nav.models', icon: Boxes, phone: false },
  { href: '/settings/', label: 'nav.settings', icon: Settings, phone: false },
];

function useHere(): (href: string) => boolean {
  const path = useRouter().pathname;
  return (href) => (href === '/' ? path === '/' : path.startsWith(href.replace(/\/$/, '')));
}

export function SideNav() {
  const { t } = useText();
  const isHere = useHere();
  return (
    <nav aria-label={t('nav.main')} className="sticky top-0 hidden h-dvh w-22 shrink-0 flex-col gap-1 overflow-y-auto border-r border-edge bg-surface px-2 py-3 md:flex 2xl:w-56">
      <Link href="/" prefetch={false} className="mb-2 flex h-11 shrink-0 items-center justify-center gap-3 rounded-lg px-3 font-semibold tracking-tight 2xl:justify-start">
        <Activity aria-hidden className="size-6 shrink-0 text-accent 2xl:size-5" />
        <span className="sr-only 2xl:not-sr-only">{t('app.name')}</span>
      </Link>
      {entries.map(({ href, label, icon: Icon }) => {
        const here = isHere(href);
        return (
          <Link
            key={href}
            href={href}
            prefetch={false}
            aria-current={here ? 'page' : undefined}
            className={`flex min-h-13 shrink-0 flex-col items-center justify-center gap-1 rounded-lg px-1 py-1.5 text-center text-[11px] font-medium leading-3 2xl:min-h-11 2xl:flex-row 2xl:justify-start 2xl:gap-3 2xl:px-3 2xl:text-left 2xl:text-sm 2xl:leading-5 ${here ? 'bg-accent-soft text-accent' : 'text-muted hover:bg-sunken hover:text-text'}`}
          >
            <Icon aria-hidden className="size-5 shrink-0" />
            {t(label)}
          </Link>
        );
      })}
    </nav>
  );
}

const bottomItem = 'flex h-15 min-w-0 flex-1 flex-col items-center justify-center gap-1 text-[11px] font-medium';

export function BottomNav() {
  const { t } = useText();
  const isHere = useHere();
  const further = entries.filter((entry) => !entry.phone);
  return (
    <nav aria-label={t('nav.main')} className="fixed inset-x-0 bottom-0 z-20 flex border-t border-edge bg-surface pb-[env(safe-area-inset-bottom)] md:hidden">
      {entries
        .filter((entry) => entry.phone)
        .map(({ href, label, icon: Icon }) => (
          <Link key={href} href={href} prefetch={false} aria-current={isHere(href) ? 'page' : undefined} className={`${bottomItem} ${isHere(href) ? 'text-accent' : 'text-muted'}`}>
            <Icon aria-hidden className="size-5" />
            <span className="max-w-full truncate px-0.5">{t(label)}</span>
          </Link>
        ))}
      <button type="button" popoverTarget="further-pages" className={`${bottomItem} ${further.some(({ href }) => isHere(href)) ? 'text-accent' : 'text-muted'}`}>
        <Ellipsis aria-hidden className="size-5" />
        <span className="max-w-full truncate px-0.5">{t('nav.more')}</span>
      </button>
      <div id="further-pages" popover="auto" className="inset-x-3 inset-y-auto bottom-[calc(4.5rem+env(safe-area-inset-bottom))] m-0 w-auto rounded-xl border border-edge bg-raised p-2 text-text shadow-card">
        {further.map(({ href, label, icon: Icon }) => (
          <Link key={href} href={href} prefetch={false} aria-current={isHere(href) ? 'page' : undefined} onClick={() => document.getElementById('further-pages')?.hidePopover()} className={`flex h-12 items-center gap-3 rounded-lg px-3 text-sm font-medium ${isHere(href) ? 'bg-accent-soft text-accent' : ''}`}>
            <Icon aria-hidden className="size-5 shrink-0" />
            {t(label)}
          </Link>
        ))}
      </div>
    </nav>
  );
}
