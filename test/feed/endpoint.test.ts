import { describe, expect, test } from 'vitest';
import { suite } from '../../generated/suite.js';
import type { Settings } from '../../runtime/config/settings.js';
import { StreamError } from '../../runtime/core/errors.js';
import { type Endpoint, isSamePlace, resolveEndpoint } from '../../runtime/feed/endpoint.js';
import { marketOf } from '../support/markets.js';
import { defaultOptions } from '../support/options.js';

function resolve(market: string, wanted?: string, settings: Partial<Settings> = {}): Endpoint {
  const whole: Settings = { feed: 'realtime', allowedHosts: [], options: defaultOptions, ...settings };
  return resolveEndpoint(suite, marketOf(market), whole, wanted);
}

function refusalOf(market: string, wanted: string, settings: Partial<Settings> = {}): string {
  try {
    return `allowed: ${resolve(market, wanted, settings).urls.join(' ')}`;
  } catch (error) {
    if (error instanceof StreamError && error.code === 'ENDPOINT_NOT_ALLOWED') return error.message;
    throw error;
  }
}

const ours = ['business', 'delayed-business'];

describe('a feed name', () => {
  test.each([
    ['stocks', 'realtime', 0, ['wss://socket.massive.com/stocks', 'wss://socket.polygon.io/stocks']],
    ['stocks', 'delayed', 15, ['wss://delayed.massive.com/stocks', 'wss://delayed.polygon.io/stocks']],
    ['stocks', 'business', 0, ['wss://business.massive.com/stocks', 'wss://business.polygon.io/stocks']],
    [
      'stocks',
      'delayed-business',
      15,
      ['wss://delayed-business.massive.com/stocks', 'wss://delayed-business.polygon.io/stocks'],
    ],
    ['options', 'delayed', 15, ['wss://delayed.massive.com/options', 'wss://delayed.polygon.io/options']],
    ['futures', 'realtime', 0, ['wss://socket.massive.com/futures', 'wss://socket.polygon.io/futures']],
    ['futures', 'delayed', 10, ['wss://delayed.massive.com/futures', 'wss://delayed.polygon.io/futures']],
    ['indices', 'delayed', 15, ['wss://delayed.massive.com/indices', 'wss://delayed.polygon.io/indices']],
    ['forex', 'realtime', 0, ['wss://socket.massive.com/forex', 'wss://socket.polygon.io/forex']],
    ['crypto', 'business', 0, ['wss://business.massive.com/crypto', 'wss://business.polygon.io/crypto']],
  ])('of %s, %s, is %i minutes late and leads to both hosts in order', (market, feed, delayMinutes, urls) => {
    expect(resolve(market, feed)).toEqual({ feed, spelled: feed, urls, simulated: false, delayMinutes });
  });

  test('without a twin leads to its only host', () => {
    expect(resolve('stocks', 'edgx-business').urls).toEqual(['wss://edgx-business.massive.com/stocks']);
  });

  test('left out, or blank, means that of the operator', () => {
    expect(resolve('stocks').feed).toBe('realtime');
    expect(resolve('stocks', '  ').feed).toBe('realtime');
    expect(resolve('stocks', undefined, { feed: 'delayed' }).feed).toBe('delayed');
  });

  test.each(['DELAYED', ' delayed '])('is read however it is written: %j', text => {
    expect(resolve('stocks', text).feed).toBe('delayed');
  });

  test.each(['simulated', 'Simulated'])('%s leads nowhere outside', text => {
    expect(resolve('crypto', text)).toEqual({
      feed: 'simulated',
      spelled: 'simulated',
      urls: [],
      simulated: true,
      delayMinutes: 0,
    });
  });

  test.each(['forex', 'crypto'])('delayed does not exist in %s, and the answer names what does', market => {
    expect(refusalOf(market, 'delayed')).toContain('it has realtime, business, simulated');
  });

  test.each([
    ['options', 'delayed-business'],
    ['futures', 'business'],
    ['indices', 'business'],
    ['stocks', 'fastest'],
    ['stocks', '--'],
    ['stocks', 'constructor'],
  ])('that %s does not have is refused: %s', (market, feed) => {
    expect(refusalOf(market, feed)).toMatch(
      ours.includes(feed) ? `has no feed "${feed}"` : / has no such feed; it has /,
    );
  });
});

