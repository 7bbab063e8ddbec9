import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { bin, type Launch } from './stdio.js';

/** An HTTP server in its own process. */
export class SpawnedHttp {
  /** Its output on stderr. */
  printed = '';

  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** Starts the built server on a free port. */
  static start(env: Readonly<Record<string, string>> = {}, args: readonly string[] = []): Promise<SpawnedHttp> {
    return SpawnedHttp.launch({ command: [process.execPath, bin, '--transport', 'http', '--port', '0', ...args], env });
  }

  static async launch({ command: [program = '', ...args], env, cwd }: Launch): Promise<SpawnedHttp> {
    const child = spawn(program, args, {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
      // Its own process group, so that a server started by npx ends with npx.
      detached: true,
      ...(cwd === undefined ? {} : { cwd }),
    });
    const url = await new Promise<string>((resolve, reject) => {
      let printed = '';
      child.stderr.on('data', data => {
        printed += data;
        const [, found] = /serves MCP at (\S+)\n/.exec(printed) ?? [];
        if (found !== undefined) resolve(found);
      });
      child.once('close', () => reject(new Error(`the server ended: ${printed}`)));
    });
    const server = new SpawnedHttp(child, url);
    child.stderr.on('data', data => {
      server.printed += data;
    });
    return server;
  }

  /** Resident memory of the process, MiB. */
  residentMb(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1_024;
  }

  /** Waits for the end of the process. @returns exit code, and ms from now to the end */
  async ended(): Promise<{ code: number | null; tookMs: number }> {
    const begin = performance.now();
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return { code: this.child.exitCode, tookMs: performance.now() - begin };
  }

  async close(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) process.kill(-this.child.pid!, 'SIGKILL');
    await this.ended();
  }
}
