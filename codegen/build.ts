/** Turns the spec as written into the model: errata applied, citations resolved, templates filled, meaning checked. */
import { Errata } from './errata.js';
import type { Loaded, Spec } from './load.js';
import {
  type Channel,
  type Citation,
  type Field,
  formatSee,
  type Market,
  type Model,
  type RawChannel,
  type RawMarket,
  type RawSuite,
  type RawTool,
  type Sample,
  type See,
  type Tool,
} from './model.js';
import type { Pages } from './pages.js';
import type { Problem } from './problem.js';
import type { Source, YamlPath } from './source.js';
import { sessionFault, spreadSession } from './week.js';

/** A citation before it has a place: what it proves, and by which words. */
type Claim = Pick<Citation, 'what' | 'kind' | 'mentions'>;

/** Collects citations of one file. */
class Citing {
  constructor(
    private readonly source: Source,
    private readonly folder: string,
    private readonly citations: Citation[],
  ) {}

  /** Resolves `see` (relative to `page`, to the folder, or to the spec) and returns its full form. */
  cite(see: See, path: YamlPath, claim: Claim, page?: string): string {
    const [, prefix = '', from = '', to] = /^(?:(.*\.md):)?(\d+)(?:-(\d+))?$/.exec(String(see)) ?? [];
    const name = prefix || page || '';
    const file = name.startsWith('polygon-docs/') ? name : `${this.folder}/${name}`;
    const citation = { ...claim, file, from: Number(from), to: Number(to ?? from), at: this.source.at(path) };
    this.citations.push(citation);
    return formatSee(citation);
  }
}

/** @returns the model; with problems it is not fit to emit */
export function buildModel(spec: Spec, pages: Pages): { model: Model; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const citations: Citation[] = [];
  const errata = new Errata(spec.errata);
  const suite = spec.suite.value;
  const shared = new Citing(spec.suite.source, suite.pages, citations);

  citeSuite(suite, shared);
  citeErrata(spec.errata, new Citing(spec.errata.source, suite.pages, citations));
  const markets = spec.markets.map(loaded => {
    problems.push(...checkMarket(loaded, suite));
    return buildMarket(loaded, { suite: spec.suite, shared, errata, pages, citations });
  });
  const tools = suite.tools.map((raw, index) => buildTool(raw, ['tools', index], {}, shared));
  problems.push(...checkOrder(spec.markets), ...checkTools(spec.suite, markets, tools), ...errata.problems());
  return { model: { suite, tools, markets, citations }, problems };
}

interface Surroundings {
  readonly suite: Loaded<RawSuite>;
  readonly shared: Citing;
  readonly errata: Errata;
  readonly pages: Pages;
  readonly citations: Citation[];
}

function buildMarket({ source, value: raw }: Loaded<RawMarket>, around: Surroundings): Market {
  const citing = new Citing(source, raw.pages, around.citations);
  const fact = (what: string, ...mentions: string[]): Claim => ({
    what: `${raw.market}.${what}`,
    kind: 'fact',
    mentions,
  });

  for (const [index, { path, see }] of raw.paths.entries()) {
    citing.cite(see, ['paths', index, 'see'], fact(`paths ${path}`, path));
  }
  for (const [index, { feed, delay_minutes: delay, see }] of raw.feeds.entries()) {
    citing.cite(see, ['feeds', index, 'see'], fact(`feeds ${feed}`, delay > 0 ? `${delay}` : `${raw.paths[0]?.path}`));
  }
  for (const [index, { name, from, to, see }] of raw.hours.sessions.entries()) {
    const times = [from, to].map(time => time.split(' ').at(-1)!);
    citing.cite(see, ['hours', 'sessions', index, 'see'], fact(`hours ${name}`, ...times));
  }
  citing.cite(raw.symbol.see, ['symbol', 'see'], fact('symbol', raw.symbol.examples[0]!));
  for (const [index, { examples, see }] of (raw.symbol.spellings ?? []).entries()) {
    const [example = ''] = Object.keys(examples);
    citing.cite(see, ['symbol', 'spellings', index, 'see'], fact(`symbol spelled ${example}`, example));
  }
  for (const [index, { spelled, see }] of (raw.symbol.stars ?? []).entries()) {
    citing.cite(see, ['symbol', 'stars', index, 'see'], fact(`wildcard spelled ${spelled}`, spelled));
  }
  for (const [index, { prefixes, max_held: max, see }] of (raw.caps ?? []).entries()) {
    citing.cite(see, ['caps', index, 'see'], fact(`cap of ${prefixes.join(' and ')}`, max.toLocaleString('en-US')));
  }
  for (const [index, { prefix, see }] of (raw.legacy ?? []).entries()) {
    citing.cite(see, ['legacy', index, 'see'], fact(`legacy ${prefix}`, `\`${prefix}\``));
  }

  const channels = raw.channels.map((channel, index) => buildChannel(raw.market, channel, index, citing, around));
  const slots = templateSlots(raw);
  const see = `${raw.pages}/overview.md`;
  const tools = around.suite.value.market_tools.map((tool, index) => {
    const built = buildTool(tool, ['market_tools', index], slots, around.shared);
    if (!tool.cites_channels) return built;
    const cited = channels.map(channel => ({ what: `${channel.raw.prefix} ${channel.raw.title}`, see: channel.see }));
    return { ...built, citations: [...built.citations, ...cited] };
  });
  return { raw, path: source.path, see, channels, sessions: raw.hours.sessions.flatMap(spreadSession), tools };
}

