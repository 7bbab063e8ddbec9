import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';

const execute = promisify(execFile);

export interface CommandOptions {
  readonly cwd: string;
  /** Default: the variables that a host passes on, and npm without a network. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: a minute. */
  readonly timeoutMs?: number;
}

/** The environment in which npm and npx use only what is on the machine. */
export function offline(): Record<string, string> {
  return { ...getDefaultEnvironment(), npm_config_offline: 'true', npm_config_update_notifier: 'false' };
}

/** The environment in which npm may ask a registry. */
export function online(): Record<string, string> {
  return { ...offline(), npm_config_offline: 'false' };
}

/**
 * Runs a program to its end.
 *
 * @returns what it wrote
 * @throws with what it wrote, if it fails or takes too long
 */
export async function run(
  [program = '', ...args]: readonly string[],
  { cwd, env = offline(), timeoutMs = 60_000 }: CommandOptions,
): Promise<{ stdout: string; stderr: string }> {
  return execute(program, args, { cwd, env, timeout: timeoutMs, maxBuffer: 16 * 2 ** 20 });
}
