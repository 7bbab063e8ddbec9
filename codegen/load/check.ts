/** What the spec must mean, beyond what its schema can say. */

import type { Market, RawChannel, RawMarket, RawSuite, Tool } from '../model.js';
import type { Problem } from '../problem.js';
import type { Loaded } from './file.js';
import { roleFaults } from './roles.js';
import { circlesIn, faultsIn } from './schemas.js';
import type { RawSchema } from './spec-types.js';
import { sessionFault } from './week.js';
import type { YamlPath } from './yaml.js';

/** Checks of one market that no schema can express. */
export function checkMarket({ source, value: raw }: Loaded<RawMarket>, suite: RawSuite): Problem[] {
  const problems: Problem[] = [];
  const report = (path: YamlPath, message: string): void => {
    problems.push({ at: source.at(path), message });
  };

  for (const [index, { feed }] of raw.feeds.entries()) {
    if (!suite.feeds.some(({ name }) => name === feed)) {
      report(
        ['feeds', index, 'feed'],
        `feed ${feed} is not in suite.yaml, which has ${suite.feeds.map(({ name }) => name).join(', ')}`,
      );
    }
  }
  for (const [index, session] of raw.hours.sessions.entries()) {
    const fault = sessionFault(session);
    if (fault) report(['hours', 'sessions', index, 'name'], `session ${session.name} ${fault}`);
  }
  if (!isTimeZone(raw.hours.time_zone)) report(['hours', 'time_zone'], `${raw.hours.time_zone} is no IANA time zone`);
  checkSymbols(raw, report);
  checkSlips(raw, report);
  checkPrefixes(raw, report);
  checkPages(raw, report);
  for (const [index, { prefixes }] of (raw.caps ?? []).entries()) {
    for (const prefix of prefixes) {
      if (!raw.channels.some(channel => channel.prefix === prefix)) {
        report(['caps', index, 'prefixes'], `cap names ${prefix}, which is no channel of ${raw.market}`);
      }
    }
  }
  for (const [index, channel] of raw.channels.entries()) checkFields(channel, ['channels', index], report);
  return problems;
}

type Report = (path: YamlPath, message: string) => void;

function checkSymbols({ symbol, simulation }: RawMarket, report: Report): void {
  const pattern = new RegExp(symbol.pattern, 'u');
  const spellings = symbol.spellings ?? [];
  const canonical = (text: string): string | undefined => {
    if (pattern.test(text)) return text;
    const spelling = spellings.find(({ pattern: other }) => new RegExp(other, 'u').test(text));
    return spelling && text.replace(new RegExp(spelling.pattern, 'u'), spelling.canonical);
  };
  for (const [index, example] of symbol.examples.entries()) {
    if (!pattern.test(example))
      report(['symbol', 'examples', index], `example ${example} does not match ${symbol.pattern}`);
  }
  for (const [index, reject] of symbol.rejects.entries()) {
    if (canonical(reject) !== undefined)
      report(['symbol', 'rejects', index], `${reject} should be rejected, but is accepted`);
  }
  checkExamples(symbol, 'spellings', canonical, 'mean', report);
  for (const instrument of Object.keys(simulation.instruments)) {
    if (!pattern.test(instrument)) {
      report(['simulation', 'instruments', instrument], `instrument ${instrument} does not match ${symbol.pattern}`);
    }
  }
}

function checkSlips({ symbol }: RawMarket, report: Report): void {
  const suggested = (text: string): string | undefined => {
    const slip = symbol.slips?.find(({ pattern: other }) => new RegExp(other, 'iu').test(text));
    return slip && text.replace(new RegExp(slip.pattern, 'iu'), slip.meant).toUpperCase();
  };
  checkExamples(symbol, 'slips', suggested, 'suggest', report);
}

