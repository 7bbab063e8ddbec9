/** Who may reach the server over HTTP. */
import { isIP } from 'node:net';
import { kindOf } from '../core/kind.js';
import { Secret } from '../core/secret.js';
import { tokensVariable } from './api-key.js';
import type { Lookup } from './options.js';
import { describeToken, describeTokenName, isToken, isTokenName, judgeTogether, type Token } from './token.js';

export interface HttpSettings {
  /** Address to listen on. */
  readonly host: string;
  /** Host names by which clients may call the server, as they stand in a URL. */
  readonly names: readonly string[];
  /** Every request must carry one of these; without any, everyone who can connect may call. */
  readonly tokens: readonly Token[];
  /** Path of a file of further tokens. */
  readonly tokensFile?: string;
}

/** Values of the settings, unparsed. */
export interface HttpTexts {
  readonly transport: ReturnType<Lookup>;
  readonly host: ReturnType<Lookup>;
  readonly hosts: { readonly name: string; readonly list: readonly string[] };
  readonly tokens: string | undefined;
  readonly tokensFile: ReturnType<Lookup>;
}

export const loopback = '127.0.0.1';
const loopbackNames = ['localhost', loopback, '[::1]'];

/** @returns only problems if the server uses stdin and stdout */
export function readHttp({ transport, host, hosts, tokens: text, tokensFile }: HttpTexts): {
  http?: HttpSettings;
  problems: string[];
} {
  if ((transport.text ?? 'stdio') === 'stdio') return { problems: [] };
  if (transport.text !== 'http') {
    return {
      problems: [`${transport.name} must be stdio or http, but was ${kindOf(transport.text)}`],
    };
  }
  const address = host.text ?? loopback;
  const texts = parseTokens(text);
  const tokens = texts.map(({ name, text: secret }): Token => ({ name, secret: new Secret(secret) }));
  const open = tokens.length === 0 && tokensFile.text === undefined;
  return {
    http: {
      host: address,
      names: [...loopbackNames, inUrl(address), ...hosts.list],
      tokens,
      ...(tokensFile.text === undefined ? {} : { tokensFile: tokensFile.text }),
    },
    problems: [
      ...hosts.list.flatMap(name => judgeName(hosts.name, name)),
      ...judgeTokens(texts),
      ...judgeTogether(tokens).map(fault => `${tokensVariable}: ${fault}`),
      ...(open ? judgeAddress(host.name, address) : []),
    ],
  };
}

/** A token, unchecked. */
interface TokenText {
  readonly name: string;
  readonly text: string;
}

/** Comma separated, each `token` or `name:token`; one without a name is called by its place. */
function parseTokens(text = ''): TokenText[] {
  const items = text.split(',').flatMap(item => item.trim() || []);
  return items.map((item, index) => {
    const [, name, secret] = /^([^:]*):(.*)$/s.exec(item) ?? [];
    return { name: name?.trim() ?? `token-${index + 1}`, text: secret?.trim() ?? item };
  });
}

/** A client never calls the server by a name with a scheme or a port. */
function judgeName(setting: string, name: string): string[] {
  if (/^[a-z0-9_.-]+$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name)) return [];
  return [`${setting}: a host name stands alone, such as market.example, but was ${kindOf(name)}`];
}

/** No token is shown, not even a wrong one, and no name, which may be one. */
function judgeTokens(tokens: readonly TokenText[]): string[] {
  const faults = [
    tokens.every(({ text }) => isToken(text)) ? [] : [`each token needs ${describeToken}`],
    tokens.every(({ name }) => isTokenName(name)) ? [] : [`the name before a token needs ${describeTokenName}`],
  ];
  return faults.flat().map(fault => `${tokensVariable}: ${fault}`);
}

function judgeAddress(name: string, address: string): string[] {
  if (isLoopback(address)) return [];
  // Any other value is not shown.
  const shown = isIP(address) ? `${name} ${address}` : name;
  const open = `${shown} lets other machines in, which then need a bearer token`;
  return [
    `${open}: set ${tokensVariable} in the environment to one token or more, comma separated, or name a file of them with --http-tokens-file`,
  ];
}

/** Whether an address, or `localhost`, is that of this machine. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}

/** An address or a name as it stands in a URL. */
export function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address.toLowerCase();
}
