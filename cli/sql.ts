import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { SightlineError } from '@sightline/runtime/errors';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readRunning } from './data-folder.js';

/**
 * One question to the store of a data folder: through the door of the engine that runs on it, or by opening the store
 * when none runs. Answers in any ClickHouse output format.
 */
export async function queryOnce(query: string, { data, format }: { readonly data: string; readonly format: string }): Promise<string> {
  const running = await readRunning(data);
  if (running?.door) return askDoor(running.door, query, format);
  if (running) throw new SightlineError('DATA_LOCKED', `the engine with process id ${running.pid} uses ${data}, and its door is closed`, { remedy: 'start it without --no-door, or end it' });
  const folder = path.join(data, 'store');
  if (!existsSync(folder)) throw new SightlineError('USAGE', `there is no store at ${folder}`, { remedy: 'give the data folder with --data, or run `npm start` once' });
  const store = await openEmbeddedStore({ folder });
  try {
    return Buffer.from(await store.queryBytes(query.replace(/;\s*$/, ''), format)).toString('utf8');
  } finally {
    await store.close();
  }
}

async function askDoor(port: number, query: string, format: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/?default_format=${encodeURIComponent(format)}`, { method: 'POST', body: query });
  const text = await response.text();
  if (!response.ok) throw new SightlineError('STORE_QUERY', text.trim());
  return text;
}
