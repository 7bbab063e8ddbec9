import { type Options, readOptions } from './options.js';

/** What the operator decided before the first call. */
export interface Settings {
  /** The API key, and the variable it came from. */
  readonly key?: { readonly value: string; readonly from: string };
  /** Feed name or base URL to which `/{market}` is added. */
  readonly feed: string;
  /** Further `host[:port]` that an endpoint may name, lower case. */
  readonly allowedHosts: readonly string[];
  /** Names of the markets served; absent: all. */
  readonly markets?: readonly string[];
  readonly options: Options;
}

type Environment = Readonly<Record<string, string | undefined>>;

const keyVariables = ['POLYGON_API_KEY', 'MASSIVE_API_KEY'];

/**
 * @param markets names of the markets that exist
 * @returns the settings, and all problems at once, each naming its variable
 */
export function readSettings(env: Environment, markets: readonly string[]): { settings: Settings; problems: string[] } {
  const { options, problems } = readOptions(env);
  const served = list(env.MCP_POLYGON_MARKETS);
  for (const name of served) {
    if (!markets.includes(name)) {
      problems.push(
        `MCP_POLYGON_MARKETS names ${JSON.stringify(name.slice(0, 40))}; the markets are ${markets.join(', ')}`,
      );
    }
  }
  const key = keyVariables.map(from => ({ from, value: cleanKey(env[from]) })).find(({ value }) => value !== undefined);
  return {
    settings: {
      ...(key?.value ? { key: { value: key.value, from: key.from } } : {}),
      feed: env.POLYGON_FEED?.trim() || 'realtime',
      allowedHosts: list(env.MCP_POLYGON_ALLOWED_HOSTS),
      ...(served.length > 0 ? { markets: served } : {}),
      options,
    },
    problems,
  };
}

/** A key, or nothing where a host left its placeholder (`${POLYGON_API_KEY}`) unfilled. */
export function cleanKey(text: string | undefined): string | undefined {
  const key = text?.trim() ?? '';
  return key === '' || key.startsWith('${') ? undefined : key;
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(item => item.trim().toLowerCase())
    .filter(item => item !== '');
}
