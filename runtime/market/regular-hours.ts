/** Whether moments lie in the regular session, fast for moments that lie near to each other. */
import type { Hours } from '../contract/market.js';
import { tradingTimeAt } from './hours.js';

/** A stretch of time within or without the regular session, Unix ms. */
interface Span {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly isRegular: boolean;
}

/** Stretches that are remembered: trades come out of order around the bell, and of two days in a replay. */
const remembered = 8;

export class RegularHours {
  /** The one that was asked for last comes first. */
  private readonly spans: Span[] = [];

  constructor(private readonly hours: Hours) {}

  /** @param atMs Unix ms */
  includes(atMs: number): boolean {
    const [first] = this.spans;
    if (first && first.fromMs <= atMs && atMs < first.toMs) return first.isRegular;
    return this.find(atMs).isRegular;
  }

  private find(atMs: number): Span {
    const { spans } = this;
    const index = spans.findIndex(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
    const [span = this.spanAt(atMs)] = index < 0 ? [] : spans.splice(index, 1);
    spans.unshift(span);
    spans.length = Math.min(spans.length, remembered);
    return span;
  }

  private spanAt(atMs: number): Span {
    const { session, last, next } = tradingTimeAt(this.hours, atMs);
    if (session) return { fromMs: session.opensMs, toMs: session.closesMs, isRegular: session.name === 'regular' };
    return { fromMs: last?.closesMs ?? atMs, toMs: next.opensMs > atMs ? next.opensMs : atMs + 1, isRegular: false };
  }
}
