/** Takes channels of contracts that have expired out of a request, and names the front month where none was named. */
import type { Market } from '../contract/market.js';
import type { ParsedChannels, Rejection } from './channels.js';
import { frontMonth, judgeExpiry, productWithoutMonth } from './expiry.js';
import { findChannel } from './forms.js';

/**
 * @param texts what was parsed
 * @param nowMs by the clock of the feed, wall clock ms
 */
export function withoutExpired(
  market: Market,
  texts: readonly string[],
  parsed: ParsedChannels,
  nowMs: number,
): ParsedChannels {
  if (!market.symbol.expiry) return parsed;
  const expired: Rejection[] = [];
  const doubts = new Set<string>();
  const names = parsed.names.filter(({ symbol, name }) => {
    const judged = judgeExpiry(market, symbol, nowMs);
    if (judged?.certain) expired.push({ channel: name, code: 'INVALID_CHANNEL', message: judged.text });
    else if (judged) doubts.add(judged.text);
    return !judged?.certain;
  });
  const rejected = parsed.rejected.map(rejection => withFrontMonth(market, texts, rejection, nowMs));
  return { names, rejected: [...rejected, ...expired], notes: [...parsed.notes, ...doubts] };
}

/** A refusal of a product without a month says the front month. */
function withFrontMonth(market: Market, texts: readonly string[], rejection: Rejection, nowMs: number): Rejection {
  const [, place] = /^channels\[(\d+)\]$/.exec(rejection.channel) ?? [];
  const text = place === undefined ? undefined : texts[Number(place)];
  if (text === undefined) return rejection;
  const [prefix = '', ...rest] = text.split('.');
  const channel = rest.length > 0 ? findChannel(market, prefix) : market.channels[0];
  const code = channel && productWithoutMonth(market, rest.length > 0 ? rest.join('.') : text);
  const front = code === undefined ? undefined : frontMonth(market, code, nowMs);
  if (front === undefined) return rejection;
  return { ...rejection, message: `${code} names no month; the front month is ${front}: ${channel!.prefix}.${front}` };
}
