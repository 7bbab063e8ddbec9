import { describe, expect, test } from 'vitest';
import { Secret } from '../../runtime/core/secret.js';
import { ackedChannel, subscribeFrame, unsubscribeFrame } from '../../runtime/decode/protocol.js';

describe('what is sent', () => {
  test('is one request as JSON with comma-separated names and no blanks', () => {
    expect(subscribeFrame(['T.AAPL', 'AM.*'])).toBe('{"action":"subscribe","params":"T.AAPL,AM.*"}');
    expect(unsubscribeFrame(['T.AAPL'])).toBe('{"action":"unsubscribe","params":"T.AAPL"}');
  });

  test('carries the key as data', () => {
    expect(new Secret('YOUR_API_KEY').authFrame()).toBe('{"action":"auth","params":"YOUR_API_KEY"}');
    expect(new Secret('a"b\n').authFrame()).toBe('{"action":"auth","params":"a\\"b\\n"}');
  });
});

test.each([
  ['subscribed to: T.AAPL', 'T.AAPL'],
  ['subscribed to: T.BRK.B', 'T.BRK.B'],
  ['unsubscribed to: XT.X:BTC-USD ', 'XT.X:BTC-USD'],
])('the acknowledgement "%s" is about %s', (message, channel) => {
  expect(ackedChannel(message)).toBe(channel);
});
