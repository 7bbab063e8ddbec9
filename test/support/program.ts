import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { bin } from './stdio.js';

/** The result of a run of the built program. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

/** Runs the built program to its end, with an empty stdin and only PATH from the environment of this process. */
export async function runProgram(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const begin = performance.now();
  const clean = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...clean, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', data => {
    stdout += data;
  });
  child.stderr.on('data', data => {
    stderr += data;
  });
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr, tookMs: performance.now() - begin };
}
