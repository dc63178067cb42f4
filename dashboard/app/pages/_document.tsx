import { Head, Html, Main, NextScript } from 'next/document';

/** Before the first paint, so that a chosen theme does not flash. The gateway allows it by its hash. */
const applyTheme = `try{var t=localStorage.getItem('sightline.theme');if(t)document.documentElement.dataset.theme=t}catch(e){}`;

export default function Document() {
  return (
    <Html lang="en">
      <Head>
        <meta name="description" content="Live numbers from cameras" />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <script dangerouslySetInnerHTML={{ __html: applyTheme }} />
      </Head>
      <body>
        <Main />
        <NextScript />
      </body>
    </Html>
  );
}
