import { suite } from '../../generated/suite.js';
import type { Entry } from '../../runtime/buffer/message-buffer.js';
import { formatMessage } from '../../runtime/market/format.js';
import * as compute from '../../runtime/market/indicators.js';
import { parseCondition } from '../../runtime/reading/conditions/condition-parser.js';
import { ConditionTracker } from '../../runtime/reading/conditions/condition-tracker.js';
import { Held } from './held.js';
import { marketOf } from './markets.js';

const most = suite.limits.comparisons;

/** When the trades of tests are, ms: at the beginning of an hour. */
export const baseMs = Date.parse('2026-11-23T15:00:00Z');

export interface Circumstances {
  readonly prints?: string;
  readonly symbols?: readonly string[];
  /** Prefixes of channels; absent: all. */
  readonly subscribed?: readonly string[];
}

/** Shows a condition messages, each with its arrival in seconds. */
export class Followed {
  private readonly held: Held;
  private readonly tracker: ConditionTracker;
  /** Seqs of the first messages after an outage. */
  private readonly outages: { readonly seq: number }[] = [];

  constructor(
    condition: unknown,
    private readonly marketName = 'stocks',
    { prints = 'eligible', symbols, subscribed }: Circumstances = {},
  ) {
    const market = marketOf(marketName);
    this.held = new Held(market, 100_000, 20_000_000);
    const parsed = parseCondition(
      { market, channels: market.channels, symbols: symbols && new Set(symbols) },
      condition,
      most,
    );
    const { outages } = this;
    this.tracker = new ConditionTracker(market, parsed, this.held.buffer, prints === 'all', {
      outages: {
        get all() {
          return outages as never;
        },
        get newestSeq() {
          return outages.at(-1)?.seq;
        },
      },
      covers: ({ prefix }) => subscribed?.includes(prefix) ?? true,
      compute,
    });
  }

  breaks(): void {
    this.outages.push({ seq: this.held.buffer.nextSeq });
  }

  sees(atS: number, event: object): boolean {
    const entry = this.add(atS, event);
    const message = formatMessage(marketOf(this.marketName), entry, 'summary');
    this.tracker.looksBack(entry, message, { spent: () => false });
    return this.tracker.sees(entry, message);
  }

  shows(atS: number, event: object): unknown {
    const entry = this.add(atS, event);
    this.tracker.sees(entry, formatMessage(marketOf(this.marketName), entry, 'summary'));
    return this.tracker.show(entry);
  }

  remembers(atS: number, event: object): void {
    const entry = this.add(atS, event);
    this.tracker.remember(entry, formatMessage(marketOf(this.marketName), entry, 'summary'));
  }

  private add(atS: number, event: object): Entry {
    const { buffer } = this.held;
    this.held.take(JSON.stringify([event]), atS * 1_000);
    return buffer.at(buffer.nextSeq - 1)!;
  }
}

export const trade = (p: number, s = 1, more: object = {}) => ({ ev: 'T', sym: 'AAPL', p, s, t: baseMs, ...more });
export const quote = (bp: number, ap: number, more: object = {}) => ({
  ev: 'Q',
  sym: 'AAPL',
  bp,
  ap,
  bs: 1,
  as: 1,
  ...more,
});
