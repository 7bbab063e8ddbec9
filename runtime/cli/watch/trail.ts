/** The history of a symbol since it was first shown. */

import type { Row as SummaryRow } from '../../../generated/types.js';
import { RateMeter } from '../../buffer/rate.js';
import { decimalsOf, subtract } from '../../core/decimal.js';
import type { Direction, Row } from './view.js';

/** As many as fit the widest terminal. */
const samplesKept = 240;
const fewestDecimals = 2;
const mostDecimals = 8;

/** Tracks one symbol through the summaries. */
export class Trail {
  private readonly trend: number[] = [];
  private readonly meter = new RateMeter();
  private messages = 0;
  private direction: Direction | undefined;
  /** The most digits that any price needed, so that columns do not move. */
  private decimals = fewestDecimals;

  constructor(private readonly symbol: string) {}

  /**
   * @param summary the symbol's row of a summary, if it has one yet
   * @param elapsedMs monotonic time
   */
  follow(summary: Partial<SummaryRow> = {}, elapsedMs: number): Row {
    const { bar, bid, ask, spread, halted } = summary;
    const last = summary.last ?? summary.value ?? bar?.close ?? summary.fair_value;
    this.sample(typeof last === 'number' ? last : middleOf(bid, spread));
    for (const price of [last, bid, ask]) this.decimals = Math.max(this.decimals, decimalsIn(price));
    const messages = summary.messages ?? 0;
    this.meter.add(messages - this.messages, elapsedMs);
    this.messages = messages;
    return {
      symbol: this.symbol,
      halted: halted === true,
      direction: this.direction,
      prices: { last, bid, ask, spread },
      decimals: this.decimals,
      volume: summary.window_volume ?? bar?.volume,
      messages,
      ratePerS: this.meter.rate(elapsedMs),
      trend: [...this.trend],
    };
  }

  private sample(price: number | undefined): void {
    if (price === undefined) return;
    const before = this.trend.at(-1) ?? price;
    if (price !== before) this.direction = price > before ? 'up' : 'down';
    this.trend.push(price);
    if (this.trend.length > samplesKept) this.trend.shift();
  }
}

/** Between bid and ask: the trend of a market without trades. */
function middleOf(bid: unknown, spread: unknown): number | undefined {
  return typeof bid === 'number' && typeof spread === 'number' ? subtract(bid, -spread / 2) : undefined;
}

function decimalsIn(price: unknown): number {
  return typeof price === 'number' ? Math.min(decimalsOf(price), mostDecimals) : 0;
}
