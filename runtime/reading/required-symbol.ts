/** Reads the symbols that a caller names. */
import { StreamError } from '../core/errors.js';
import { kindOf } from '../core/kind.js';
import type { StreamView } from '../stream/view.js';
import { symbolOf } from '../symbols/channels.js';
import { exampleSymbol } from '../symbols/example.js';
import { describeReadings } from '../symbols/hints.js';

/**
 * @returns canonical symbols, each once
 * @throws StreamError INVALID_CHANNEL
 */
export function requireSymbols(stream: StreamView, texts: readonly string[]): string[] {
  return [...new Set(texts.map((text, index) => requireSymbol(stream, text, index)))];
}

function requireSymbol({ market, buffer }: StreamView, text: string, index: number): string {
  const symbol = symbolOf(market, text, buffer.knows);
  if (symbol !== undefined) return symbol;
  throw new StreamError(
    'INVALID_CHANNEL',
    `symbols[${index}], ${kindOf(text)}, is no symbol of ${market.title}${describeReadings(market, text)}.`,
    `Write ${market.symbol.description}, such as {"symbols": ["${exampleSymbol(market)}"]}.`,
  );
}
