import type { Command } from 'commander';

export function addRoles(program: Command): void {
  void program;
}
