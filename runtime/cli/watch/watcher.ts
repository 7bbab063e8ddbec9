/** Polls a stream and builds views. */

import type { SummarizeAnswer, Row as SummaryRow } from '../../../generated/types.js';
import type { Market } from '../../contract/market.js';
import { describeDelay } from '../../feed/endpoint.js';
import { summarize } from '../../reading/summary.js';
import type { Target } from '../../stream/target.js';
import type { HubView, StreamView } from '../../stream/view.js';
import { type ParsedChannels, parseChannels, type Rejection } from '../../symbols/channels.js';
import { withoutExpired } from '../../symbols/contracts.js';
import { notesOnHost } from '../../tools/verbs/channel-report.js';
import { requireRunning } from '../../tools/verbs/running.js';
import { start } from '../../tools/verbs/start.js';
import { status } from '../../tools/verbs/status.js';
import { listAsides, listRemarks } from './remarks.js';
import { Trail } from './trail.js';
import type { Display, Row, View } from './view.js';

/** A summary as it is without further wishes. */
const plain = { sort: 'activity', prints: 'eligible', wait_s: 0 } as const;

export class Watcher {
  private readonly stopping = new AbortController();
  private readonly parsed: ParsedChannels;
  /** Whether the start was answered. */
  private started = false;
  private failure: unknown;
  private trails = new Map<string, Trail>();

  constructor(
    private readonly hub: HubView,
    private readonly market: Market,
    private readonly channels: readonly string[],
  ) {
    this.parsed = parseChannels(market, channels);
  }

  /**
   * Starts the stream and shows it until `stop` is called, or until a replay ends and the output need not stay open.
   *
   * @throws StreamError when the start fails, or when the feed refuses the stream later
   */
  async run(display: Display): Promise<void> {
    const { signal } = this.stopping;
    const stream = this.hub.stream(this.market.name);
    void this.start();
    while (!signal.aborted) {
      const { state, target } = stream;
      const ended = hasEnded(stream);
      const view = target && (await this.look(stream, target));
      if (signal.aborted) break;
      if (view) display.show(view);
      if (ended && this.started && !display.stays) break;
      const hasNews = (): boolean => stream.state !== state || hasEnded(stream) !== ended;
      await stream.changes.until(hasNews, display.refreshMs, signal);
      if (this.started && !signal.aborted) requireRunning(stream);
    }
    if (this.failure !== undefined) throw this.failure;
  }

  stop(): void {
    this.stopping.abort();
  }

  private async start(): Promise<void> {
    try {
      await start(this.hub, this.market, { channels: this.channels });
      this.started = true;
    } catch (error) {
      if (!this.stopping.signal.aborted) this.failure = error;
      this.stop();
    }
  }

  private async look(stream: StreamView, { endpoint, urls, replay }: Target): Promise<View> {
    const { hub, market, parsed } = this;
    const { rows, omitted, incomplete } = await this.readRows();
    const { silence, sessions, notes } = status(hub, market);
    return {
      market: market.title,
      state: stateOf(stream),
      feed: endpoint.feed === 'custom' || replay ? urls.join() : endpoint.feed,
      lateness: describeDelay(endpoint),
      channels: stream.subscriptions.size,
      messages: stream.totals.received,
      ratePerS: stream.ratePerSecond(),
      atMs: hub.clock.now(),
      replayedMs: replay?.atMs,
      rows,
      omitted,
      remarks: listRemarks({
        // A note says that a replay has ended.
        silence: hasEnded(stream) ? null : silence,
        outages: stream.outages.all,
        fault: stream.lastFault,
        rejected: this.rejections(),
        notes: [...parsed.notes, ...notesOnHost(stream), ...notes],
        incomplete,
      }),
      asides: listAsides(sessions, silence),
    };
  }

  /** The symbols that were named, in that order, then the others of a wildcard, the most active first. */
  private async readRows(): Promise<{ rows: Row[]; omitted: number; incomplete: string | undefined }> {
    const { hub, market } = this;
    const held = hub.stream(market.name).subscriptions.names.map(name => name.slice(name.indexOf('.') + 1));
    const named = [...new Set(held)].filter(symbol => symbol !== '*');
    const own = await summarize(
      hub,
      { ...plain, market: market.name, symbols: named, max_bytes: Number.MAX_SAFE_INTEGER },
      undefined,
      false,
    );
    const all = held.includes('*')
      ? await summarize(hub, { ...plain, market: market.name, max_bytes: hub.suite.limits.mostBytes }, undefined, false)
      : undefined;
    const answers = new Map([...named.map(symbol => [symbol, undefined] as const), ...rowsOf(all), ...rowsOf(own)]);
    return {
      rows: this.follow(answers),
      omitted: all?.omitted ?? 0,
      incomplete: (all ?? own).incomplete,
    };
  }

  /** Forgets the trails of symbols that are no longer shown. */
  private follow(answers: ReadonlyMap<string, SummaryRow | undefined>): Row[] {
    const elapsedMs = this.hub.clock.elapsed();
    this.trails = new Map([...answers.keys()].map(symbol => [symbol, this.trails.get(symbol) ?? new Trail(symbol)]));
    return [...this.trails].map(([symbol, trail]) => trail.follow(answers.get(symbol), elapsedMs));
  }

  /** Channels that cannot be sent, and those that the feed rejected. */
  private rejections(): Rejection[] {
    const { hub, market, channels, parsed } = this;
    const { subscriptions, target } = hub.stream(market.name);
    const judged = target?.replay ? parsed : withoutExpired(market, channels, parsed, hub.clock.now());
    const all = [...judged.rejected, ...subscriptions.rejections];
    return [...new Map(all.map(rejection => [rejection.channel, rejection])).values()];
  }
}

function stateOf({ state, target }: StreamView): View['state'] {
  if (state !== 'live' || !target?.replay) return state;
  return target.replay.ended ? 'ended' : 'replay';
}

function hasEnded({ target }: StreamView): boolean {
  return target?.replay?.ended ?? false;
}

function rowsOf(summary: SummarizeAnswer | undefined): (readonly [string, SummaryRow])[] {
  return (summary?.symbols ?? []).map(row => [row.symbol, row]);
}
