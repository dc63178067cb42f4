import type { Command } from 'commander';
import { defaultDataFolder } from '../data-folder.js';
import { defaultPort } from '../defaults.js';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what is installed, what is missing and the one line that mends it; reaches each camera of a site and says why not')
    .option('--site <file>', 'also try every camera of this site')
    .option('--data <folder>', 'data folder', defaultDataFolder)
    .option('--port <number>', 'port of the dashboard', Number, defaultPort)
    .option('--json', 'print the findings as JSON lines', false)
    .action(async (options: { site?: string; data: string; port: number; json: boolean }) => {
      const { examine, machineChecks } = await import('../doctor/checks.js');
      const { cameraChecks } = await import('../doctor/cameras.js');
      const checks = [...machineChecks({ dataFolder: options.data, port: options.port }), ...(options.site ? await cameraChecks(options.site) : [])];
      const healthy = await examine(checks, (finding) => {
        const mark = { ok: '✓', missing: '✗', optional: '–' }[finding.state];
        process.stdout.write(options.json ? `${JSON.stringify(finding)}\n` : `${mark} ${finding.name}: ${finding.detail}${finding.state === 'ok' ? '' : ` (needed for ${finding.neededFor})`}\n`);
      });
      if (!healthy) process.exitCode = 1;
    });
}
