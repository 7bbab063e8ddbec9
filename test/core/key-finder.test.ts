import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../runtime/core/secret.js';
import { FeedText } from '../../runtime/feed/feed-text.js';
import { formatMessage } from '../../runtime/market/format.js';
import { entryOf, marketOf } from '../support/markets.js';
import { tries } from '../support/property.js';

const key = 'hX3kPq9TzLw7RbV2';

function cleanBytes(secret: Secret, frame: Buffer): Buffer {
  const cleaning = secret.cleaning(frame);
  let step = cleaning.next();
  while (!step.done) step = cleaning.next();
  return step.value;
}

describe('a whole key is found', () => {
  test.each([
    ['as it is', 'hX3kPq9TzLw7RbV2'],
    ['in small letters', 'hx3kpq9tzlw7rbv2'],
    ['in capitals', 'HX3KPQ9TZLW7RBV2'],
    ['URL-encoded', '%68%58%33%6b%50%71%39%54%7a%4C%77%37%52%62%56%32'],
    ['URL-encoded in part', 'hX3%6bPq9TzLw%37RbV2'],
    ['URL-encoded twice', '%2568X3kPq9TzLw7RbV2'],
    ['as codes of JSON', '\\u0068\\u0058\\u0033kPq9TzLw7RbV\\u0032'],
    ['as codes of JSON in a text of JSON', '\\\\u0068X3kPq9TzLw7RbV2'],
    ['in base64', 'aFgza1BxOVR6THc3UmJWMg=='],
    ['in base64 without padding', 'aFgza1BxOVR6THc3UmJWMg'],
    ['in base64 behind one more byte', 'OmhYM2tQcTlUekx3N1JiVjI='],
    ['in hex', '6858336b507139547a4c773752625632'],
    ['in hex in capitals', '6858336B507139547A4C773752625632'],
  ])('%s', (_what, spelled) => {
    const clean = new Secret(key).clean(`the key ${spelled}, and more`);
    expect(clean).toMatch(/^the key \S{0,2}\[redacted\], and more$/);
  });

  test('with the signs that are escaped in texts', () => {
    const odd = new Secret('ab+/"c=\\d&e');
    for (const spelled of ['ab+/"c=\\d&e', 'ab%2B%2F%22c%3D%5cd%26e', 'ab+\\/\\"c=\\\\d&e']) {
      expect(odd.clean(`?k=${spelled}&x=1`)).toBe('?k=[redacted]&x=1');
    }
  });

  test('in the form of base64 for URLs', () => {
    const odd = 'a?>a?>a?>~~~';
    expect(new Secret(odd).clean(`<${Buffer.from(odd).toString('base64url')}>`)).toBe('<[redacted]>');
    expect(new Secret(odd).clean(`<${Buffer.from(odd).toString('base64')}>`)).toBe('<[redacted]>');
  });

  test('as often as it stands there', () => {
    expect(new Secret(key).clean(`${key}${key} ${key}`)).toBe('[redacted][redacted] [redacted]');
  });

  test('however its characters are spelled, in any text', () => {
    const visible = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map(code => String.fromCharCode(code)),
      minLength: 8,
      maxLength: 40,
    });
    const plain = fc.string({ unit: fc.constantFrom(...'abcXYZ 019'), maxLength: 20 });
    const hex = (character: string): string => character.charCodeAt(0).toString(16).padStart(2, '0');
    const ways: readonly ((character: string) => string)[] = [
      character => character,
      character => character.toUpperCase(),
      character => `%${hex(character).toUpperCase()}`,
      character => `\\u00${hex(character)}`,
    ];
    fc.assert(
      fc.property(
        visible,
        fc.array(fc.nat(3), { minLength: 40, maxLength: 40 }),
        plain,
        plain,
        (secret, chosen, before, after) => {
          const spelled = [...secret].map((character, index) => ways[chosen[index]!]!(character)).join('');
          const clean = new Secret(secret).clean(`${before} ${spelled} ${after}`);
          expect(clean).toBe(`${before} [redacted] ${after}`);
        },
      ),
      tries(500),
    );
  });
});

describe('what is no whole key stays', () => {
  test.each([
    ['its beginning', 'hX3kPq9TzLw7RbV'],
    ['its end', 'X3kPq9TzLw7RbV2'],
    ['another key', 'hX3kPq9TzLw7RbV3'],
    ['a time', '2026-11-23T14:30:00.123Z'],
  ])('%s', (_what, text) => {
    expect(new Secret(key).clean(text)).toBe(text);
    const frame = Buffer.from(text);
    expect(cleanBytes(new Secret(key), frame)).toBe(frame);
  });

  test('a key of digits alone is none within a longer number', () => {
    const digits = new Secret('17896542');
    expect(digits.clean('at 1789654286204 or 0.17896542 or 17896542.5')).toBe(
      'at 1789654286204 or 0.17896542 or 17896542.5',
    );
    expect(digits.clean('key 17896542.')).toBe('key [redacted].');
  });

  test('a key of the operator of less than eight characters is not looked for', () => {
    expect(new Secret('live').clean('live')).toBe('live');
    expect(new Secret('live').isCleaned).toBe(false);
    expect(new Secret('live-123').isCleaned).toBe(true);
  });
});

