/** Data of a channel proves that the feed serves it, whatever it said. */
import type { MessageBuffer } from './buffer.js';
import type { Market } from './contract.js';
import type { Subscriptions } from './subscriptions.js';

/**
 * Confirms what the messages from a seq on can have been brought by in one way alone.
 *
 * @returns whether any name was confirmed by them
 */
export function proveByData(
  market: Market,
  subscriptions: Subscriptions,
  buffer: MessageBuffer,
  from: number,
): boolean {
  let proved = false;
  for (const prefix of [...subscriptions.unprovenPrefixes]) {
    const channel = market.channels.find(one => one.prefix === prefix);
    // Most often a whole channel is refused, and nothing of it comes.
    if (!channel || buffer.newestOf({ channel, symbol: '*', name: `${prefix}.*` }) < from) continue;
    for (let seq = Math.max(from, buffer.oldestSeq); seq < buffer.nextSeq; seq++) {
      if (buffer.prefixAt(seq) !== prefix) continue;
      // Of a symbol that is not told apart the message would have to be parsed.
      const symbol = buffer.symbols.nameOf(buffer.symbolNumberAt(seq));
      const name = symbol === undefined ? symbol : subscriptions.provenOf([`${prefix}.${symbol}`, `${prefix}.*`]);
      if (name === undefined) continue;
      subscriptions.proved(name);
      proved = true;
    }
  }
  return proved;
}