function buildChannel(market: string, raw: RawChannel, index: number, citing: Citing, around: Surroundings): Channel {
  const path = (...rest: YamlPath): YamlPath => ['channels', index, ...rest];
  const what = `${market}.${raw.prefix}`;
  const cite = (see: See, at: YamlPath, claim: Claim): string => citing.cite(see, at, claim, raw.page);

  const see = cite(raw.see, path('see'), { what, kind: 'channel', mentions: [`\`${raw.prefix}\``, raw.title] });
  const star = raw.wildcard.supported ? [`${raw.prefix}.*`] : ['ildcard'];
  cite(raw.wildcard.see, path('wildcard', 'see'), { what: `${what} wildcard`, kind: 'fact', mentions: star });
  for (const [number, { prefix, see: line }] of (raw.aliases ?? []).entries()) {
    const mentions = [`\`${prefix}\``];
    cite(line, path('aliases', number, 'see'), { what: `${what} alias ${prefix}`, kind: 'fact', mentions });
  }
  const plans = raw.plans.text.match(/Basic|Starter|Developer|Advanced|Business|Currencies/g) ?? [];
  cite(raw.plans.see, path('plans', 'see'), { what: `${what} plans`, kind: 'fact', mentions: [...new Set(plans)] });

  const samples = raw.samples.map((line, number): Sample => {
    const claim: Claim = { what: `${what} sample ${number + 1}`, kind: 'sample', mentions: [raw.prefix] };
    const sample = cite(line, path('samples', number), claim);
    return { see: sample, json: textAt(sample, around.pages) };
  });
  const fields = raw.fields.map((field, number): Field => {
    const claim: Claim = { what: `${what}.${field.key}`, kind: 'field', mentions: [`\`${field.key}\``] };
    const line = cite(field.see, path('fields', number, 'see'), claim);
    const { see: _, ...corrected } = around.errata.correct(`${what}.${field.key}`, field);
    return { ...corrected, optional: corrected.optional ?? false, see: line };
  });
  return { raw, see, fields, samples };
}

function textAt(see: string, pages: Pages): string {
  const [, file = '', from, to] = /^(.*):(\d+)(?:-(\d+))?$/.exec(see) ?? [];
  const lines = pages.get(file) ?? [];
  return lines.slice(Number(from) - 1, Number(to ?? from)).join('\n');
}

function buildTool(raw: RawTool, path: YamlPath, slots: Readonly<Record<string, string>>, citing: Citing): Tool {
  const name = fill(raw.name, slots);
  const citations = raw.see.map(({ what, see }, index) => ({
    what,
    see: citing.cite(see, [...path, 'see', index, 'see'], { what: `tool ${raw.name}`, kind: 'fact', mentions: [what] }),
  }));
  const described = Object.entries(raw.arguments).map(([key, argument]) => [
    key,
    { ...argument, description: fill(argument.description, slots) },
  ]);
  return {
    raw,
    name,
    title: fill(raw.title, slots),
    description: fill(raw.description, slots),
    arguments: Object.fromEntries(described),
    citations,
  };
}

