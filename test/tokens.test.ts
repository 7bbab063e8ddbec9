import { expect, test } from 'vitest';
import { Tokens } from '../runtime/tokens.js';

const tokens = new Tokens(['first-token-0123456789', 'second-token-0123456789']);

test.each([
  ['Bearer first-token-0123456789', 0],
  ['bearer  second-token-0123456789', 1],
  ['Bearer first-token-012345678', undefined],
  ['Bearer first-token-0123456789x', undefined],
  ['Bearer first-token-0123456789,second-token-0123456789', undefined],
  ['Basic first-token-0123456789', undefined],
  ['first-token-0123456789', undefined],
  ['Bearer ', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j is the token of number %j', (authorization, number) => {
  expect(tokens.find(authorization)).toBe(number);
});

test('without tokens none is asked for, and none is found', () => {
  const none = new Tokens([]);
  expect([none.required, none.find('Bearer '), none.find(undefined)]).toEqual([false, undefined, undefined]);
});
