import type { Schema } from '../load/schemas.js';
import type { Channel, Field, Market, Model, RawMarket, Tool } from '../model.js';
import { aboutFeed, wholeInstructions } from './feeds.js';
import { header } from './file.js';
import { meaningOf } from './schema.js';

/** `generated/TOOLS.md`: the reference for people. */
export function emitReference(model: Model): string {
  const [origin, note] = header('spec/');
  const markets = model.markets.flatMap(emitMarketSection);
  const lines = [
    `<!-- ${origin} -->`,
    `<!-- ${note} -->`,
    '',
    '# Tools',
    '',
    wholeInstructions(model.suite.instructions, model.markets),
    '',
    '## Contents',
    '',
    ...model.markets.map(({ raw }) => `- [${raw.title}](#${anchor(raw.title)})`),
    '- [Across markets](#across-markets)',
    '- [Answers](#answers)',
    '- [Toolsets](#toolsets)',
    '- [Feeds](#feeds)',
    '',
    ...markets,
    '## Across markets',
    '',
    ...model.tools.flatMap(emitToolSection),
    ...emitAnswerSections(model),
    '## Toolsets',
    '',
    'Tools that are served or left out together: `--toolsets`, `MCP_POLYGON_TOOLSETS`, or over HTTP the header `Mcp-Polygon-Toolsets`.',
    '',
    '| Toolset | About | Served by default | Tools |',
    '|---|---|---|---|',
    ...model.toolsets.map(({ name, about, standard }) => {
      const members = toolsOf(model).filter(({ toolset }) => toolset === name);
      return `| \`${name}\` | ${about} | ${standard ? 'yes' : ''} | ${members.map(tool => `\`${tool.name}\``).join(' ')} |`;
    }),
    '',
    '## Feeds',
    '',
    '| Feed | Hosts, in the order in which they are tried | About |',
    '|---|---|---|',
    ...model.suite.feeds.map(
      feed => `| \`${feed.name}\` | ${feed.hosts.join(', ')} | ${aboutFeed(feed, model.markets)} |`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function toolsOf({ markets, tools }: Model): Tool[] {
  return [...markets.flatMap(market => market.tools), ...tools];
}

function spellSessions(sessions: RawMarket['hours']['sessions']): string {
  return sessions
    .map(({ name, days, from, next_day: over, to }) => {
      return `${name} ${days ? `${days} ` : ''}${from} to ${to}${over ? ' of the day after' : ''}`;
    })
    .join('; ');
}

function emitMarketSection(market: Market): string[] {
  const { raw } = market;
  const feeds = raw.feeds.map(
    ({ feed, delay_minutes: delay }) => `\`${feed}\`${delay > 0 ? ` (${delay} minutes late)` : ''}`,
  );
  return [
    `## ${raw.title}`,
    '',
    `- Symbols: ${raw.symbol.description}; ${raw.symbol.examples.map(example => `\`${example}\``).join(', ')}`,
    ...(raw.symbol.spellings ?? []).flatMap(({ examples }) =>
      Object.entries(examples).map(([spelled, meant]) => `- \`${spelled}\` is accepted for \`${meant}\``),
    ),
    `- Feeds: ${feeds.join(', ')}`,
    `- Hours: ${spellSessions(raw.hours.sessions)} (${raw.hours.time_zone})`,
    ...(raw.hours.groups ?? []).map(
      ({ title, products, sessions }) => `- ${title} (${products.join(', ')}): ${spellSessions(sessions)}`,
    ),
    ...[raw.hours, ...(raw.hours.groups ?? [])]
      .flatMap(({ unconfirmed = [] }) => unconfirmed)
      .map(({ about, confidence }) => `- ${about} Confidence ${confidence}.`),
    ...(raw.caps ?? []).map(
      ({ prefixes, max_held: max, unit }) =>
        `- At most ${max.toLocaleString('en-US')} ${unit} over ${prefixes.join(' and ')} together`,
    ),
    ...(raw.legacy ?? []).map(({ prefix, title, instead }) => `- \`${prefix}\` (${title}) is not offered: ${instead}`),
    '',
    ...market.channels.flatMap(channel => emitChannelSection(raw.market, channel)),
    ...market.tools.flatMap(emitToolSection),
  ];
}

