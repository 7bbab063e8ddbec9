import { tokensVariable } from './api-key.js';
import { keyVariables, type SettingRow, settingTable } from './settings.js';

const switches: readonly (readonly [string, string])[] = [
  ['--json', 'doctor: print one JSON document'],
  ['--events <seconds>', 'doctor: compare what the feed sends in that time with the spec'],
  ['--no-connect', 'doctor: never use the key, so no other program loses its stream'],
  ['--help', 'print this'],
  ['--version', 'print the version'],
];

/** What `--help` prints. */
export function describeUsage(version: string): string {
  const settings = settingTable.map(row => [describeOption(row), `${row.about} (${row.standard})`] as const);
  const width = Math.max(...[...settings, ...switches].map(([option]) => option.length));
  const line = ([option, about]: readonly [string, string]): string => `  ${option.padEnd(width)}  ${about}`;
  const [first, second] = keyVariables;
  return [
    `mcp-polygon ${version}: live market data for AI agents, over MCP`,
    '',
    'Usage:',
    '  mcp-polygon [options]                  serve MCP until stdin ends; this is what a host runs',
    '  mcp-polygon --transport http           serve MCP to many clients until it is stopped',
    '  mcp-polygon doctor [options]           find out what is wrong with key, plan, network and clock',
    '  mcp-polygon watch <market> <channels>  see a market live, such as watch stocks T.AAPL Q.AAPL',
    '',
    'Options, with their defaults:',
    ...settings.map(line),
    ...switches.map(line),
    '',
    `The API key is read from ${first}, else ${second}, the bearer tokens of callers`,
    `over HTTP from ${tokensVariable}; never from the command line, which whoever lists`,
    'the processes of this machine can read.',
    '',
    'In the environment, --feed is POLYGON_FEED, and every other option MCP_POLYGON_ and its name,',
    'such as MCP_POLYGON_ACK_TIMEOUT_MS. The command line goes before the environment.',
    '',
    'Exit codes: 0 all is well; 1 doctor found something to do, watch got no stream, or the server',
    'broke; 2 wrong options.',
    '',
  ].join('\n');
}

function describeOption({ option, takes }: SettingRow): string {
  return `--${option} <${takes}>`;
}