/** Kinds of events in short, for the descriptions of tools. */
const kinds: Readonly<Record<string, string>> = {
  TRADE: 'trades',
  QUOTE: 'quotes',
  AGGREGATE_MINUTE: 'minute bars',
  AGGREGATE_SECOND: 'second bars',
  INDEX_VALUE: 'values',
  LULD: 'price bands and halts',
  FAIR_MARKET_VALUE: 'fair values',
  IMBALANCE: 'auction imbalances',
};

/** What `{slot}` in the texts of `suite.yaml` stands for. */
function templateSlots(raw: RawMarket): Record<string, string> {
  // Unlike the documented examples, these have not expired and play on the simulated feed.
  const [symbol] = Object.keys(raw.simulation.instruments);
  const [channel] = raw.channels;
  return {
    market: raw.market,
    title: raw.title,
    prefixes: raw.channels.map(({ prefix, event }) => `${prefix} ${kinds[event]}`).join(', '),
    example: `${channel!.prefix}.${symbol}`,
  };
}

function fill(text: string, slots: Readonly<Record<string, string>>): string {
  return text.trim().replace(/\{(\w+)\}/g, (slot, name: string) => slots[name] ?? slot);
}

function citeSuite(suite: RawSuite, citing: Citing): void {
  for (const [index, { name, hosts, see }] of suite.feeds.entries()) {
    const mentions = [`\`${name}\``, ...hosts];
    citing.cite(see, ['feeds', index, 'see'], { what: `feed ${name}`, kind: 'fact', mentions });
  }
  for (const [index, { status, message, see }] of suite.statuses.entries()) {
    const mentions = [`\`${status}\``, message];
    citing.cite(see, ['statuses', index, 'see'], { what: `status ${status} "${message}"`, kind: 'fact', mentions });
  }
}

function citeErrata({ value }: Loaded<readonly { readonly at: string; readonly see: See }[]>, citing: Citing): void {
  for (const [index, { at, see }] of value.entries()) {
    citing.cite(see, [index, 'see'], {
      what: `erratum ${at}`,
      kind: 'fact',
      mentions: [`\`${at.split('.').at(-1)}\``],
    });
  }
}

/** Checks of one market that no schema can express. */
function checkMarket({ source, value: raw }: Loaded<RawMarket>, suite: RawSuite): Problem[] {
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
  for (const [index, { examples }] of spellings.entries()) {
    for (const [spelled, meant] of Object.entries(examples)) {
      const got = canonical(spelled);
      if (got !== meant || !pattern.test(meant)) {
        report(
          ['symbol', 'spellings', index, 'examples', spelled],
          `${spelled} should mean ${meant}, but means ${got ?? 'nothing'}`,
        );
      }
    }
  }
  for (const instrument of Object.keys(simulation.instruments)) {
    if (!pattern.test(instrument)) {
      report(['simulation', 'instruments', instrument], `instrument ${instrument} does not match ${symbol.pattern}`);
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
  for (const role of ['symbol', 'time'] as const) {
    const count = channel.fields.filter(field => field.role === role).length;
    if (count !== 1)
      report([...path, 'prefix'], `channel ${channel.prefix} has ${count} fields with the role ${role} instead of one`);
  }
  for (const [index, field] of channel.fields.entries()) {
    if (field.role === 'time' && !field.epoch)
      report([...path, 'fields', index, 'key'], `time ${field.key} lacks its epoch`);
    if (field.role === 'symbol' && field.name !== 'symbol')
      report([...path, 'fields', index, 'name'], 'the symbol is answered as symbol');
    if (field.role === 'symbol' && field.optional)
      report([...path, 'fields', index, 'key'], 'a symbol cannot be missing');
  }
}

function checkOrder(markets: readonly Loaded<RawMarket>[]): Problem[] {
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

function checkTools(
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
    const texts = Object.values(tool.arguments).map(({ description }) => description);
    for (const text of [tool.name, tool.title, tool.description, ...texts]) {
      const slot = /\{\w+\}/.exec(text);
      if (slot) problems.push({ at: source.at(path), message: `${slot[0]} in ${tool.name} stands for nothing` });
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
