'use client';

import { Activity, BellRing, Boxes, Cctv, ChartSpline, LayoutDashboard, ListTree, Settings, SquareDashed, type LucideIcon } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/router';
import type { MessageKey } from '../_text/text';
import { useText } from '../_text/text';

interface Entry {
  readonly href: string;
  readonly label: MessageKey;
  readonly icon: LucideIcon;
  /** Whether it is among the few at the bottom of a phone. */
  readonly phone: boolean;
}

export const entries: readonly Entry[] = [
  { href: '/', label: 'nav.live', icon: LayoutDashboard, phone: true },
  { href: '/events/', label: 'nav.events', icon: ListTree, phone: true },
  { href: '/history/', label: 'nav.history', icon: ChartSpline, phone: true },
  { href: '/zones/', label: 'nav.zones', icon: SquareDashed, phone: true },
  { href: '/cameras/', label: 'nav.cameras', icon: Cctv, phone: true },
  { href: '/alerts/', label: 'nav.alerts', icon: BellRing, phone: false },
  { href: '/models/', label: 'nav.models', icon: Boxes, phone: false },
  { href: '/settings/', label: 'nav.settings', icon: Settings, phone: false },
];

export function SideNav() {
  const { t } = useText();
  const path = useRouter().pathname;
  return (
    <nav aria-label={t('nav.main')} className="sticky top-0 hidden h-dvh w-16 shrink-0 flex-col gap-1 border-r border-edge bg-surface px-2 py-4 md:flex 2xl:w-56">
      <Link href="/" prefetch={false} className="mb-4 flex h-10 items-center gap-3 rounded-lg px-3 font-semibold tracking-tight">
        <Activity aria-hidden className="size-5 shrink-0 text-accent" />
        <span className="sr-only 2xl:not-sr-only">{t('app.name')}</span>
      </Link>
      {entries.map(({ href, label, icon: Icon }) => {
        const here = href === '/' ? path === '/' : path.startsWith(href.replace(/\/$/, ''));
        return (
          <Link
            key={href}
            href={href}
            prefetch={false}
            title={t(label)}
            aria-current={here ? 'page' : undefined}
            className={`flex h-11 items-center gap-3 rounded-lg px-3 text-sm font-medium ${here ? 'bg-accent-soft text-accent' : 'text-muted hover:bg-sunken hover:text-text'}`}
          >
            <Icon aria-hidden className="size-5 shrink-0" />
            <span className="sr-only 2xl:not-sr-only">{t(label)}</span>
          </Link>
        );
      })}
    </nav>
  );
}

export function BottomNav() {
  const { t } = useText();
  const path = useRouter().pathname;
  return (
    <nav aria-label={t('nav.main')} className="fixed inset-x-0 bottom-0 z-20 flex border-t border-edge bg-surface pb-[env(safe-area-inset-bottom)] md:hidden">
      {entries
        .filter((entry) => entry.phone)
        .map(({ href, label, icon: Icon }) => {
          const here = href === '/' ? path === '/' : path.startsWith(href.replace(/\/$/, ''));
          return (
            <Link key={href} href={href} prefetch={false} aria-current={here ? 'page' : undefined} className={`flex h-15 min-w-0 flex-1 flex-col items-center justify-center gap-1 text-[11px] font-medium ${here ? 'text-accent' : 'text-muted'}`}>
              <Icon aria-hidden className="size-5" />
              <span className="max-w-full truncate px-0.5">{t(label)}</span>
            </Link>
          );
        })}
    </nav>
  );
}
