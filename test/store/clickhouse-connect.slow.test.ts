import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { expect, it } from 'vitest';
import { openDoor } from '@sightline/runtime/store/door';
import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import { pythonWith } from '../python.js';

const version = '1.12.0';
const script = `
import sys, json, clickhouse_connect
client = clickhouse_connect.get_client(host='127.0.0.1', port=int(sys.argv[1]), database='sightline')
rows = client.query('SELECT camera, count() AS n FROM events WHERE camera = {c:String} GROUP BY camera', parameters={'c': 'door'}).result_rows
try:
    client.command("DROP TABLE events")
    refused = False
except Exception as error:
    refused = 'READONLY' in str(error)
print(json.dumps({'rows': [list(row) for row in rows], 'refused': refused, 'server': client.server_version}))
`;

it('opens to clickhouse-connect', async (context) => {
  const binary = pythonWith(`clickhouse-connect==${version}`);
  if (!binary) return context.skip();
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-connect-'));
  const store = await openEmbeddedStore({ folder });
  await migrate(store);
  await store.insert('events', [{ at: 1_760_000_000_000_000, camera: 'door', zone: 'line', kind: 'crossed', id: 'a' }], { token: 'a' });
  const door = await openDoor({ store, port: 0 });
  const { stdout } = await promisify(execFile)(binary, ['-c', script, String(door.port)]);
  expect(JSON.parse(stdout)).toMatchObject({ rows: [['door', 1]], refused: true });
  await door.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}, 180_000);
