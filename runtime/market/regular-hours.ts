/** Whether moments lie in a session, or in the regular one; fast for moments that lie near to each other. */
import type { Hours } from '../contract/market.js';
import { tradingTimeAt } from './hours.js';

/** A stretch of time within one session or without any, Unix ms. */
interface Span {
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly isOpen: boolean;
  readonly isRegular: boolean;
}

/** `all`: any session. */
export type SessionChoice = 'regular' | 'all';

/** Stretches that are remembered: trades come out of order around the bell, and of two days in a replay. */
const remembered = 8;
const regularName = 'regular';

export function hasRegularSession({ sessions }: Hours): boolean {
  return sessions.some(({ name }) => name === regularName);
}

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

  /** Whether any moment of a stretch of time lies in such a session. */
  touches(fromMs: number, toMs: number, choice: SessionChoice): boolean {
    for (let atMs = fromMs; atMs < toMs; ) {
      const span = this.find(atMs);
      if (choice === 'all' ? span.isOpen : span.isRegular) return true;
      atMs = span.toMs;
    }
    return false;
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
    if (session) {
      const { name, opensMs, closesMs } = session;
      return { fromMs: opensMs, toMs: closesMs, isOpen: true, isRegular: name === regularName };
    }
    const toMs = next.opensMs > atMs ? next.opensMs : atMs + 1;
    return { fromMs: last?.closesMs ?? atMs, toMs, isOpen: false, isRegular: false };
  }
}
