/** Faults of a host or a machine, each played on its own process. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FaultFeed, type Peer } from './fault-feed.js';
import { secretKey } from './fault-run.js';
import { BareServer } from './stdio.js';

/** A fault, played on its own process. */
export interface ProcessRow {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly tls?: string;
  readonly play: (host: Host) => Promise<void>;
}

export const channels = ['T.AAPL', 'Q.AAPL'];

/** A server in its own process, and its feed. */
export class Host {
  private constructor(
    readonly feed: FaultFeed,
    readonly server: BareServer,
  ) {}

  static async open({ env, command, tls }: ProcessRow): Promise<Host> {
    const feed = await FaultFeed.open(
      tls === undefined ? {} : { tls: { cert: pem(`${tls}.pem`), key: pem(`${tls}.key`) } },
    );
    feed.arm({});
    const server = BareServer.start(
      {
        POLYGON_API_KEY: secretKey,
        POLYGON_FEED: feed.url,
        MCP_POLYGON_BACKOFF_INITIAL_MS: '20',
        MCP_POLYGON_BACKOFF_MAX_MS: '50',
        ...env,
      },
      command,
    );
    await server.initialize();
    return new Host(feed, server);
  }

  async call(name: string, args: unknown = {}): Promise<Record<string, unknown>> {
    const { result } = await this.server.request('tools/call', { name, arguments: args });
    return (result as { structuredContent: Record<string, unknown> }).structuredContent;
  }

  start(wanted: readonly string[] = channels): Promise<Record<string, unknown>> {
    return this.call('start_stocks_stream', { channels: wanted });
  }

  status(): Promise<Record<string, unknown>> {
    return this.call('get_stocks_stream_status');
  }

  /** The connection of the stocks stream, once it has subscribed. */
  async subscribed(from = 0): Promise<Peer> {
    const find = (): Peer | undefined =>
      this.feed.peers.slice(from).find(peer => peer.received.some(({ action }) => action === 'subscribe'));
    expect(await this.feed.until(() => find() !== undefined), 'subscribed').toBe(true);
    return find()!;
  }

  /** Expects the process to end within a second, with code 0, after a close frame on its socket. */
  async expectEnd(peer: Peer): Promise<void> {
    const { code, tookMs } = await this.server.ended();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(1_000);
    await this.feed.until(() => this.feed.connections === 0);
    expect(peer.closeCode).toBe(1000);
  }

  /** Ends everything, and expects that nothing is left over and that the output was clean. */
  async finish(): Promise<void> {
    this.server.child.stdin!.end();
    await this.server.ended();
    this.feed.thaw();
    expect(await this.feed.until(() => this.feed.connections === 0), 'no socket is left').toBe(true);
    const { stdout, stderr } = this.server;
    for (const line of stdout.split('\n').filter(text => text !== '')) expect(line.startsWith('{"'), line).toBe(true);
    for (let from = 0; from + 8 <= secretKey.length; from++) {
      expect((stdout + stderr).includes(secretKey.slice(from, from + 8)), 'the key is written nowhere').toBe(false);
    }
    expect(stderr).not.toMatch(/unhandled|TypeError|RangeError|heap/i);
  }

  async close(): Promise<void> {
    this.server.child.kill('SIGCONT');
    this.server.child.kill('SIGKILL');
    await this.feed.close();
  }

  /** Resident memory of the process, MiB. */
  residentMiB(): number {
    const text = readFileSync(`/proc/${this.server.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(text)![1]) / 1_024;
  }

  /** Suspends the process for a while, as when the machine sleeps. */
  async sleep(ms: number): Promise<void> {
    this.server.child.kill('SIGSTOP');
    await new Promise(resolve => setTimeout(resolve, ms));
    this.server.child.kill('SIGCONT');
  }
}

export function pem(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
}

export async function playOnProcess(row: ProcessRow): Promise<void> {
  const host = await Host.open(row);
  try {
    await row.play(host);
    await host.finish();
  } finally {
    await host.close();
  }
}

export function declare<R extends { readonly name: string }>(
  rows: readonly R[],
  play: (row: R) => Promise<void>,
): void {
  for (const row of rows) test(row.name, () => play(row), 60_000);
}
