import type { Command } from 'commander';

export function addEval(program: Command): void {
  void program;
}
