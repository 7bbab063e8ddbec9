import { describe, expect, test } from 'vitest';
import { faultOfEchoes, ownSentence, withoutEcho } from '../../runtime/mcp/echoes.js';

const of = (length: number): string => 'x'.repeat(length);

describe('what the protocol repeats', () => {
  test.each([
    ['an id', { id: of(256), method: 'ping' }],
    ['a number as id', { id: 12, method: 'ping' }],
    ['a token of progress', { id: 1, method: 'tools/call', params: { _meta: { progressToken: of(256) } } }],
    ['a URI', { id: 1, method: 'resources/read', params: { uri: of(2_048) } }],
    ['no object', 'text'],
    ['nothing', undefined],
  ])('may be %s of usual length', (_what, message) => {
    expect(faultOfEchoes(message)).toBeUndefined();
    expect(faultOfEchoes([message])).toBeUndefined();
  });

  test.each<[string, unknown, number, string]>([
    ['an id', { id: of(257) }, -32600, 'id has at most 256 characters.'],
    [
      'a token of progress',
      { id: 1, params: { _meta: { progressToken: of(257) } } },
      -32602,
      'params._meta.progressToken has at most 256 characters.',
    ],
    ['a URI', { id: 1, params: { uri: of(2_049) } }, -32602, 'params.uri has at most 2048 characters.'],
    [
      'a URI to listen to',
      { id: 1, params: { notifications: { resourceSubscriptions: ['a', of(2_049)] } } },
      -32602,
      'params.notifications.resourceSubscriptions[1] has at most 2048 characters.',
    ],
  ])('is refused by its place where it is %s without end', (_what, message, code, text) => {
    expect(faultOfEchoes(message)).toEqual({ code, message: text });
    expect(faultOfEchoes([{ id: 1 }, message])).toEqual({ code, message: text });
  });
});

test('lists within lists are no messages, however deep they go', () => {
  let deep: unknown = [];
  for (let depth = 0; depth < 500_000; depth++) deep = [deep];
  expect(faultOfEchoes(deep)).toBeUndefined();
});

describe('an error', () => {
  test('keeps a sentence of ours, and loses one of anybody else', () => {
    const mine = ownSentence('There is no such tool.');
    expect(withoutEcho({ code: -32602, message: mine })).toEqual({ code: -32602, message: mine });
    const foreign = withoutEcho({ code: -32602, message: 'Invalid params: k3y', data: { params: 'k3y' } });
    expect(JSON.stringify(foreign)).not.toContain('k3y');
    expect(foreign).toEqual({
      code: -32602,
      message: 'The params do not fit this method; see the protocol.',
    });
  });

  test('keeps what the protocol asks for', () => {
    const missing = { uri: 'polygon://streams/k3y' };
    expect(withoutEcho({ code: -32602, message: 'x', data: missing }).data).toEqual(missing);
    const version = { supported: ['2025-11-25'], requested: '1999-01-01' };
    expect(withoutEcho({ code: -32004, message: 'x 1999-01-01', data: version })).toEqual({
      code: -32004,
      message: 'This protocol version is not supported; data.supported lists those that are.',
      data: version,
    });
    expect(withoutEcho({ code: -32004, message: 'x', data: { supported: [], requested: of(65) } }).data).toEqual({
      supported: [],
    });
  });
});