/** @param read what is made of an example, which `verb` names */
function checkExamples(
  symbol: RawMarket['symbol'],
  list: 'spellings' | 'slips',
  read: (example: string) => string | undefined,
  verb: string,
  report: Report,
): void {
  for (const [index, { examples }] of (symbol[list] ?? []).entries()) {
    for (const [example, meant] of Object.entries(examples)) {
      const got = read(example);
      if (got === meant && new RegExp(symbol.pattern, 'u').test(meant)) continue;
      report(
        ['symbol', list, index, 'examples', example],
        `${example} should ${verb} ${meant}, but ${verb}s ${got ?? 'nothing'}`,
      );
    }
  }
}

function checkPrefixes(raw: RawMarket, report: Report): void {
  const names = [
    ...raw.channels.map(({ prefix }, index) => ({ prefix, path: ['channels', index, 'prefix'] })),
    ...raw.channels.flatMap(({ aliases = [] }, index) =>
      aliases.map(({ prefix }, number) => ({ prefix, path: ['channels', index, 'aliases', number, 'prefix'] })),
    ),
    ...(raw.legacy ?? []).map(({ prefix }, index) => ({ prefix, path: ['legacy', index, 'prefix'] })),
  ];
  const seen = new Set<string>();
  for (const { prefix, path } of names) {
    if (seen.has(prefix)) report(path, `prefix ${prefix} stands for two things in ${raw.market}`);
    seen.add(prefix);
  }
}

function checkPages({ channels }: RawMarket, report: Report): void {
  for (const [index, { page }] of channels.entries()) {
    const first = channels.findIndex(channel => channel.page === page);
    if (first < index)
      report(['channels', index, 'page'], `page ${page} is already that of ${channels[first]!.prefix}`);
  }
}

/** Names that a message has beside those of its fields. */
const taken = ['event', 'spread', 'full_data'];

function checkNames(channel: RawChannel, path: YamlPath, report: Report): void {
  for (const [index, { name, role }] of channel.fields.entries()) {
    const at = [...path, 'fields', index, 'name'];
    if (taken.includes(name)) report(at, `name ${name} is taken: every message has its own`);
    if (name === 'timestamp' && role !== 'time') report(at, 'only the time is answered as timestamp');
    const inner = channel.fields.find(other => other.name.startsWith(`${name}.`));
    if (inner) report(at, `name ${name} stands beside ${inner.name} in ${channel.prefix}`);
  }
}

function checkFields(channel: RawChannel, path: YamlPath, report: Report): void {
  for (const part of ['key', 'name'] as const) {
    const seen = new Set<string>();
    for (const [index, field] of channel.fields.entries()) {
      if (seen.has(field[part]))
        report([...path, 'fields', index, part], `${part} ${field[part]} stands twice in ${channel.prefix}`);
      seen.add(field[part]);
    }
  }
  checkNames(channel, path, report);
  for (const fault of roleFaults(channel)) report([...path, 'prefix'], fault);
  for (const [index, field] of channel.fields.entries()) {
    if (field.role === 'time' && !field.epoch)
      report([...path, 'fields', index, 'key'], `time ${field.key} lacks its epoch`);
    if (field.role === 'symbol' && field.name !== 'symbol')
      report([...path, 'fields', index, 'name'], 'the symbol is answered as symbol');
    if (field.flag && field.type !== 'integers')
      report([...path, 'fields', index, 'flag'], `${field.key} has a flag, but is no list of codes`);
    if (field.role === 'symbol' && field.optional)
      report([...path, 'fields', index, 'key'], 'a symbol cannot be missing');
  }
}

/** Every market has a place and a file of its own. */
export function checkOrder(markets: readonly Loaded<RawMarket>[]): Problem[] {
  return markets.flatMap(({ source, value }) => {
    const problems: Problem[] = [];
    const twin = markets.find(other => other.value !== value && other.value.order === value.order);
    if (twin)
      problems.push({ at: source.at(['order']), message: `order ${value.order} is also that of ${twin.value.market}` });
    const file = `spec/markets/${value.market}.yaml`;
    if (source.path !== file)
      problems.push({ at: source.at(['market']), message: `market ${value.market} belongs into ${file}` });
    return problems;
  });
}