test.each(suite.feeds)('the feed $name is tried at massive.com first, and at no other name but its old one', feed => {
  const [first = '', ...others] = feed.hosts;
  expect(first).toMatch(/^[a-z-]+\.massive\.com$/);
  expect(others).toEqual(others.map(() => first.replace('massive.com', 'polygon.io')));
});

describe('a URL of the vendor', () => {
  test('is tried first, and its twin second', () => {
    expect(resolve('stocks', 'wss://socket.massive.com/stocks')).toEqual({
      feed: 'realtime',
      spelled: 'wss://socket.massive.com/stocks',
      urls: ['wss://socket.massive.com/stocks', 'wss://socket.polygon.io/stocks'],
      simulated: false,
      delayMinutes: 0,
    });
  });

  test('knows the delay of its feed', () => {
    expect(resolve('futures', 'wss://delayed.polygon.io/futures')).toEqual({
      feed: 'delayed',
      spelled: 'wss://delayed.polygon.io/futures',
      urls: ['wss://delayed.polygon.io/futures', 'wss://delayed.massive.com/futures'],
      simulated: false,
      delayMinutes: 10,
    });
  });

  test.each(['cme', 'cbot', 'nymex', 'comex'])('may have the path of the exchange %s in futures', exchange => {
    expect(resolve('futures', `wss://socket.polygon.io/futures/${exchange}`).urls).toEqual([
      `wss://socket.polygon.io/futures/${exchange}`,
      `wss://socket.massive.com/futures/${exchange}`,
    ]);
  });

  test('may name port 443', () => {
    expect(resolve('stocks', 'wss://socket.polygon.io:443/stocks').urls[0]).toBe('wss://socket.polygon.io/stocks');
  });

  test('may be written in capitals', () => {
    expect(resolve('stocks', 'WSS://SOCKET.POLYGON.IO/stocks').urls[0]).toBe('wss://socket.polygon.io/stocks');
  });

  test.each([
    ['the path of another market', 'wss://socket.polygon.io/options'],
    ['no path', 'wss://socket.polygon.io'],
    ['the root', 'wss://socket.polygon.io/'],
    ['more behind the path', 'wss://socket.polygon.io/stocks/T.AAPL'],
    ['a slash behind the path', 'wss://socket.polygon.io/stocks/'],
    ['a path that climbs to another market', 'wss://socket.polygon.io/stocks/../options'],
    ['an escaped path', 'wss://socket.polygon.io/%73tocks'],
    ['the exchange path of futures', 'wss://socket.polygon.io/futures/cme'],
    ['a label of the pages', 'wss://business.polygon.io/business/stocks/FMV'],
    ['a host behind a backslash', 'wss://socket.polygon.io\\@evil.example/stocks'],
  ])('with %s is refused in stocks', (_what, url) => {
    expect(refusalOf('stocks', url)).toContain('The path of US stocks is /stocks');
  });

  test.each(['wss://socket.polygon.io:8443/stocks', 'wss://socket.polygon.io:80/stocks'])(
    'with another port is refused: %s',
    url => {
      expect(refusalOf('stocks', url)).toContain('no port');
    },
  );

  test.each([
    'wss://user@socket.polygon.io/stocks',
    'wss://user:secret@socket.polygon.io/stocks',
    'wss://:secret@socket.polygon.io/stocks',
    'wss://socket.polygon.io@evil.example/stocks',
    'wss://socket.polygon.io:443@evil.example/stocks',
    'wss://socket.polygon.io%2F@evil.example/stocks',
  ])('with a user or a password is refused: %s', url => {
    expect(refusalOf('stocks', url)).toContain('must not carry a user or a password');
  });

  test.each(['wss://socket.polygon.io/stocks?key=1', 'wss://socket.polygon.io/stocks#part'])(
    'with a query or a fragment is refused: %s',
    url => {
      expect(refusalOf('stocks', url)).toContain('must not carry a query or a fragment');
    },
  );

  test.each([
    'ws://socket.polygon.io/stocks',
    'ws://socket.polygon.io:443/stocks',
    'ws://delayed.massive.com/stocks',
    'http://socket.polygon.io/stocks',
    'https://socket.polygon.io/stocks',
    'file:///etc/passwd',
    'javascript:alert(1)',
  ])('is refused without TLS or with another protocol: %s', url => {
    expect(refusalOf('stocks', url)).toContain('must be a wss:// URL');
  });
});

