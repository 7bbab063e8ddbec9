import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { repository } from '../support/project.js';
import type { Part } from './part.js';
import { compete } from './rounds.js';
import { rowOf } from './row.js';

const loader = ['--import', 'tsx'];

export const generation: Part = {
  name: 'codegen',
  quick: false,
  async run({ rounds }) {
    const tookMs = await compete(rounds, {
      codegen: () => time([...loader, 'codegen/main.ts', '--check']),
      loader: () => time([...loader, '-e', '0']),
    });
    const against = { name: 'node --import tsx -e 0', values: tookMs.loader };
    return [rowOf('codegen', { what: 'codegen -- --check', unit: 'ms', values: tookMs.codegen, against })];
  },
};

/** @returns ms that a Node with these arguments takes to its end */
async function time(args: readonly string[]): Promise<number> {
  const beganMs = performance.now();
  const [code] = await once(spawn(process.execPath, args, { cwd: repository, stdio: 'ignore' }), 'close');
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`);
  return performance.now() - beganMs;
}