function emitChannelSection(market: string, { raw, see, fields }: Channel): string[] {
  const aliases = (raw.aliases ?? []).map(({ prefix }) => `; \`${prefix}\` is accepted for it`).join('');
  const wildcard = raw.wildcard.supported ? `\`${raw.prefix}.*\`` : `none: ${raw.wildcard.why}`;
  return [
    `### ${market}: ${raw.title}, \`${raw.prefix}\``,
    '',
    `Answered as ${raw.event}. Wildcard: ${wildcard}${aliases}. Plans: ${raw.plans.text}. Documented in ${link(see)}.`,
    '',
    '| Key | Answered as | Type | Unit | Can be missing | Documented in |',
    '|---|---|---|---|---|---|',
    ...fields.map(emitFieldRow),
    '',
  ];
}

function emitFieldRow({ key, name, type, unit, note, epoch, optional, role, flag, see }: Field): string {
  const beside = role === 'time' && name !== 'timestamp' ? 'timestamp' : flag?.name;
  const names = beside ? `\`${name}\` and \`${beside}\`` : `\`${name}\``;
  const measure = epoch
    ? `epoch ${epoch === 'magnitude' ? 'ms, us or ns' : epoch}`
    : [unit, note].filter(Boolean).join(': ');
  return `| \`${key}\` | ${names} | ${type} | ${measure} | ${optional ? 'yes' : ''} | ${link(see)} |`;
}

function emitToolSection(tool: Tool): string[] {
  const { verb } = tool.raw;
  return [
    `### \`${tool.name}\``,
    '',
    tool.description,
    '',
    ...emitTable('Argument', tool.arguments),
    `It answers [what \`${verb}\` answers](#answer-of-${verb}).`,
    '',
  ];
}

/** Every key of an answer; tools with the same answer share a section. */
function emitAnswerSections({ markets, tools, failure }: Model): string[] {
  const verbs = [...(markets[0]?.tools ?? []), ...tools];
  return [
    '## Answers',
    '',
    'What is optional is missing where it does not apply. "or null" is what is not known.',
    '',
    ...verbs.flatMap(({ raw, answer, several }) => [
      `### Answer of ${raw.verb}`,
      '',
      ...emitTable('Key', answer),
      ...(several ? [`### Answer of ${raw.verb}, several markets`, '', ...emitTable('Key', several)] : []),
    ]),
    '### Answer of a call that fails',
    '',
    ...emitTable('Key', failure),
  ];
}

function emitTable(title: string, schema: Schema): string[] {
  const rows = emitRows(schema, '');
  if (rows.length === 0) return [];
  return [`| ${title} | Type | Required | Meaning |`, '|---|---|---|---|', ...rows, ''];
}

/** Writes the key of a nested part after a dot, and that of a list item after brackets. */
function emitRows({ properties = {}, required = [] }: Schema, before: string): string[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const name = `${before}${key}`;
    const isList = schema.items?.properties !== undefined;
    return [
      `| \`${name}\` | ${typeName(schema)} | ${required.includes(key) ? 'yes' : ''} | ${meaningOf(schema)} |`,
      ...(isList ? emitRows(schema.items!, `${name}[].`) : emitRows(schema, `${name}.`)),
    ];
  });
}

function typeName(schema: Schema): string {
  return `${bareTypeName(schema)}${schema.wide ? ', or its digits as text' : ''}${schema.nullable ? ' or null' : ''}`;
}

function bareTypeName({ type, enum: words, minimum, maximum, minItems, maxItems, items }: Schema): string {
  if (words) return words.map(word => `\`${word}\``).join(' or ');
  if (type === 'array') return `list of ${items?.type ?? 'value'}s${range(minItems, maxItems)}`;
  return `${type}${range(minimum, maximum)}`;
}

function range(least: number | undefined, most: number | undefined): string {
  if (most === undefined) return '';
  return least === undefined ? ` (at most ${most})` : ` (${least} to ${most})`;
}

function link(see: string): string {
  const [, file = '', from = '', to] = /^(.*):(\d+)(?:-(\d+))?$/.exec(see) ?? [];
  const short = see.replace(/^polygon-docs\/websockets\//, '');
  return `[${short}](../spec/${file}?plain=1#L${from}${to ? `-L${to}` : ''})`;
}

function anchor(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-');
}