describe('any other host is refused', () => {
  test.each([
    'wss://evil.example/stocks',
    'wss://socket.polygon.io.evil.example/stocks',
    'wss://socket-polygon.io/stocks',
    'wss://xsocket.polygon.io/stocks',
    'wss://evil.polygon.io/stocks',
    'wss://polygon.io/stocks',
    'wss://socket.polygon.io./stocks',
    'wss://socket.p0lygon.io/stocks',
    'wss://s\u043ecket.polygon.io/stocks',
    'wss://xn--scket-pta.polygon.io/stocks',
    'wss://evil.example\\@socket.polygon.io/stocks',
    'wss://evil.example/socket.polygon.io/stocks',
    'wss://203.0.113.7/stocks',
    'wss://[2001:db8::1]/stocks',
    'wss://169.254.169.254/stocks',
    'wss://localhost/stocks',
    'wss://127.0.0.1/stocks',
    'wss://2130706433/stocks',
  ])('as the key would leak to it: %s', url => {
    expect(refusalOf('stocks', url)).toContain("not one of the vendor's");
  });

  test.each([
    'ws://localhost:9000/stocks',
    'ws://127.0.0.1:9000/stocks',
    'ws://[::1]:9000/stocks',
    'ws://0.0.0.0:9000/stocks',
    'ws://2130706433:9000/stocks',
    'ws://10.0.0.1/stocks',
  ])('also this machine and its network, unless the operator names it: %s', url => {
    expect(refusalOf('stocks', url)).toContain('must be a wss:// URL');
  });

  test.each(['not a url', 'wss://', 'socket.polygon.io', '//socket.polygon.io/stocks', 'wss://exa mple/stocks'])(
    'also what is neither a name nor a URL: %s',
    text => {
      expect(refusalOf('stocks', text)).toContain('neither a feed name nor a URL');
    },
  );

  test('with at most 300 characters of it in the answer', () => {
    expect(refusalOf('stocks', `wss://evil.example/${'x'.repeat(100_000)}\u0000 `).length).toBeLessThan(500);
  });
});

describe('a host that the operator allows', () => {
  const allowed = {
    allowedHosts: ['proxy.example', 'gate.example:8443', 'tls.example:443', 'localhost:9000', '[::1]:9000'],
  };

  test.each([
    ['wss://proxy.example/any/path', 'wss://proxy.example/any/path'],
    ['wss://proxy.example:1234/stocks', 'wss://proxy.example:1234/stocks'],
    ['wss://PROXY.example/stocks', 'wss://proxy.example/stocks'],
    ['wss://gate.example:8443/stocks', 'wss://gate.example:8443/stocks'],
    ['wss://tls.example/stocks', 'wss://tls.example/stocks'],
    ['wss://tls.example:443/stocks', 'wss://tls.example/stocks'],
    ['ws://localhost:9000/stocks', 'ws://localhost:9000/stocks'],
    ['wss://localhost:9000/stocks', 'wss://localhost:9000/stocks'],
    ['ws://[::1]:9000/stocks', 'ws://[::1]:9000/stocks'],
  ])('may be named: %s', (wanted, url) => {
    expect(resolve('stocks', wanted, allowed)).toMatchObject({ feed: 'custom', urls: [url], simulated: false });
  });

  test.each([
    'ws://proxy.example/stocks',
    'ws://gate.example:8443/stocks',
    'wss://gate.example/stocks',
    'wss://gate.example:8444/stocks',
    'wss://tls.example:444/stocks',
    'wss://sub.proxy.example/stocks',
    'wss://proxy.example.evil.example/stocks',
    'ws://localhost:9001/stocks',
    'ws://127.0.0.1:9000/stocks',
    'wss://user@proxy.example/stocks',
    'wss://proxy.example/stocks?x=1',
  ])('does not open the door to %s', wanted => {
    expect(refusalOf('stocks', wanted, allowed)).not.toMatch(/^allowed/);
  });
});

