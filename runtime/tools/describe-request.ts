/** Describes what a request of the REST API answers. */
import type { OperationAnswer } from '../../generated/types.js';
import { count } from '../core/count.js';
import { lines } from './text-parts.js';

/** The rows, and everything that is needed to go on; the notes follow. */
export function describeRequest(answer: OperationAnswer): string {
  const { units, next_page: page, source, endpoint, cached_age_s: ageSeconds, truncated, request_id: id } = answer;
  const from = [endpoint, source.host, ageSeconds === undefined ? undefined : `${ageSeconds} s old`];
  const head = `${count(answer.count, 'row')} of ${source.path} (${from.filter(Boolean).join(', ')})`;
  const table = tableOf(answer);
  const known = Object.entries(units ?? {}).map(([name, unit]) => `${name} ${unit}`);
  return lines(
    `${head}${truncated ? ', others left out' : ''}${table === '' ? '.' : '. Quoted data up to the empty line:'}`,
    // No row is empty, so that none ends the data.
    table === '' ? '' : `${table}\n`,
    known.length > 0 ? `Units: ${known.join(', ')}` : '',
    page === null ? '' : `Next page: the same call with {"page": "${page}"}`,
    id === null ? '' : `Request: ${JSON.stringify(id)}`,
  );
}

function tableOf({ csv, rows }: OperationAnswer): string {
  return csv?.trimEnd() ?? (rows ?? []).map(row => JSON.stringify(row)).join('\n');
}
