import { type Command, parseCommand } from '../config/command.js';
import { type Offer, serveOnly } from '../config/served.js';
import { type ChosenTools, type Environment, readSettings, type Settings, settingTable } from '../config/settings.js';
import { chooseTools, everyTool, faultsOfTools, faultsOfToolsets } from '../config/toolsets.js';
import { count } from '../core/count.js';
import { StreamError } from '../core/errors.js';
import { kindOf } from '../core/kind.js';
import { nearest, suggest } from '../core/nearest.js';
import { resolveEndpoint } from '../feed/endpoint.js';

/** What the process does, with which settings, and what it serves. */
export interface Setup extends Offer {
  readonly command: Command;
  readonly settings: Settings;
  /** All problems; with any, only help works. */
  readonly problems: readonly string[];
}

/** @param argv arguments after the name of the program */
export function readSetup(offer: Offer, argv: readonly string[], env: Environment): Setup {
  const { command, problems: slips } = parseCommand(argv, settingTable);
  const names = offer.markets.map(({ name }) => name);
  const { settings, problems } = readSettings(env, names, command.given);
  const served = serveOnly(offer, settings.markets);
  return {
    ...served,
    command,
    settings,
    problems: [
      ...slips,
      ...problems,
      ...judgeFeed(served, settings),
      ...judgeTools(offer, served, settings),
      ...judgeWords(offer, served, command),
    ],
  };
}

/** Toolsets and tools are judged by all that there are, since those of a market may be left out by another setting. */
function judgeTools(offer: Offer, served: Offer, settings: Settings): string[] {
  const { toolsets, tools } = settings;
  return [
    ...(toolsets ? faultsOfToolsets(toolsets.list, offer).map(fault => `${toolsets.from}: ${fault}`) : []),
    ...(tools ? faultsOfTools(tools.list, offer).map(fault => `${tools.from}: ${fault}`) : []),
    ...(servesNothing(served, settings) ? ['no tool is left by --markets, --toolsets and --tools together'] : []),
  ];
}

function servesNothing(served: Offer, { toolsets, tools }: ChosenTools): boolean {
  return everyTool(chooseTools(served, { toolsets: toolsets?.list ?? [], tools: tools?.list ?? [] })).length === 0;
}

/** The feed must exist for at least one market. */
function judgeFeed({ suite, markets }: Offer, settings: Settings): string[] {
  const refusals: string[] = [];
  for (const market of markets) {
    try {
      resolveEndpoint(suite, market, settings);
      return [];
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      refusals.push(error.message);
    }
  }
  return refusals.slice(0, 1).map(message => `POLYGON_FEED or --feed: ${message}`);
}

function judgeWords(offer: Offer, served: Offer, { name, words }: Command): string[] {
  if (name === 'watch') return judgeWatched(offer, served, words);
  return words.length > 0 ? judgeStray(offer, words) : [];
}

/** A market after doctor probably means --markets. */
function judgeStray({ markets }: Offer, words: readonly string[]): string[] {
  const names = markets.map(market => market.name);
  const meant = words.map(word => nearest(word, names));
  const list = meant.includes(undefined) ? undefined : `--markets ${meant.join()}`;
  return [`doctor takes no words, but got ${count(words.length, 'word')}${suggest(list)}`];
}

/** watch needs a market that is served, and channels. */
function judgeWatched(offer: Offer, { markets }: Offer, words: readonly string[]): string[] {
  const names = markets.map(market => market.name);
  const [wanted, ...channels] = words;
  const example = 'such as mcp-polygon watch stocks T.AAPL';
  if (wanted === undefined) return [`watch needs a market and its channels, ${example}`];
  if (names.includes(wanted)) return channels.length > 0 ? [] : [`watch needs channels after ${wanted}, ${example}`];
  const meant = nearest(wanted, names);
  const isOurs = meant !== undefined || offer.markets.some(({ name }) => name === wanted);
  const called = isOurs ? JSON.stringify(wanted) : `like that (${kindOf(wanted)})`;
  return [`there is no market ${called}; the markets are ${names.join(', ')}${suggest(meant)}`];
}
