import { namesIn } from '../core/name-list.js';
import { nearest, suggest } from '../core/nearest.js';
import { Secret } from '../core/secret.js';
import { faultOfOwnKey, tokensVariable } from './api-key.js';
import { type HttpSettings, loopback, readHttp } from './http-settings.js';
import { type Lookup, type Options, optionTable, readOptions } from './options.js';
import { readRestUrl } from './rest-url.js';

/** Entries of a setting, and what it is called. */
export interface NamedList {
  readonly from: string;
  readonly list: readonly string[];
}

/** Which tools the operator serves. */
export interface ChosenTools {
  /** Toolsets; absent: the default ones. */
  readonly toolsets?: NamedList;
  readonly tools?: NamedList;
}

/** The operator's settings. */
export interface Settings extends ChosenTools {
  /** The API key, and the variable it came from. */
  readonly key?: { readonly value: Secret; readonly from: string };
  /** Feed name, `replay:FOLDER` or `replay:FOLDER/DAY`, or base URL to which `/{market}` is added. */
  readonly feed: string;
  /** Base URL of the REST API; absent: the vendor's hosts. */
  readonly restUrl?: string;
  /** Further `host[:port]` that an endpoint may name, lower case. */
  readonly allowedHosts: readonly string[];
  /** Names of the markets served; absent: all. */
  readonly markets?: readonly string[];
  /** Folder to which the frames of the feeds are recorded, and which holds the recordings that can be replayed. */
  readonly record?: string;
  /** Serve over HTTP, to these; absent: on stdin and stdout. */
  readonly http?: HttpSettings;
  readonly options: Options;
}

/** A setting of the operator: an environment variable, or the command-line option of the same name. */
export interface SettingRow {
  readonly variable: string;
  /** Name on the command line, without dashes. */
  readonly option: string;
  /** The kind of its value, in a word. */
  readonly takes: string;
  /** For people, without a full stop. */
  readonly about: string;
  /** The default, as it would be written. */
  readonly standard: string;
}

function row(variable: string, takes: string, about: string, standard: string): SettingRow {
  return { variable, option: optionOf(variable), takes, about, standard };
}

/** `MCP_POLYGON_ACK_TIMEOUT_MS` is `ack-timeout-ms`. */
function optionOf(variable: string): string {
  return variable
    .replace(/^(?:MCP_)?POLYGON_/, '')
    .toLowerCase()
    .replaceAll('_', '-');
}

const texts = {
  feed: row('POLYGON_FEED', 'feed', 'name, replay:FOLDER[/DAY], or a base URL for /{market}', 'realtime'),
  restUrl: row('POLYGON_REST_URL', 'url', "base URL of the REST API, where it is not the vendor's", 'none'),
  markets: row('MCP_POLYGON_MARKETS', 'list', 'markets to serve, comma separated; fewer markets, fewer tools', 'all'),
  toolsets: row('MCP_POLYGON_TOOLSETS', 'list', 'toolsets to serve, or all; -NAME leaves one out', 'default'),
  tools: row('MCP_POLYGON_TOOLS', 'list', 'single tools to serve; -NAME leaves one out', 'none'),
  allowedHosts: row(
    'MCP_POLYGON_ALLOWED_HOSTS',
    'list',
    'further host[:port] an endpoint may name, comma separated',
    'none',
  ),
  record: row('MCP_POLYGON_RECORD', 'folder', 'folder into which every frame is recorded', 'none'),
  transport: row('MCP_POLYGON_TRANSPORT', 'name', 'stdio, or http for many clients at once', 'stdio'),
  host: row('MCP_POLYGON_HOST', 'address', 'http: listen address; beyond loopback, set tokens', loopback),
  httpHosts: row('MCP_POLYGON_HTTP_HOSTS', 'list', 'http: further names of this server, comma separated', 'none'),
  httpTokensFile: row(
    'MCP_POLYGON_HTTP_TOKENS_FILE',
    'file',
    'http: file of tokens, mode 0600, read again on change',
    'none',
  ),
};

/** Every setting but the key and the bearer tokens, which the command line must not hold. */
export const settingTable: readonly SettingRow[] = [
  ...Object.values(texts),
  ...Object.values(optionTable).map(({ variable, about, value }) =>
    row(variable, variable.endsWith('_MS') ? 'ms' : 'number', about, String(value)),
  ),
];

