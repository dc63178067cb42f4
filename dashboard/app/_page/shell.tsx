'use client';

import { useRouter } from 'next/router';
import { useEffect, useState, type ReactNode } from 'react';
import { startClock } from '../_live/clock';
import { startConnection } from '../_live/connection';
import { restoreLanguage, useText } from '../_text/text';
import { ConnectionNotice } from './connection-notice';
import { KioskContext, useKioskFromUrl } from './kiosk';
import { BottomNav, SideNav } from './nav';
import { Queries } from './queries';

/** What surrounds every page: navigation, the one live connection, and word of it when it is lost. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { t } = useText();
  const kiosk = useKioskFromUrl();
  const bare = /^\/(login|setup)$/.test(useRouter().pathname) || kiosk;
  const [ready, setReady] = useState(false);

  useEffect(() => {
    void restoreLanguage();
    const stopClock = startClock();
    const stopConnection = startConnection();
    setReady(true);
    return () => {
      stopConnection();
      stopClock();
    };
  }, []);

  return (
    <KioskContext value={kiosk}>
      <Queries>
        <a href="#content" className="sr-only focus:not-sr-only focus:fixed focus:left-4 focus:top-4 focus:z-50 focus:rounded-lg focus:bg-accent focus:px-4 focus:py-3 focus:text-on-accent">
          {t('nav.skip')}
        </a>
        <div className="flex min-h-dvh" data-kiosk={kiosk ? '' : undefined}>
          {!bare && <SideNav />}
          <div className="flex min-w-0 flex-1 flex-col">
            <ConnectionNotice />
            <main id="content" tabIndex={-1} data-ready={ready} className={`mx-auto w-full max-w-[2200px] flex-1 px-4 pt-4 outline-none sm:px-6 lg:px-8 ${bare ? 'pb-6' : 'pb-24 md:pb-10'}`}>
              {children}
            </main>
          </div>
          {!bare && <BottomNav />}
        </div>
      </Queries>
    </KioskContext>
  );
}
