import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import './globals.css';
import { Shell } from './_page/shell';

export const metadata: Metadata = { title: 'Sightline', description: 'Live numbers from cameras' };
export const viewport: Viewport = { width: 'device-width', initialScale: 1, viewportFit: 'cover' };

/** Before the first paint, so that a chosen theme does not flash. The gateway allows it by its hash. */
const applyTheme = `try{var t=localStorage.getItem('sightline.theme');if(t)document.documentElement.dataset.theme=t}catch(e){}`;

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: applyTheme }} />
      </head>
      <body>
        <Shell>{children}</Shell>
      </body>
    </html>
  );
}
