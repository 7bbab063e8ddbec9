/** The keys of rows that a caller asks for. */
import type { Row } from '../../../generated/types.js';
import { StreamError } from '../../core/errors.js';
import { kindOf } from '../../core/kind.js';
import { nearest, suggest } from '../../core/nearest.js';

/**
 * @param known keys that rows can have
 * @param asked absent: all
 * @throws StreamError INVALID_ARGUMENT
 */
export function judgeKeys(known: readonly string[], asked: readonly string[] | undefined): void {
  const index = asked?.findIndex(name => !known.includes(name)) ?? -1;
  if (!asked || index < 0) return;
  const given = asked[index]!;
  throw new StreamError(
    'INVALID_ARGUMENT',
    `fields[${index}], ${kindOf(given)}, is no key of a row${suggest(nearest(given, known)) || `; there are ${known.join(', ')}.`}`,
    'Call summarize_stream with {"fields": ["last", "window_change_pct"]}, and the other arguments as they were.',
  );
}

/** A row with its market and symbol, and these keys of it, each with its source where that is another one. */
export function pick(row: Row, keys: readonly string[] | undefined): Row {
  if (!keys) return row;
  const kept = Object.entries(row).filter(([name]) => name === 'symbol' || name === 'market' || keys.includes(name));
  const sources = Object.entries(row.sources ?? {}).filter(([name]) => keys.includes(name));
  if (sources.length > 0) kept.push(['sources', Object.fromEntries(sources)]);
  return Object.fromEntries(kept) as unknown as Row;
}
