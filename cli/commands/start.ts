import type { Command } from 'commander';
import { defaultDataFolder } from '../data-folder.js';
import { defaultDoorPort, defaultPort } from '../defaults.js';

export interface StartOptions {
  readonly site?: string;
  readonly data: string;
  readonly port: number;
  readonly host: string;
  readonly doorPort: number;
  readonly door: boolean;
  readonly threads?: number;
  readonly insecure: boolean;
}

export function addStart(program: Command): void {
  program
    .command('start')
    .description('run a whole site in this process: cameras, store and live page; without --site the demo')
    .option('--site <file>', 'the site file; a saved change applies without restart')
    .option('--data <folder>', 'data folder, for the log and the store', defaultDataFolder)
    .option('--port <number>', 'port of the live page', portNumber, defaultPort)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--door-port <number>', 'port of the read-only ClickHouse door on 127.0.0.1', portNumber, defaultDoorPort)
    .option('--no-door', 'leave the door closed')
    .option('--threads <number>', 'inference threads; default: one less than the cores', Number)
    .option('--insecure', 'listen beyond this machine without password or TLS', false)
    .action(async (options: StartOptions) => {
      const { start } = await import('../start.js');
      await start(options);
    });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`a port is a whole number from 0 to 65535, not ${text}`);
  return port;
}
