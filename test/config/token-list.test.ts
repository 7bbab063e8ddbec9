import { describe, expect, test } from 'vitest';
import { goneFrom } from '../../runtime/config/token.js';
import { parseTokenFile } from '../../runtime/config/token-file.js';
import { Tokens } from '../../runtime/config/token-list.js';
import { Secret } from '../../runtime/core/secret.js';

const first = { name: 'ann', secret: new Secret('first-token-0123456789') };
const second = { name: 'bob', secret: new Secret('second-token-0123456789'), expiresAtMs: 1_000 };
const tokens = new Tokens([first, second]);

/** The frame of its auth is the one way in which a secret leaves. */
function plain(secret: Secret): string {
  return JSON.parse(secret.authFrame()).params;
}

test.each([
  ['Bearer first-token-0123456789', 'ann'],
  ['bearer  second-token-0123456789', 'bob'],
  ['Bearer first-token-012345678', undefined],
  ['Bearer first-token-0123456789x', undefined],
  ['Bearer first-token-0123456789,second-token-0123456789', undefined],
  ['Basic first-token-0123456789', undefined],
  ['first-token-0123456789', undefined],
  ['Bearer ', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j is the token of %j', (authorization, name) => {
  expect(tokens.find(authorization, 999)?.name).toBe(name);
});

test('a token that has expired is none', () => {
  expect(tokens.find('Bearer second-token-0123456789', 1_000)).toBeUndefined();
  expect(tokens.find('Bearer first-token-0123456789', 1_000)).toBe(first);
});

test('without tokens none is found', () => {
  const none = new Tokens([]);
  expect([none.find('Bearer ', 0), none.find(undefined, 0)]).toEqual([undefined, undefined]);
});

test('tokens are gone that are missing, changed, or look at other streams', () => {
  const reader = { name: 'eve', secret: new Secret('third-token-0123456789'), reads: 'ann' };
  expect(
    goneFrom([first, second, reader], [first, { ...second, secret: new Secret('x') }, { ...reader, reads: 'bob' }]),
  ).toEqual([second, reader]);
  expect(goneFrom([second], [{ ...second, expiresAtMs: 5_000 }, first])).toEqual([]);
});

describe('a file of tokens', () => {
  const alice = { name: 'alice', token: 'token-of-alice-0123456789' };

  test('names tokens, when they expire, and whose streams they look at', () => {
    const text = JSON.stringify([
      { ...alice, expires: '2027-01-01T00:00:00Z' },
      { name: 'screen', token: 'token-of-screen-0123456789', reads: 'alice' },
    ]);
    const { tokens: found, problems } = parseTokenFile(text, []);
    expect({ tokens: found.map(token => ({ ...token, secret: plain(token.secret) })), problems }).toEqual({
      tokens: [
        { name: 'alice', secret: 'token-of-alice-0123456789', expiresAtMs: Date.UTC(2027, 0, 1) },
        { name: 'screen', secret: 'token-of-screen-0123456789', reads: 'alice' },
      ],
      problems: [],
    });
    expect(parseTokenFile('[]', [])).toEqual({ tokens: [], problems: [] });
  });

  test.each<[string, unknown, string]>([
    ['no JSON', '[{"name": "sentinel-4711"', 'must be a JSON list'],
    ['nothing', '', 'must be a JSON list'],
    ['an object', { sentinel: 'sentinel-4711' }, 'must be a JSON list'],
    ['an entry that is none', [alice, 'sentinel-4711'], 'token 2: must be an object with name and token'],
    ['null', [null], 'token 1: must be an object'],
    ['a list in the list', [[alice]], 'token 1: must be an object'],
    ['an unknown member', [{ ...alice, sentinel: 1 }], 'token 1: has no members but name, token, expires, reads'],
    ['no name', [{ token: alice.token }], 'token 1: name must be 1 to 40'],
    ['a wrong name', [{ ...alice, name: 'sentinel 4711' }], 'token 1: name must be 1 to 40'],
    ['no token', [{ name: 'alice' }], 'token 1: token must be 16 to 512'],
    ['a short token', [{ ...alice, token: 'sentinel-4711' }], 'token 1: token must be 16 to 512'],
    ['a token that is a number', [{ ...alice, token: 12_345_678_901_234 }], 'token 1: token must be'],
    ['a time that is none', [{ ...alice, expires: 'sentinel-4711' }], 'token 1: expires must be a time in UTC'],
    ['a day that is none', [{ ...alice, expires: '2027-02-30T00:00:00Z' }], 'expires must be a time in UTC'],
    ['a time of a place', [{ ...alice, expires: '2027-01-01T00:00:00+02:00' }], 'expires must be a time in UTC'],
    ['no time', [{ ...alice, expires: null }], 'token 1: expires must be'],
    ['an unknown owner', [{ ...alice, reads: 'sentinel-4711' }], 'token 1: reads must be the name of another token'],
    ['itself as owner', [{ ...alice, reads: 'alice' }], 'token 1: reads must name a token that is not read-only'],
    ['no owner', [{ ...alice, reads: 7 }], 'token 1: reads must be the name'],
    ['a name twice', [alice, { ...alice, token: `${alice.token}x` }], 'token 2 has the name of token 1'],
    ['a token twice', [alice, { ...alice, name: 'bob' }], 'token 2 is the same as token 1'],
    ['a name of another source', [{ ...alice, name: 'ann' }], 'token 2 has the name of token 1'],
  ])('is refused with %s, and nothing of it is shown', (_, content, reason) => {
    const { problems } = parseTokenFile(typeof content === 'string' ? content : JSON.stringify(content), [first]);
    expect(problems).toEqual([expect.stringContaining(reason)]);
    for (const secret of ['sentinel', '4711', alice.token, 'first-token'])
      expect(problems.join()).not.toContain(secret);
  });
});
