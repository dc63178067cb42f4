import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { root } from '../footage.js';

const cli = path.join(root, 'cli', 'bin', 'sightline.mjs');
const read = (file: string): string => readFileSync(path.join(root, 'deploy', file), 'utf8');

/** The command line itself says whether it knows a command and its options: it answers --help, or refuses. */
function expectKnown([command, ...rest]: readonly string[]): void {
  const help = execFileSync(process.execPath, [cli, command!, '--help'], { encoding: 'utf8' });
  for (const option of rest.filter((word) => word.startsWith('--'))) expect(help, `${command} ${option}`).toContain(option);
}

describe('what is deployed', () => {
  it('compose runs commands that there are', () => {
    const { services } = parse(read('compose.yaml'), { merge: true }) as { services: Record<string, { image: string; command?: string[]; environment?: Record<string, string> }> };
    const roles = Object.values(services).filter(({ image }) => image === 'sightline');
    expect(roles.map(({ command }) => command![0]).sort()).toEqual(['alerts', 'gateway', 'ingest', 'sink', 'worker']);
    for (const { command, environment } of roles) {
      expectKnown(command!);
      expect(environment).toHaveProperty('SIGHTLINE_KAFKA_BROKERS');
    }
  });

  it('Kubernetes runs commands that there are', () => {
    const documents = parseAllDocuments(read('kubernetes/sightline.yaml')).map((document) => document.toJS() as { kind: string; spec: { template: { spec: { containers: { args: string[] }[] } } } });
    const deployments = documents.filter(({ kind }) => kind === 'Deployment');
    expect(deployments).toHaveLength(5);
    for (const { spec } of deployments) expectKnown(spec.template.spec.containers[0]!.args);
  });

  it('the image copies and starts files that there are', () => {
    const dockerfile = read('image/Dockerfile');
    for (const file of ['deploy/sightline.mjs', 'deploy/build.mjs', 'cli/bin/sightline.mjs']) {
      expect(dockerfile).toContain(file);
      expect(existsSync(path.join(root, file))).toBe(true);
    }
  });
});
