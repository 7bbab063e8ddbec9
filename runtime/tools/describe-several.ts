/** Describes answers about several markets: a line for each of them, then what came of all. */
import type {
  ReadSeveralAnswer,
  ReadStream,
  SummarizedStream,
  SummarizeSeveralAnswer,
  WaitSeveralAnswer,
} from '../../generated/types.js';
import { count } from '../core/count.js';
import { asSentence } from '../core/quoting.js';
import { lines, losses, rows, stateOf } from './text-parts.js';

export function describeRead(answer: ReadSeveralAnswer): string {
  return lines(
    `${count(answer.count, 'message')} of ${count(answer.streams.length, 'stream')}${more(answer)}.`,
    ...answer.streams.map(readLine),
    answer.csv ?? rows(answer.messages ?? []),
    `Cursor: ${answer.cursor}`,
  );
}

export function describeWait(answer: WaitSeveralAnswer): string {
  return lines(
    `${answer.matched ? 'It happened' : 'It did not happen'} within ${answer.waited_ms} ms: ${count(answer.count, 'message')} of ${count(answer.streams.length, 'stream')}${more(answer)}.`,
    ...answer.streams.map(readLine),
    rows(answer.messages),
    `Cursor: ${answer.cursor}`,
  );
}

export function describeSummary({ streams, symbols, omitted, cursor }: SummarizeSeveralAnswer): string {
  return lines(
    `${count(symbols.length, 'symbol')} of ${count(streams.length, 'stream')}${omitted > 0 ? `, ${omitted} more left out` : ''}.`,
    ...streams.map(summaryLine),
    rows(symbols),
    cursor === null ? '' : `Cursor: ${cursor}`,
  );
}

function more({ has_more: hasMore }: { readonly has_more: boolean }): string {
  return hasMore ? ', more to read' : '';
}

/** `stocks (live, 15 minutes late): 2 messages, more to read.` and what else to know of it. */
function readLine(stream: ReadStream): string {
  const { dropped, outages } = stream;
  return sentences(
    `${stream.market} ${stateOf(stream)}: ${count(stream.count, 'message')}${more(stream)}`,
    losses(dropped, outages),
    stream,
  );
}

function summaryLine(stream: SummarizedStream): string {
  const { window, incomplete, outages } = stream;
  const lost = [...(incomplete === undefined ? [] : [incomplete]), ...losses(0, outages)];
  return sentences(`${stream.market} ${stateOf(stream)}: since ${window.from ?? 'its start'}`, lost, stream);
}

function sentences(
  head: string,
  lost: readonly string[],
  { silence, error, notes }: ReadStream | SummarizedStream,
): string {
  const failed = error === undefined ? [] : [`${error.code}: ${error.message} ${error.hint}`];
  const said = silence === null ? [] : [silence];
  return [head, ...lost, ...failed, ...said, ...notes].map(asSentence).join(' ');
}
