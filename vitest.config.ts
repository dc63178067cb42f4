import { defineConfig } from 'vitest/config';

/** Unit tests stand beside their file; what crosses packages lives in test/. Slow promises are `*.slow.test.ts`. */
const slow = process.env['SIGHTLINE_SLOW'] === '1';

export default defineConfig({
  resolve: { conditions: ['sightline-source', 'node'] },
  ssr: { resolve: { conditions: ['sightline-source', 'node'] } },
  test: {
    include: ['{schemas,runtime,models,ingest,workers,dashboard,cli,test,deploy}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', ...(slow ? [] : ['**/*.slow.test.ts'])],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    globalSetup: ['./test/global-setup.ts'],
    reporters: ['default', './test/summary-reporter.ts'],
  },
});
