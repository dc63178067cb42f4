import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { root } from '../footage.js';
import { pythonWith } from '../python.js';

/** The manifests against the schemas of those who read them: no field misspelt, none in the wrong place. */
it('Kubernetes would take its manifest', (context) => {
  const python = pythonWith('kubernetes-validate==1.37.0');
  if (!python) return context.skip();
  const said = execFileSync(path.join(path.dirname(python), 'kubernetes-validate'), ['--strict', path.join(root, 'deploy/kubernetes/sightline.yaml')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  expect(said).not.toMatch(/ERROR|failed/i);
}, 180_000);

it('Compose would take its file', (context) => {
  const python = pythonWith('compose-spec==0.2.1');
  if (!python) return context.skip();
  // Compose fills in the environment, and what is merged, before it looks.
  const filled = stringify(parse(readFileSync(path.join(root, 'deploy/compose.yaml'), 'utf8').replace(/\$\{\w+:-([^}]*)\}/g, '$1'), { merge: true }), { aliasDuplicateObjects: false });
  const said = execFileSync(python, ['-c', 'import sys\nfrom compose_spec import PyCompose\nsite = PyCompose.from_yaml(sys.stdin.read())\nsite.validate()\nprint(*sorted(site.service_names()))'], { input: filled, encoding: 'utf8' });
  expect(said.trim().split(' ')).toEqual(['alerts', 'clickhouse', 'gateway', 'ingest', 'kafka', 'sink', 'worker']);
}, 180_000);
