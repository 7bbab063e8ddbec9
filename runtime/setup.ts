import { type Command, parseCommand } from './command.js';
import { resolveEndpoint } from './endpoint.js';
import { StreamError } from './errors.js';
import { type Offer, serveOnly } from './served.js';
import { type Environment, readSettings, type Settings, settingTable } from './settings.js';

/** What the process is to do, with which settings, and what it offers. */
export interface Setup extends Offer {
  readonly command: Command;
  readonly settings: Settings;
  /** Everything that is wrong; with problems nothing but help is given. */
  readonly problems: readonly string[];
}

/** @param argv arguments after the name of the program */
export function readSetup(offer: Offer, argv: readonly string[], env: Environment): Setup {
  const { command, problems: slips } = parseCommand(argv, settingTable);
  const names = offer.markets.map(({ name }) => name);
  const { settings, problems } = readSettings(env, names, command.given);
  const served = serveOnly(offer, settings.markets);
  return { ...served, command, settings, problems: [...slips, ...problems, ...judgeFeed(served, settings)] };
}

/** The feed must lead somewhere for one market at least. */
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
