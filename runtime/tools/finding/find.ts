/** Which request answers a question, with the call to make. */
import type { FindRestAnswer, FindRestArguments, FoundArgument, FoundRequest } from '../../../generated/types.js';
import type { OperationParameter } from '../../contract/operation.js';
import type { Found } from '../../rest/find/finder.js';
import type { Question } from '../../rest/find/question.js';
import type { HubView } from '../../stream/view.js';
import { exampleChannel, spellJson } from '../../symbols/example.js';
import { loadOperations, todayIn } from './load.js';

/** Longer ones say nothing more; their beginning is read. */
const longestQuery = 500;
/** Bytes of arguments of the first that is found, and of each of the others. */
const argumentBytes = { first: 2_000, others: 1_000 } as const;
const mostValues = 30;
const notesShown = 2;

export async function findRest(hub: HubView, { query, market, limit }: FindRestArguments) {
  const { finder } = await loadOperations(hub);
  const fresh = <T>(example: T): T => hub.examples.data(example);
  const text = query.slice(0, longestQuery);
  const { found, question } = finder.find(text, { market, limit, today: todayIn(hub), fresh });
  return {
    found: found.map((one, index) => show(hub, one, argumentBytes[index === 0 ? 'first' : 'others'])),
    notes: [
      ...(query.length > longestQuery ? [`Only the first ${longestQuery} characters of query are read.`] : []),
      ...(found.length === 0 ? [nothingFound] : []),
      ...streamFor(hub, text, question),
    ],
  } satisfies FindRestAnswer;
}

const nothingFound =
  'No request fits these words. Name what is wanted (bars, last trade, dividends, option chain, yields), or leave market out.';

function show(hub: HubView, { operation, call }: Found, bytes: number): FoundRequest {
  const { name, title, description, path, notes, parameters } = operation;
  const served = isServed(hub, name);
  const { shown, omitted } = showArguments(parameters, Object.keys(call.arguments), bytes);
  return {
    name,
    title,
    about: hub.examples.text(description),
    path,
    served,
    call: served
      ? { tool: name, arguments: call.arguments }
      : { tool: 'call_rest_tool', arguments: callByName(name, call.arguments) },
    asked: [...call.asked],
    arguments: shown.map(argument => ({ ...argument, about: hub.examples.text(argument.about) })),
    ...(omitted > 0 ? { more_arguments: omitted } : {}),
    ...(notes.length > 0 ? { notes: notes.slice(0, notesShown) } : {}),
  };
}

/** Free arguments travel as JSON text: not every host lets a model write what no schema lists. */
function callByName(name: string, args: object): Readonly<Record<string, string>> {
  return { name_or_path: name, ...(Object.keys(args).length > 0 ? { arguments: JSON.stringify(args) } : {}) };
}

function isServed({ suite }: HubView, name: string): boolean {
  return suite.rest?.tools.some(tool => tool.name === name) ?? false;
}

/** Those that are needed or stand in the call come first. */
function showArguments(
  parameters: readonly OperationParameter[],
  called: readonly string[],
  bytes: number,
): { shown: FoundArgument[]; omitted: number } {
  const isFirst = ({ argument, isRequired }: OperationParameter): boolean =>
    isRequired || called.some(name => name === argument || name.startsWith(`${argument}_`));
  const taken = parameters.filter(({ wire }) => wire !== null);
  const ordered = [...taken.filter(isFirst), ...taken.filter(one => !isFirst(one))];
  let left = bytes;
  const shown = ordered.map(showArgument).filter((argument, index) => {
    left -= Buffer.byteLength(JSON.stringify(argument));
    return left >= 0 || isFirst(ordered[index]!);
  });
  return { shown, omitted: ordered.length - shown.length };
}

function showArgument({ argument, type, isList, isRequired, values, operators, about }: OperationParameter) {
  return {
    name: argument,
    type: isList ? `list of ${type}` : type,
    ...(isRequired ? { required: true } : {}),
    ...(values ? { values: values.slice(0, mostValues) } : {}),
    ...(operators.length > 0 ? { operators: operators.map(operator => `_${operator}`).join(' ') } : {}),
    about,
  };
}

const asTheyCome = /\b(?:live|stream\w*|real[- ]?time|watch|follow|alert\w*|as (?:it|they) (?:happens?|comes?))\b/i;

/** A request answers once; who wants data as they come is told of the stream. */
function streamFor({ markets }: HubView, text: string, { symbols, markets: asked }: Question): string[] {
  if (!asTheyCome.test(text)) return [];
  const [group = 'stocks'] = [...symbols.map(symbol => symbol.group), ...asked];
  const market = markets.find(({ name }) => name === group);
  const start = market?.tools.find(({ verb }) => verb === 'start');
  if (!market || !start) return [];
  const own = symbols.find(symbol => symbol.group === group && !/^[XC]:/.test(symbol.symbol));
  const isSpelledSo = own !== undefined && group !== 'crypto' && group !== 'forex';
  const channel = isSpelledSo ? `${market.channels[0]!.prefix}.${own.symbol}` : exampleChannel(market);
  const such = isSpelledSo ? '' : ' (or another channel)';
  return [
    `A request answers once. For data as they come call ${start.name} with ${spellJson({ channels: [channel] })}${such}.`,
  ];
}
