import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../runtime/core/secret.js';
import { describeThrown, describeTrouble } from '../../runtime/core/thrown.js';

const key = 'hX3kPq9TzLw7RbV2mN8cYdJ5';

function thrownBy(task: () => unknown): unknown {
  try {
    task();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test.each<[string, () => unknown, RegExp]>([
  ['JSON.parse', () => JSON.parse(key), /^SyntaxError at /],
  ['URL', () => new URL(key), /^TypeError ERR_INVALID_URL at /],
  ['Headers', () => new Headers({ authorization: `${key}\n${key}` }), /^TypeError at /],
  ['decodeURIComponent', () => decodeURIComponent(`%${key}`), /^URIError at /],
  ['zod', () => z.strictObject({}).parse({ [key]: key }), /^ZodError/],
  ['a regular expression', () => new RegExp(`(${key}`), /^SyntaxError at /],
])('an error of %s is described by class, code and place, without what came in', (_what, task, described) => {
  const error = thrownBy(task);
  expect(describeThrown(error)).toMatch(described);
  expect(describeThrown(error)).not.toContain(key);
  expect(describeTrouble(error)).not.toContain(key);
});

test('an error of the system says what was called', async () => {
  const error = await readFile(`/nowhere/${key}`).catch(thrown => thrown);
  expect(describeTrouble(error)).toBe('ENOENT (open)');
});

test('a place is told only where it cannot be a part of the message', () => {
  const liar = new Error(`x\n    at ${key} (file:///a/b.js:1:1)`);
  expect(describeThrown(liar)).not.toContain(key);
  const changed = new Error(`x\n    at ${key} (file:///a/b.js:1:1)`);
  changed.message = 'y';
  expect(describeThrown(changed)).not.toContain(key);
  expect(describeThrown(new Error('x'))).toMatch(/^Error at .*thrown\.test\.ts:\d+:\d+/);
});

test.each([
  ['a text', key, 'a string was thrown'],
  ['nothing', undefined, 'a undefined was thrown'],
  ['null', null, 'a null was thrown'],
  ['an object', { message: key, stack: key }, 'a object was thrown'],
])('%s that is thrown is not shown', (_what, thrown, described) => {
  expect(describeThrown(thrown)).toBe(described);
});

test('names and codes that are no words are left out', () => {
  const error = Object.assign(new Error('x'), { name: key, code: `${key} y`, syscall: key });
  expect(describeThrown(error)).not.toContain(key);
});

test('a secret shows nothing of itself, however it is written down', () => {
  const secret = new Secret(key);
  expect([
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }, { depth: 5, showHidden: true }),
    String([secret]),
  ]).toEqual(['[secret]', '{"secret":"[secret]"}', '{ secret: [secret] }', '[secret]']);
  expect(Object.keys(secret)).toEqual([]);
  expect(new Error('x', { cause: secret }).stack).not.toContain(key);
});

test('a secret equals one with the same text alone', () => {
  expect(new Secret(key).equals(new Secret(key))).toBe(true);
  for (const other of ['', key.slice(1), `${key}x`, key.toUpperCase()]) {
    expect(new Secret(key).equals(new Secret(other))).toBe(false);
  }
});
