/** How symbols are written, for where nothing was found: the API does not tell a wrong form from no data. */
import type { SentValue } from './arguments.js';

const named = /(?:^|_)(?:tickers?|underlying_asset|option_contract)$/;
/** Stocks may end in small letters, such as BACpK, and have no more than five without a class. */
const rightForm = /^(?:[OXCI]:[A-Z\d.:_]+|(?=.*[A-Z])(?![A-Z]{6,}$)[A-Z\d][A-Za-z\d.]*)$/;

const howWritten =
  'Tickers are written in capitals, with a prefix for all but stocks and futures: AAPL, X:BTCUSD, C:EURUSD, I:SPX, and O: before options.';

/** What to say where nothing was found. */
export function doubtsOf(sent: readonly SentValue[] = []): string[] {
  const symbols = sent.flatMap(({ argument: { parameter, operator, isList }, text }) => {
    if (!named.test(parameter.argument) || parameter.values || !(operator === undefined || isList)) return [];
    return isList ? text.split(',') : [text];
  });
  return symbols.every(symbol => rightForm.test(symbol)) ? [] : [howWritten];
}