describe('a frame', () => {
  test('is still JSON when it is cleaned', () => {
    const digits = new Secret('17896542');
    const frame = Buffer.from('[{"ev":"T","a":17896542,"b":[17896542, 1],"c":"17896542","d":178965421}]');
    expect(JSON.parse(cleanBytes(digits, frame).toString())).toEqual([
      { ev: 'T', a: null, b: [null, 1], c: '[redacted]', d: 178965421 },
    ]);
  });

  test('keeps bytes beyond ASCII', () => {
    const frame = Buffer.from(`Größe ${key} 日本`);
    expect(cleanBytes(new Secret(key), frame).toString()).toBe('Größe [redacted] 日本');
  });
});

describe('a large frame', () => {
  test.each([
    ['as it is', key],
    ['URL-encoded eight times', [...key].map(one => `%${'25'.repeat(8)}${one.charCodeAt(0).toString(16)}`).join('')],
    ['behind backslashes', [...key].map(one => `\\\\\\u00${one.charCodeAt(0).toString(16)}`).join('')],
  ])('loses each key in it, wherever it stands, and nothing else: %s', (_what, spelled) => {
    for (let at = 0; at <= spelled.length; at += 7) {
      const before = 'x'.repeat(2 ** 15 - at);
      const between = 'y'.repeat(2 ** 15 - spelled.length);
      const frame = Buffer.from(`${before}${spelled}${between}${spelled}z`);
      expect(cleanBytes(new Secret(key), frame).toString()).toBe(`${before}[redacted]${between}[redacted]z`);
    }
  });

  test('keeps a number that contains the digits of a key, also where it is looked at in two steps', () => {
    const digits = new Secret('17896542');
    for (let at = 0; at <= 12; at++) {
      const frame = Buffer.from(`["${'x'.repeat(2 ** 15 - at)}",117896542, 17896542]`);
      expect(cleanBytes(digits, frame).toString()).toBe(frame.toString().replace(' 17896542', ' null'));
    }
  });
});

/** Texts that take long to tell from the key. */
const near = [
  ['first characters, encoded', '%25252525252525256b'],
  ['nearly whole keys, encoded', [...key.slice(0, -1)].map(one => `%2525${one.charCodeAt(0).toString(16)}`).join('')],
  ['nearly whole keys', key.slice(0, -1)],
  ['backslashes', `${'\\'.repeat(200)}h`],
] as const;

describe.each(near)('a text of %s', (_what, piece) => {
  const text = piece.replaceAll('6b', '68').repeat(200_000 / piece.length);
  /** Twice what a turn may take, on a machine that is busy. */
  const mostMs = 40;

  test('is looked through in short steps where it is recorded', () => {
    const cleaning = new Secret(key).cleaning(Buffer.from(text.repeat(3)));
    for (let done: boolean | undefined = false; !done; ) {
      const began = process.cpuUsage();
      done = cleaning.next().done;
      expect(process.cpuUsage(began).user / 1_000).toBeLessThan(mostMs);
    }
  });

  test('costs a message with a thousand of them no longer than one, and lets no key through', () => {
    const texts = [...Array(1_000).fill(text), `x${key}`, `${'%68'.repeat(50)}${key}`];
    const raw = { ev: 'T', sym: 'AAPL', p: 1, i: text, c: texts };
    const began = process.cpuUsage();
    const message = formatMessage(marketOf('stocks'), entryOf('T', 'AAPL', raw), 'full', new FeedText(new Secret(key)));
    expect(process.cpuUsage(began).user / 1_000).toBeLessThan(mostMs);
    const shown = JSON.stringify(message);
    expect(shown).not.toMatch(/hX3kPq9TzLw7RbV2/i);
    expect((message.conditions as string[]).at(-2)).toMatch(/^x?\[redacted\]$/);
  });
});

test.each([
  ['backslashes', '\\'],
  ['signs of percent', '%25'],
  ['beginnings of the key', key.slice(0, -1)],
  ['first characters of the key', 'h'],
])('a MiB of %s takes less than a second of the processor', (_what, piece) => {
  const frame = Buffer.alloc(2 ** 20, piece);
  const began = process.cpuUsage();
  for (const secret of [key, '\\'.repeat(256), `${'%25'.repeat(20)}!`]) cleanBytes(new Secret(secret), frame);
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(1_000);
});

test('a long text of a feed is cut after it was cleaned, so that no part of a key is left over', () => {
  const text = new FeedText(new Secret(key));
  for (let before = 280; before <= 310; before++) {
    const shown = text.quote(`${'x'.repeat(before)}${key}${'y'.repeat(100)}`);
    expect(shown).not.toMatch(/hX3/);
  }
  expect(text.quote(key.repeat(50_000))).not.toMatch(/hX3/);
  expect(text.quote('x'.repeat(1_000_000))).toBe(`${'x'.repeat(300)}…`);
});

test('a number that is a key of digits is cleaned, and no other', () => {
  const text = new FeedText(new Secret('17896542'));
  expect([text.number(17896542), text.number(178965421), text.number(1.5)]).toEqual(['[redacted]', 178965421, 1.5]);
});
