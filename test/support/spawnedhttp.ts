import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { bin } from './stdio.js';

/** The built server over HTTP, in a process of its own. */
export class SpawnedHttp {
  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<SpawnedHttp> {
    const child = spawn(process.execPath, [bin, '--transport', 'http', '--port', '0'], {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [printed] = await once(child.stderr, 'data');
    const [, url] = /serves MCP at (\S+)/.exec(String(printed)) ?? [];
    if (url === undefined) throw new Error(String(printed));
    child.stderr.resume();
    return new SpawnedHttp(child, url);
  }

  /** @returns exit code, and how long the process took to end from now on, ms */
  async ended(): Promise<{ code: number | null; tookMs: number }> {
    const begin = performance.now();
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return { code: this.child.exitCode, tookMs: performance.now() - begin };
  }

  async close(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended();
  }
}