/** Every tool has a name of its own, and no text an empty slot. */
export function checkTools(
  { source, value }: Loaded<RawSuite>,
  markets: readonly Market[],
  tools: readonly Tool[],
): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const tool of [...markets.flatMap(market => market.tools), ...tools]) {
    const listed = value.market_tools.indexOf(tool.raw);
    const path = listed >= 0 ? ['market_tools', listed, 'name'] : ['tools', value.tools.indexOf(tool.raw), 'name'];
    if (seen.has(tool.name)) problems.push({ at: source.at(path), message: `tool ${tool.name} would exist twice` });
    seen.add(tool.name);
    const texts = Object.values(tool.arguments.properties ?? {}).map(({ description = '' }) => description);
    for (const text of [tool.name, tool.title, tool.description, ...texts]) {
      const slot = /\{\w+\}/.exec(text);
      if (slot) problems.push({ at: source.at(path), message: `${slot[0]} in ${tool.name} stands for nothing` });
    }
  }
  return problems;
}

/** Pieces that are there and have an end, and what the host can read of what a tool takes. */
export function checkSchemas({ source, value }: Loaded<RawSuite>): Problem[] {
  const { definitions } = value;
  const roots: readonly (readonly [YamlPath, RawSchema])[] = [
    ...Object.entries(definitions).map(([name, schema]) => [['definitions', name], schema] as const),
    ...(['market_tools', 'tools'] as const).flatMap(list =>
      value[list].flatMap((tool, index) =>
        (['arguments', 'answer'] as const).map(part => [[list, index, part], tool[part]] as const),
      ),
    ),
  ];
  return [
    ...roots.flatMap(([path, schema]) =>
      faultsIn(schema, definitions).map(fault => ({ at: source.at([...path, ...fault.path]), message: fault.message })),
    ),
    ...limitFaults(definitions).map(([name, lacks]) => ({
      at: source.at(['definitions', name]),
      message: `the definition ${name} lacks ${lacks}, which answers are measured by`,
    })),
    ...circlesIn(definitions).map(name => ({
      at: source.at(['definitions', name]),
      message: `the definition ${name} leads back to itself`,
    })),
  ];
}

function limitFaults({ listed, max_bytes: bytes }: RawSuite['definitions']): [string, string][] {
  return [
    ...(listed?.maxItems === undefined ? [['listed', 'maxItems'] as [string, string]] : []),
    ...(bytes?.maximum === undefined ? [['max_bytes', 'maximum'] as [string, string]] : []),
    ...(typeof bytes?.default === 'number' ? [] : [['max_bytes', 'a number as default'] as [string, string]]),
  ];
}

/** Slots of a prompt's text, and an argument of which one must be there to fill them. */
const promptSlots: Readonly<Record<string, readonly string[]>> = {
  market: ['market'],
  title: ['market'],
  symbols: ['symbol', 'symbols'],
  symbol_list: ['symbol', 'symbols'],
  other_data: ['market'],
  other_feeds: ['market'],
  channels: ['symbol', 'symbols'],
};

/** Every prompt has a name of its own, calls tools that exist, and no slot that nothing fills. */
export function checkPrompts({ source, value }: Loaded<RawSuite>): Problem[] {
  const problems: Problem[] = [];
  const tools = new Set([...value.market_tools, ...value.tools].map(({ name }) => name));
  const seen = new Set<string>();
  for (const [index, { name, text, arguments: given }] of (value.prompts ?? []).entries()) {
    const report = (key: string, message: string): void => {
      problems.push({ at: source.at(['prompts', index, key]), message });
    };
    if (seen.has(name)) report('name', `prompt ${name} exists twice`);
    seen.add(name);
    for (const [slot, word = ''] of text.matchAll(/\{(\w+)\}/g)) {
      const fillers = promptSlots[word] ?? [];
      if (!fillers.some(argument => argument in given)) report('text', `${slot} in ${name} stands for nothing`);
    }
    for (const [, tool = ''] of text.matchAll(/Call (\S+) with/g)) {
      if (!tools.has(tool)) report('text', `${name} calls ${tool}, which is no tool`);
    }
  }
  return problems;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
