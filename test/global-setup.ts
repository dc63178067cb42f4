/** Builds every package's dist/ once before the tests: worker threads and child processes run the built code. */
export default async function setup(): Promise<void> {
  const build = (await import(new URL('../deploy/build.mjs', import.meta.url).href)) as { buildPackages(): Promise<void> };
  await build.buildPackages();
}
