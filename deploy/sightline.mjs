// Runs the `sightline` command line from a clone: sets up what is missing, then hands over.
//   npm start -- --port 8080            (deploy/sightline.mjs start --port 8080)
//   npm run sightline -- check site.yaml
import { spawn } from 'node:child_process';
import path from 'node:path';
import { checkNode, installPackages, root } from './setup.mjs';

checkNode();
await installPackages();
const args = process.argv.slice(2);
const { buildPackages, buildPages } = await import('./build.mjs');
await buildPackages();
if (args[0] === 'start' || args[0] === 'gateway' || args[0] === 'dev') buildPages();

// chDB and sharp run on libuv's thread pool, whose size is read before any of our code: hence a process of its own.
const threadPool = process.env.UV_THREADPOOL_SIZE ?? '16';
const child = spawn(process.execPath, ['--enable-source-maps', path.join(root, 'cli', 'bin', 'sightline.mjs'), ...args], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, UV_THREADPOOL_SIZE: threadPool },
});
// A terminal sends Ctrl-C to both; a supervisor only to this one. Telling the child twice is harmless, so always tell it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.connected && child.send({ stop: signal }));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