/** Where the key is looked for, in this order. */
export const keyVariables: readonly string[] = ['POLYGON_API_KEY', 'MASSIVE_API_KEY'];

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable that is read. */
const knownVariables: readonly string[] = [
  ...settingTable.map(({ variable }) => variable),
  ...keyVariables,
  tokensVariable,
];

const longestName = 60;

/**
 * Finds variables that look like ours but are not, such as misspelt ones.
 *
 * @returns a remark for each, with what was probably meant; its value is not shown
 */
export function remarksOnVariables(env: Environment): string[] {
  return Object.keys(env)
    .filter(name => /^(?:MCP_)?POLYGON_[A-Z0-9_]+$/.test(name) && !knownVariables.includes(name))
    .toSorted()
    .map(name => {
      const meant = suggest(nearest(name, knownVariables)) || '; it changes nothing.';
      return `${name.slice(0, longestName)} is no setting of mcp-polygon${meant}`;
    });
}

/**
 * The command line takes precedence; a blank value or a placeholder counts as not given.
 *
 * @param markets names of the markets that exist
 * @param given values of the command line by the variable that they stand for
 * @returns the settings, and all problems at once, each naming its variable or option
 */
export function readSettings(
  env: Environment,
  markets: readonly string[],
  given: Environment = {},
): { settings: Settings; problems: string[] } {
  const find = lookup(env, given);
  const { options, problems } = readOptions(find);
  const wanted = find(texts.markets.variable);
  const served = namesIn(wanted.text);
  for (const name of served) {
    if (markets.includes(name)) continue;
    const known = `the markets are ${markets.join(', ')}${suggest(nearest(name, markets))}`;
    problems.push(`${wanted.name}: entry ${served.indexOf(name) + 1} is no market; ${known}`);
  }
  const httpHosts = find(texts.httpHosts.variable);
  problems.push(
    ...[texts.markets, texts.toolsets, texts.tools, texts.allowedHosts, texts.httpHosts].flatMap(row =>
      judgeList(find(row.variable)),
    ),
  );
  const { http, problems: httpProblems } = readHttp({
    transport: find(texts.transport.variable),
    host: find(texts.host.variable),
    hosts: { name: httpHosts.name, list: namesIn(httpHosts.text) },
    tokens: cleanKey(env[tokensVariable]),
    tokensFile: find(texts.httpTokensFile.variable),
  });
  problems.push(...httpProblems);
  const key = keyVariables.map(from => ({ from, value: cleanKey(env[from]) })).find(({ value }) => value !== undefined);
  const fault = key?.value && faultOfOwnKey(key.value);
  if (fault) problems.push(`${key.from} ${fault}`);
  const record = find(texts.record.variable).text;
  const { url: restUrl, problems: restProblems } = readRestUrl(find(texts.restUrl.variable));
  problems.push(...restProblems);
  return {
    settings: {
      ...(key?.value ? { key: { value: new Secret(key.value), from: key.from } } : {}),
      feed: find(texts.feed.variable).text ?? texts.feed.standard,
      ...(restUrl === undefined ? {} : { restUrl }),
      allowedHosts: namesIn(find(texts.allowedHosts.variable).text),
      ...(served.length > 0 ? { markets: served } : {}),
      ...named('toolsets', find(texts.toolsets.variable)),
      ...named('tools', find(texts.tools.variable)),
      ...(record === undefined ? {} : { record }),
      ...(http ? { http } : {}),
      options,
    },
    problems,
  };
}

/** An empty list counts as not set. */
function named(key: 'toolsets' | 'tools', { name, text }: ReturnType<Lookup>): ChosenTools {
  const names = namesIn(text);
  return names.length > 0 ? { [key]: { from: name, list: names } } : {};
}

function lookup(env: Environment, given: Environment): Lookup {
  return variable => {
    const text = cleanKey(given[variable]);
    return text === undefined
      ? { name: variable, text: cleanKey(env[variable]) }
      : { name: `--${optionOf(variable)}`, text };
  };
}

/** A key or another setting, or nothing where a host left its placeholder (`${POLYGON_API_KEY}`) unfilled. */
export function cleanKey(text: string | undefined): string | undefined {
  const key = text?.trim() ?? '';
  return key === '' || key.startsWith('${') ? undefined : key;
}

/** An empty list is wrong on the command line; in the environment it counts as not set. */
function judgeList({ name, text }: ReturnType<Lookup>): string[] {
  if (!name.startsWith('--') || namesIn(text).length > 0) return [];
  return [`${name} names nothing`];
}
