import { describe, expect, test } from 'vitest';
import { Code, Documented, type Literal, literal } from '../../codegen/emit/literal.js';

describe('a literal', () => {
  test.each<[string, Literal, string]>([
    ['a text', 'plain', "'plain'"],
    ['an empty text', '', "''"],
    ['an apostrophe', "it's", "'it\\'s'"],
    ['quotation marks', 'say "so"', '\'say "so"\''],
    ['a backslash', 'a\\b', "'a\\\\b'"],
    ['a backslash in front of either quote', '\\\' \\"', "'\\\\\\' \\\\\"'"],
    ['line breaks and tabs', 'a\nb\tc\r', "'a\\nb\\tc\\r'"],
    ['a control character', '\u0007', "'\\u0007'"],
    ['letters of every script', '€ 日本 😀', "'€ 日本 😀'"],
    ['what looks like a template', '$' + '{x} `y`', "'$" + "{x} `y`'"],
    ['a whole number', 5000, '5000'],
    ['a fraction', 0.01, '0.01'],
    ['a negative number', -2, '-2'],
    ['truth', true, 'true'],
    ['code', new Code('z.string()'), 'z.string()'],
    ['an empty list', [], '[]'],
    ['an empty object', {}, '{}'],
    ['a list', ['a', 1, false], "['a', 1, false]"],
    ['an object', { a: 1, b: 'c' }, "{ a: 1, b: 'c' }"],
    [
      'keys that need quotes, and keys that do not',
      { 'a-b': 1, $c: 2, '3d': 3, _e: 4 },
      "{ 'a-b': 1, $c: 2, '3d': 3, _e: 4 }",
    ],
    ['a key with an apostrophe', { "it's": 1 }, "{ 'it\\'s': 1 }"],
    ['an object without the keys that have no value', { a: undefined, b: 1 }, '{ b: 1 }'],
    ['an object whose every key has no value', { a: undefined }, '{}'],
    ['lists in objects in lists', [{ a: [1, { b: [] }] }], '[{ a: [1, { b: [] }] }]'],
  ])('writes %s', (_, value, text) => {
    expect(literal(value)).toBe(text);
  });

  test.each(["it's", '\\', '\\\\"', "\\'", 'a\u2028b', 'line\nbreak', '\0'])(
    'reads back as the same text: %j',
    text => {
      expect(new Function(`return ${literal(text)};`)()).toBe(text);
    },
  );
});

describe('line breaks', () => {
  const hundred = ['a'.repeat(46), 'b'.repeat(46)];

  test('a list of exactly 100 characters stays on its line', () => {
    expect(literal(hundred)).toBe(`['${'a'.repeat(46)}', '${'b'.repeat(46)}']`);
    expect(literal(hundred)).toHaveLength(100);
  });

  test('a longer one is broken, each item on its own line with a comma behind it', () => {
    expect(literal(['a'.repeat(46), 'b'.repeat(47)])).toBe(`[\n  '${'a'.repeat(46)}',\n  '${'b'.repeat(47)}',\n]`);
  });

  test('the depth of the line counts', () => {
    expect(literal(hundred, 1)).toBe(`[\n    '${'a'.repeat(46)}',\n    '${'b'.repeat(46)}',\n  ]`);
  });

  test('a broken value breaks what it stands in, and its siblings stay flat', () => {
    const value = { list: ['a'.repeat(60), 'b'.repeat(60)], small: { x: 1 } };

    expect(literal({ outer: value })).toBe(
      [
        '{',
        '  outer: {',
        '    list: [',
        `      '${'a'.repeat(60)}',`,
        `      '${'b'.repeat(60)}',`,
        '    ],',
        '    small: { x: 1 },',
        '  },',
        '}',
      ].join('\n'),
    );
  });

  test('code with line breaks is left as it is and breaks what it stands in', () => {
    expect(literal({ a: new Code('z.object({\n  b: 1,\n})'), c: 1 })).toBe(
      '{\n  a: z.object({\n  b: 1,\n}),\n  c: 1,\n}',
    );
  });

  test('a documented value stands below its comment, however short it is', () => {
    expect(literal({ list: [new Documented({ a: 1 }, '@see page.md:1'), new Documented('b', '@see page.md:2')] })).toBe(
      [
        '{',
        '  list: [',
        '    /** @see page.md:1 */',
        '    { a: 1 },',
        '    /** @see page.md:2 */',
        "    'b',",
        '  ],',
        '}',
      ].join('\n'),
    );
  });

  test('a documented value of an object stands below its comment too', () => {
    expect(literal({ a: new Documented(1, 'Why.'), b: 2 })).toBe('{\n  /** Why. */\n  a: 1,\n  b: 2,\n}');
  });
});
