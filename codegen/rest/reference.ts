/** `generated/REST.md`: the reference of the operations for people. */
import { header } from '../emit/file.js';
import { meaningOf } from '../emit/schema.js';
import type { Schema } from '../load/schemas.js';
import { describeParameter } from './host-schema.js';
import type { RestColumn, RestGroup, RestModel, RestOperation, RestParameter } from './model.js';

/** What all requests take and answer. */
interface OfRequests {
  readonly arguments: Schema;
  readonly answer: Schema;
}

export function emitRestReference({ groups, toolsets }: RestModel, ofRequests: OfRequests): string {
  const [origin, note] = header('spec/rest/');
  const tools = groups.flatMap(({ operations }) => operations.filter(({ isTool }) => isTool));
  const lines = [
    ...[`<!-- ${origin} -->`, `<!-- ${note} -->`, '', '# Requests of the REST API', ''],
    'A filter compares by an operator behind its name: `timestamp_gte` is from then on, `ticker_any_of` one of several, with commas between them.',
    '',
    ...groups.map(({ raw }) => `- [${raw.title}](#${raw.title.toLowerCase()})`),
    ...['- [Every request](#every-request)', '- [Toolsets](#toolsets)', ''],
    ...groups.flatMap(emitGroup),
    ...emitCommon(ofRequests),
    ...['## Toolsets', '', '| Toolset | About | Served by default | Tools |', '|---|---|---|---|'],
    ...toolsets.map(({ name, about, default: standard }) => {
      const members = tools.filter(({ toolset }) => toolset === name).map(({ raw }) => `\`${raw.name}\``);
      return `| \`${name}\` | ${about} | ${standard ? 'yes' : ''} | ${members.join(' ')} |`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function emitCommon({ arguments: taken, answer }: OfRequests): string[] {
  const rows = ({ properties = {} }: Schema): string[] =>
    Object.entries(properties).map(([name, schema]) => `| \`${name}\` | ${schema.type} | ${meaningOf(schema)} |`);
  return [
    ...['## Every request', '', 'Each takes these, too:', '', '| Argument | Type | Meaning |', '|---|---|---|'],
    ...rows(taken),
    '| `page` | string | next_page of an answer, where there are pages; nothing else is needed then |',
    '| `params` | object | Any of these but api_key once more, and arguments of the request; also as JSON in a text |',
    ...['', 'Each answers:', '', '| Key | Type | Meaning |', '|---|---|---|'],
    ...[...rows(answer), ''],
  ];
}

function emitGroup({ raw, operations }: RestGroup): string[] {
  return [`## ${raw.title}`, '', ...operations.flatMap(emitOperation)];
}

function emitOperation({ raw, isTool, parameters, rows, columns, isPaged, notes, derived }: RestOperation): string[] {
  const place = rows.path.length === 0 ? 'the whole answer' : `\`${rows.path.join('.')}\``;
  const follows = derived.map(({ wire, from, values }) => {
    const each = Object.entries(values).map(([value, written]) => `\`${written}\` for \`${value}\``);
    return `\`${wire}\` follows from \`${from}\`: ${each.join(', ')}.`;
  });
  return [
    ...[`### \`${raw.name}\``, '', `${raw.title}. ${raw.about}`, ''],
    `\`GET ${raw.path}\`${isTool ? '' : ', by `call_rest_tool` only'}. ${
      rows.shape === 'list' ? 'A row for each item of' : 'One row:'
    } ${place}${isPaged ? ', page by page' : ''}.`,
    '',
    ...[...notes, ...follows].map(note => `- ${note}`),
    ...(notes.length + follows.length > 0 ? [''] : []),
    ...emitParameters(parameters),
    ...(columns.length > 0 ? [`Columns: ${columns.map(emitColumn).join(', ')}.`, ''] : []),
    ...['For example:', '', '```json', JSON.stringify(raw.example), '```', ''],
  ];
}

function emitParameters(parameters: readonly RestParameter[]): string[] {
  if (parameters.length === 0) return [];
  return [
    ...['| Argument | Type | Required | Meaning |', '|---|---|---|---|'],
    ...parameters.map(parameter => {
      const { argument, aliases, type, isList, isRequired, values, least, most, wire, note } = parameter;
      const words = aliases.length === 0 ? '' : ` (or ${aliases.map(alias => `\`${alias}\``).join(', ')})`;
      const range = [least === undefined ? '' : `at least ${least}`, most === undefined ? '' : `at most ${most}`];
      const meaning = [
        wire === null ? 'not sent' : describeParameter(parameter),
        values && `one of ${values.join(', ')}`,
        ...range,
        note,
      ];
      const kind = `${type}${isList ? 's' : ''}`;
      return `| \`${argument}\`${words} | ${kind} | ${isRequired ? 'yes' : ''} | ${meaning.filter(Boolean).join('; ')} |`;
    }),
    '',
  ];
}

function emitColumn({ name, type, unit, about }: RestColumn): string {
  const kind = [type, unit].filter(Boolean).join(', ');
  return `\`${name}\` (${[about, kind].filter(Boolean).join('; ')})`;
}
