import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';

/** schemas ← runtime ← {models, ingest, workers, dashboard} ← cli; siblings meet only through the log and the store. */
const above = {
  schemas: ['runtime', 'models', 'ingest', 'workers', 'dashboard'],
  runtime: ['models', 'ingest', 'workers', 'dashboard'],
  models: ['ingest', 'workers', 'dashboard'],
  ingest: ['models', 'workers', 'dashboard'],
  workers: ['models', 'ingest', 'dashboard'],
  dashboard: ['models', 'ingest', 'workers'],
};
const layering = Object.entries(above).map(([name, forbidden]) => ({
  files: [`${name}/**/*.ts`, `${name}/**/*.tsx`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { regex: `^@sightline/(${forbidden.join('|')})(/|$)|^sightline$`, message: `${name}/ may not import this package (see README: where things are)` },
          { regex: `^(\\.\\./)+(schemas|runtime|models|ingest|workers|dashboard|cli|test)/`, message: 'import another package by its name' },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['**/node_modules/**', '**/dist/**', '**/.next/**', '**/out/**', '**/*.mjs', '**/*.js', '**/*.d.ts'] },
  {
    files: ['**/*.ts'],
    ignores: ['dashboard/app/**'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      'import-x/no-cycle': ['error', { maxDepth: 4 }],
      'no-console': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['dashboard/app/**/*.ts', 'dashboard/app/**/*.tsx'],
    extends: [...tseslint.configs.recommended],
  },
  ...layering,
);
