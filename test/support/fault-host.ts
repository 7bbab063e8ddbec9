/** Faults of a host or a machine, each played on a process of its own. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FaultFeed, type Peer } from './fault-feed.js';
import { secretKey } from './fault-run.js';
import { BareServer } from './stdio.js';

/** Played on a process of its own. */
export interface ProcessRow {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly tls?: string;
  readonly play: (host: Host) => Promise<void>;
}

export const channels = ['T.AAPL', 'Q.AAPL'];

/** A server of its own, and the feed that it is on. */
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

  /** The process is gone within a second of its cause, with code 0, its sockets closed with a close frame. */
  async expectEnd(peer: Peer): Promise<void> {
    const { code, tookMs } = await this.server.ended();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(1_000);
    await this.feed.until(() => this.feed.connections === 0);
    expect(peer.closeCode).toBe(1000);
  }

  /** Ends what still runs; nothing may be left, and what was written must have been fit to be written. */
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

  /** Memory of the process that is resident, MiB. */
  residentMiB(): number {
    const text = readFileSync(`/proc/${this.server.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(text)![1]) / 1_024;
  }

  /** Stops the process for a while, as a machine does that sleeps. */
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
