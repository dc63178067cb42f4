import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A Python that has these packages (`name==version`), made once a machine; null, and said loudly, where it cannot be had. */
export function pythonWith(...packages: readonly string[]): string | null {
  const folder = path.join(tmpdir(), `sightline-venv-${packages.join('-').replaceAll('=', '')}`);
  const binary = path.join(folder, 'bin', 'python');
  const ready = path.join(folder, 'ready');
  try {
    if (!existsSync(ready)) {
      execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe' });
      execFileSync(binary, ['-m', 'pip', 'install', '-q', ...packages], { stdio: 'pipe' });
      writeFileSync(ready, '');
    }
    return binary;
  } catch (error) {
    process.stderr.write(`\nNOT TESTED: ${packages.join(', ')} cannot be installed here: ${String(error).split('\n')[0]}\n`);
    return null;
  }
}