describe('the URL of the operator', () => {
  test.each([
    ['ws://127.0.0.1:9000', 'ws://127.0.0.1:9000/stocks'],
    ['ws://127.0.0.1:9000/', 'ws://127.0.0.1:9000/stocks'],
    ['ws://localhost:9000/feeds/', 'ws://localhost:9000/feeds/stocks'],
    ['ws://[::1]:9000', 'ws://[::1]:9000/stocks'],
    ['wss://relay.example', 'wss://relay.example/stocks'],
  ])('%s gets the path of the market', (feed, url) => {
    expect(resolve('stocks', undefined, { feed })).toMatchObject({ feed: 'custom', urls: [url], simulated: false });
  });

  test('may be repeated as endpoint', () => {
    const feed = 'ws://127.0.0.1:9000';
    expect(resolve('crypto', feed, { feed }).urls).toEqual(['ws://127.0.0.1:9000/crypto']);
  });

  test('lets an endpoint name any URL under its origin', () => {
    const settings = { feed: 'ws://127.0.0.1:9000/base' };
    expect(resolve('stocks', 'ws://127.0.0.1:9000/other', settings).urls).toEqual(['ws://127.0.0.1:9000/other']);
  });

  test.each([
    'ws://127.0.0.1:9001/stocks',
    'wss://127.0.0.1:9000/stocks',
    'ws://localhost:9000/stocks',
    'ws://user@127.0.0.1:9000/stocks',
    'ws://127.0.0.1:9000/stocks?key=1',
  ])('does not let an endpoint name %s', wanted => {
    expect(refusalOf('stocks', wanted, { feed: 'ws://127.0.0.1:9000' })).not.toMatch(/^allowed/);
  });

  test('leaves the feeds of the vendor open', () => {
    expect(resolve('stocks', 'delayed', { feed: 'ws://127.0.0.1:9000' }).feed).toBe('delayed');
    expect(resolve('stocks', 'wss://socket.polygon.io/stocks', { feed: 'ws://127.0.0.1:9000' }).feed).toBe('realtime');
  });

  test.each(['ws://relay.example', 'ws://10.0.0.1:9000', 'http://relay.example', 'wss://u:p@relay.example'])(
    'is refused where it is not fit to carry a key: %s',
    feed => {
      expect(() => resolve('stocks', undefined, { feed })).toThrow(StreamError);
    },
  );
});

test('a delay that nobody states is not made up', () => {
  expect(resolve('stocks', 'polyfeed')).toMatchObject({ feed: 'polyfeed', delayMinutes: null });
  expect(resolve('stocks', 'delayed-edgx-business')).toMatchObject({ delayMinutes: null });
  expect(resolve('futures', 'delayed')).toMatchObject({ delayMinutes: 10 });
});

test.each(['forex', 'crypto'])('the delayed host is refused for %s, which it does not serve', market => {
  expect(() => resolve(market, `wss://delayed.polygon.io/${market}`)).toThrow('has no feed "delayed"');
});

test.each([
  ['realtime', 'wss://socket.massive.com/stocks', true],
  ['wss://socket.polygon.io/stocks', 'wss://socket.massive.com/stocks', true],
  ['realtime', 'delayed', false],
])('%s and %s serve the same data: %s', (one, other, same) => {
  expect(isSamePlace(resolve('stocks', one), resolve('stocks', other))).toBe(same);
});
