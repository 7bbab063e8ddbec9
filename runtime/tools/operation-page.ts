/** The page of a request of the REST API: every argument with its operators, columns, and an example. */
import type { Operation, OperationColumn, OperationParameter, RestOffer } from '../contract/operation.js';
import { propertiesOf } from '../core/argument-forms.js';
import { asSentence } from '../core/quoting.js';
import { spellJson } from '../symbols/example.js';

export function describeOperationPage(operation: Operation, offer: RestOffer): string {
  const { name, title, description, path, parameters, derived = [], columns, rows, isPaged, isTool } = operation;
  const notes = [...operation.notes, ...derived.map(({ wire, from }) => `${wire} follows from ${from}`)];
  const reached = isTool ? '' : ' It has no tool of its own: call_rest_tool calls it by this name.';
  return [
    `# Arguments of ${name}`,
    '',
    `${title}. ${description}${reached} It asks \`GET ${path}\` and answers ${rows.shape === 'list' ? 'a row for each item' : 'one row'}.`,
    '',
    `- For example: ${spellJson(operation.example ?? {})}`,
    ...notes.map(note => `- ${asSentence(note)}`),
    '',
    ...parameters.map(describeParameter),
    ...(isPaged ? ['- `page`: next_page of an answer; the call goes on there, and needs nothing else'] : []),
    ...describeCommon(offer),
    '- `params`: any of these but api_key once more, as an object or as JSON in a text',
    '',
    'An operator is written behind the name with `_`: `timestamp_gte` is from then on, `ticker_any_of` one of several, as a list or with commas.',
    '',
    ...(columns.length > 0 ? ['# Columns', '', ...columns.map(describeColumn), ''] : []),
  ].join('\n');
}

/** What every request takes. */
function describeCommon({ inputSchema }: RestOffer): string[] {
  return Object.entries(propertiesOf(inputSchema)).map(([name, { description = '', enum: words }]) => {
    const meaning = [description, ...(words ? [`one of ${words.join(', ')}`] : [])];
    return `- \`${name}\`: ${meaning.join('; ')}`;
  });
}

function describeParameter(parameter: OperationParameter): string {
  const { argument, aliases, wire, type, isList, isRequired, values, least, most, usual, operators, about } = parameter;
  const said = [
    `${type}${isList ? 's, with commas or as a list' : ''}${isRequired ? ', required' : ''}`,
    about,
    ...(values ? [`one of ${values.join(', ')}`] : []),
    ...(least === undefined ? [] : [`at least ${least}`]),
    ...(most === undefined ? [] : [`at most ${most}`]),
    ...(usual === undefined ? [] : [`default ${usual}`]),
    ...(operators.length > 0 ? [`also with ${operators.map(operator => `_${operator}`).join(', ')}`] : []),
    ...(aliases.length > 0 ? [`or ${aliases.join(', ')}`] : []),
    ...(wire === null && parameter.note !== undefined ? [parameter.note] : []),
  ];
  return `- \`${argument}\`: ${said.join('; ')}`;
}

function describeColumn({ name, type, unit, about }: OperationColumn): string {
  return `- \`${name}\`: ${[about, type, unit].filter(part => part !== undefined).join('; ')}`;
}
