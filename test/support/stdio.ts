import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

/** The built server. */
export const bin = fileURLToPath(new URL('../../dist/mcp-polygon.js', import.meta.url));

type Environment = Readonly<Record<string, string>>;

/** How a host runs a server. */
export interface Launch {
  readonly command: readonly string[];
  readonly env?: Environment;
  readonly cwd?: string;
}

/** A server with a real MCP client, as a host would run it. */
export class HostedServer {
  stderr = '';

  private constructor(
    readonly client: Client,
    private readonly transport: StdioClientTransport,
  ) {
    transport.stderr?.on('data', data => {
      this.stderr += data;
    });
  }

  static start(env: Environment = {}): Promise<HostedServer> {
    return HostedServer.launch({ command: [process.execPath, bin], env });
  }

  static async launch({ command: [command = '', ...args], env, cwd }: Launch): Promise<HostedServer> {
    const transport = new StdioClientTransport({
      command,
      args,
      env: { ...getDefaultEnvironment(), ...env },
      stderr: 'pipe',
      ...(cwd === undefined ? {} : { cwd }),
    });
    const client = new Client({ name: 'test', version: '1' });
    const hosted = new HostedServer(client, transport);
    await client.connect(transport);
    return hosted;
  }

  get pid(): number {
    return this.transport.pid!;
  }

  async call(name: string, args: Record<string, unknown> = {}): Promise<CallToolResult> {
    return (await this.client.callTool({ name, arguments: args })) as CallToolResult;
  }

  async close(): Promise<void> {
    await this.client.close();
  }
}

/** The built server on raw pipes, so that a test can look at every byte. */
export class BareServer {
  stdout = '';
  stderr = '';
  private readonly waiting = new Map<number, (message: { result?: unknown; error?: { code: number } }) => void>();
  private id = 0;

  private constructor(readonly child: ChildProcess) {
    child.stderr!.on('data', data => {
      this.stderr += data;
    });
    let rest = '';
    child.stdout!.on('data', data => {
      this.stdout += data;
      const lines = (rest + data).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const message = JSON.parse(line);
        this.waiting.get(message.id)?.(message);
      }
    });
  }

  /** @param command that runs the server, perhaps through another program */
  static start(env: Environment = {}, command: readonly string[] = [process.execPath, bin]): BareServer {
    const clean = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
    const [program = '', ...args] = command;
    return new BareServer(spawn(program, args, { env: { ...clean, ...env }, stdio: 'pipe' }));
  }

  request(method: string, params: unknown = {}): Promise<{ result?: unknown; error?: { code: number } }> {
    const id = ++this.id;
    const answer = new Promise<{ result?: unknown; error?: { code: number } }>(resolve =>
      this.waiting.set(id, resolve),
    );
    this.child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return answer;
  }

  async initialize(): Promise<void> {
    await this.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bare', version: '1' },
    });
    this.child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  }

  /** Waits for the end of the process. @returns exit code, and ms from now to the end */
  async ended(): Promise<{ code: number | null; tookMs: number }> {
    const begin = performance.now();
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return { code: this.child.exitCode, tookMs: performance.now() - begin };
  }
}
