import { SightlineError } from '@sightline/runtime/errors';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const kafkaVersion = '4.4.0';

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>sightline</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>
`;

/** The folder of Apache Kafka's jars, fetched once by Maven into `cache`. */
export async function kafkaJars(cache: string, onStep: (what: string) => void): Promise<string> {
  const given = process.env['SIGHTLINE_KAFKA_LIB'];
  if (given) return given;
  const lib = path.join(cache, kafkaVersion, 'lib');
  if (existsSync(lib)) return lib;
  onStep(`fetching Apache Kafka ${kafkaVersion} (43 MB)`);
  await mkdir(path.join(cache, kafkaVersion), { recursive: true });
  // Fetched beside its place and moved there whole: an interrupted fetch leaves nothing that looks finished.
  const work = await mkdtemp(path.join(cache, kafkaVersion, 'fetch-'));
  try {
    await writeFile(path.join(work, 'pom.xml'), pom);
    await run('mvn', ['-B', '-q', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${path.join(work, 'lib')}`], { cwd: work, timeout: 600_000 }).catch((error: NodeJS.ErrnoException & { stdout?: string }) => {
      if (error.code === 'ENOENT') throw new SightlineError('USAGE', 'Maven, which fetches Apache Kafka, is not installed', { remedy: 'apt-get install maven, or set SIGHTLINE_KAFKA_LIB to a folder of Kafka’s jars' });
      throw new SightlineError('DOWNLOAD_FAILED', `Apache Kafka ${kafkaVersion} could not be fetched: ${(error.stdout ?? error.message).trim().split('\n')[0] ?? ''}`, { cause: error });
    });
    if ((await readdir(path.join(work, 'lib'))).length === 0) throw new SightlineError('DOWNLOAD_FAILED', 'Maven fetched no jars of Apache Kafka');
    await rename(path.join(work, 'lib'), lib).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(lib)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return lib;
}
