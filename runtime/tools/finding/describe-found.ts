/** Describes what was found for a question: all of it, since some hosts show the text alone. */
import type { FindRestAnswer, FoundArgument, FoundRequest } from '../../../generated/types.js';
import { count } from '../../core/count.js';
import { lines } from '../text-parts.js';

export function describeFound({ found }: FindRestAnswer): string {
  if (found.length === 0) return 'No request was found.';
  const head = found.length === 1 ? 'This request may answer it:' : 'These may answer it, the best first:';
  return lines(head, ...found.map((one, index) => describeOne(one, index + 1)));
}

function describeOne(request: FoundRequest, number: number): string {
  const { name, title, about, path, call, asked, arguments: taken, more_arguments: more, notes = [] } = request;
  const from = asked.length > 0 ? `${asked.join(', ')} from the question` : 'an example';
  return lines(
    `${number}. ${name}: ${title}. ${about} (${path})`,
    `   Call ${call.tool} with ${JSON.stringify(call.arguments)} (${from})`,
    taken.length > 0 ? `   Takes ${taken.map(describeArgument).join('; ')}` : '   Takes no arguments',
    more ? `   and ${count(more, 'more argument')}` : '',
    ...notes.map(note => `   Note: ${note}`),
  );
}

function describeArgument({ name, type, required, values, operators, about }: FoundArgument): string {
  const what = [required ? `${type}, required` : type, values?.join('|'), about, operators && `also ${operators}`];
  return `${name} (${what.filter(Boolean).join('; ')})`;
}
