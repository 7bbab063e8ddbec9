/** The snippets for many clients over HTTP: what the shell runs, and how hosts connect to it. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Block, readBlocks } from './guides.js';
import type { Fill } from './snippets.js';
import type { Launch } from './stdio.js';

/** A server that the guide tells people to start. */
export interface Service extends Required<Pick<Launch, 'command' | 'env'>> {
  /** Port from the command line, if it has one. */
  readonly port: string | undefined;
}

/** How a host reaches a server. */
export interface Visit {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

const file = z.strictObject({
  mcpServers: z.strictObject({
    polygon: z.strictObject({
      type: z.literal('http'),
      url: z.url(),
      headers: z.strictObject({ Authorization: z.string() }),
    }),
  }),
});

/** The blocks: a server and a host on this machine, a server for other machines, and the file of a host. */
export function readHttpBlocks(): [Block, Block, Block] {
  const [near, far, host, ...others] = readBlocks('spec/guides/many-clients.md', 'Many clients over HTTP');
  const languages = [near, far, host].map(block => block?.language).join();
  if (languages !== 'sh,sh,json' || others.length > 0) {
    throw new Error(`the guide must have two blocks of sh and one of json on HTTP, has ${languages}`);
  }
  return [near!, far!, host!];
}

/** Reads the variables and the command of the server, and gives it a free port. */
export function readService({ text }: Block, fill: Fill): Service {
  const lines = text
    .split('\n')
    .filter(line => !line.startsWith('claude '))
    .map(line => line.replace(/^export /, '').replace(/\$\(openssl rand -hex (\d+)\)/g, (_, count) => random(count)));
  const words = lines.flatMap(line => line.split(' '));
  const begin = words.findIndex(word => !/^\w+=/.test(word));
  const set = words.slice(0, begin).map(word => word.split('=', 2) as [string, string]);
  const command = words.slice(begin);
  const at = command.indexOf('--port') + 1;
  return {
    env: { MCP_POLYGON_PORT: '0', ...Object.fromEntries(set.map(([name, value]) => [name, fill(value)])) },
    command: at === 0 ? command : command.with(at, '0'),
    port: at === 0 ? undefined : command[at],
  };
}

function random(bytes: string): string {
  return randomBytes(Number(bytes)).toString('hex');
}

/** The line that adds a server to Claude Code. */
export function readAddLine({ text }: Block): Visit {
  const line = text.split('\n').find(found => found.startsWith('claude ')) ?? '';
  const [, url] = /^claude mcp add --transport http [a-z]+ (http:\S+)$/.exec(line) ?? [];
  if (url === undefined) throw new Error(`claude mcp add must look as documented, was ${line}`);
  return { url: new URL(url), headers: {} };
}

/** The file of a host that expands variables. */
export function readHostFile(text: string, variables: Readonly<Record<string, string>>): Visit {
  const { url, headers } = file.parse(JSON.parse(text)).mcpServers.polygon;
  const expand = (value: string): string => value.replace(/\$\{(\w+)\}/g, (all, name) => variables[name] ?? all);
  return {
    url: new URL(url),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, expand(value)])),
  };
}
