import { suite } from '../../generated/suite.js';
import type { Settings } from '../../runtime/config/settings.js';
import { StreamError } from '../../runtime/core/errors.js';
import { resolveEndpoint } from '../../runtime/feed/endpoint.js';
import type { Random } from '../../runtime/simulator/random.js';
import { marketOf } from '../support/markets.js';
import { defaultOptions } from '../support/options.js';
import type { Fuzzer } from './fuzzer.js';

/** What an operator may have decided, and the places that this adds to those of the vendor. */
interface Operator {
  readonly settings: Settings;
  readonly ownUrl: RegExp | undefined;
}

/** Typed by hand: the vendor's hosts are one label under one of two names. */
const vendorUrl =
  /^wss:\/\/(?:socket|delayed|business|delayed-business|polyfeed|polyfeedplus|nasdaqfeed|starterfeed|launchpad|(?:delayed-)?(?:edgx|nasdaq-last-sale|nasdaq-basic|fullmarket)-business|iex-business)\.(?:polygon\.io|massive\.com)(\/[a-z]+(?:\/[a-z]+)?)$/;
const stocksPath = '/stocks';

const operators: readonly Operator[] = [
  operator('realtime', []),
  operator('simulated', []),
  operator('wss://own.example/base', [], /^wss:\/\/own\.example\//),
  operator('ws://127.0.0.1:9000', [], /^ws:\/\/127\.0\.0\.1:9000\//),
  operator('delayed', ['feed.example'], /^wss:\/\/feed\.example(?::\d+)?\//),
  operator(
    'delayed',
    ['feed.example:9443', 'localhost:9000'],
    /^(?:wss:\/\/feed\.example:9443|wss?:\/\/localhost:9000)\//,
  ),
];

// biome-ignore format: one to a line would be a page
const pieces = {
  protocol: ['wss://', 'ws://', 'WSS://', 'wss:', 'wss:/', 'wss:\\\\', 'https://', 'http://', 'file://', 'wss:///', '//', ' wss://', 'w\tss://', 'wss\n://', 'javascript:', 'blob:wss://', 'data:', 'wss://wss://'],
  user: ['', '', '', 'user@', 'user:password@', '@', ':@', 'socket.polygon.io@', 'socket.polygon.io:443@', 'a%40b@', 'a\\@', '[@', '%2F@', '#@', '?@'],
  host: [
    'socket.polygon.io', 'socket.massive.com', 'delayed.polygon.io', 'SOCKET.POLYGON.IO', 'socket.polygon.io.', 'socket.polygon.io.evil.example', 'evil.example', 'socket-polygon.io',
    'socket.polygon.io%2eevil.example', 'socket.polygon.io%00.evil.example', 'socket%2epolygon.io', 'socket.polygon。io', 'sоcket.polygon.io', 'ｓocket.polygon.io', 'socket.polygon.io\u00ad', 'sock\tet.polygon.io',
    'localhost', '127.0.0.1', '127.1', '0x7f.1', '2130706433', '017700000001', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '0', '169.254.169.254', '10.0.0.1', 'own.example', 'feed.example',
    'own.example.', 'feed.example.', 'xfeed.example', 'feed.example.evil.example', 'localhost.evil.example', 'localhost.', '', ' ', '*', '_', '%', '[', ']', '[::1', 'xn--', 'polygon.io', 'constructor', '__proto__',
  ],
  port: ['', '', '', ':443', ':80', ':9000', ':9443', ':0', ':65536', ':-1', ':', ':443@evil.example', ':4e2', ':٤٤٣', ':443:443'],
  path: ['/stocks', '/stocks', '/stocks/', '/options', '/', '', '//stocks', '/./stocks', '/x/../stocks', '/stocks/..', '/%73tocks', '/stocks%2f..', '\\stocks', '/stocks;x', '/stocks\u0000', '/Stocks', '/stocks/@evil.example', '/stocks//evil.example/'],
  end: ['', '', '', '?', '#', '?x=1', '#x', '?@evil.example', '#@evil.example/stocks', ' ', '\n', '\u0000', '\\@evil.example', '/../../..'],
} as const;
const words = [
  'realtime',
  'delayed',
  'simulated',
  'SIMULATED',
  'replay',
  'replay:',
  'replay:../..',
  'replay:/etc',
  'constructor',
  '__proto__',
  'toString',
  '-',
  'null',
  '',
];
const signs = [...' \t\n\u0000/\\@:?#%.[]{}"\'<>|^`~-_*+=&;,()!$', '\u3002', '\uff0e', '\u200d', '\u202e', '\ud800'];

export const endpointFuzzer: Fuzzer = {
  name: 'endpoints',
  claim: 'No text leads to a host but those of the vendor and those that the operator named, and a vendor only by TLS.',
  usualCases: 20_000,
  open: random => ({
    next() {
      const { settings, ownUrl } = random.pick(operators);
      const wanted = endpoint(random);
      const stray = strayUrls(settings, ownUrl, wanted);
      return stray && `with the feed ${settings.feed}, ${JSON.stringify(wanted)} ${stray}`;
    },
  }),
};

/** @returns what a text leads to that it must not */
function strayUrls(settings: Settings, ownUrl: RegExp | undefined, wanted: string): string | undefined {
  let urls: readonly string[];
  try {
    ({ urls } = resolveEndpoint(suite, marketOf('stocks'), settings, wanted));
  } catch (error) {
    const refused = error instanceof StreamError && error.code !== 'INTERNAL';
    return refused ? undefined : `ends with ${String(error)}`;
  }
  // What a socket would make of the URL counts, not what it looks like.
  const wrong = urls.filter(url => !isAllowed(url, ownUrl) || !isAllowed(new URL(url).href, ownUrl));
  return wrong.length > 0 ? `leads to ${wrong.join(' and ')}` : undefined;
}

function isAllowed(url: string, ownUrl: RegExp | undefined): boolean {
  return vendorUrl.exec(url)?.[1] === stocksPath || ownUrl?.test(url) === true;
}

function endpoint(random: Random): string {
  const text = random.chance(0.1)
    ? random.pick(words)
    : // The first one or two of each kind are sound, and half of the time one of them is taken.
      Object.values(pieces)
        .map(choices => random.pick<string>(random.chance(0.5) ? choices.slice(0, 2) : choices))
        .join('');
  return random.chance(0.3) ? mutate(text, random) : text;
}

/** Puts in, takes out or doubles a few signs. */
function mutate(text: string, random: Random): string {
  const letters = [...text];
  for (let times = random.integer(1, 3); times > 0; times--) {
    const at = random.integer(0, letters.length);
    const sign = random.chance(0.7) ? random.pick(signs) : String.fromCharCode(random.integer(0, 0xffff));
    letters.splice(at, random.integer(0, 2), ...(random.chance(0.7) ? [sign] : letters.slice(at, at + 3)));
  }
  return letters.join('');
}

function operator(feed: string, allowedHosts: readonly string[], ownUrl?: RegExp): Operator {
  return { settings: { feed, allowedHosts, options: defaultOptions }, ownUrl };
}
