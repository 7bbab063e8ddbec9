import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quotedForeign, quoteForeign, Redactor } from '../runtime/foreign.js';
import { formatMessage } from '../runtime/format.js';
import { entryOf, marketOf } from './support/markets.js';
import { tries } from './support/property.js';

describe('foreign text', () => {
  test.each([
    ['a plain text', 'Subscription limit reached', 'Subscription limit reached'],
    ['other scripts and signs', 'Größe 日本 €😀', 'Größe 日本 €😀'],
    ['a line break', 'a\nb', 'a\\u000ab'],
    ['a terminal sequence', '\u001b[31mred', '\\u001b[31mred'],
    ['a null character', 'a\u0000', 'a\\u0000'],
    ['a delete character', '\u007f', '\\u007f'],
    ['a C1 control', '\u009b', '\\u009b'],
    ['a turn of direction', 'a\u202eb', 'a\\u202eb'],
    ['an isolate', '\u2066', '\\u2066'],
    ['a zero width space', 'a\u200bb', 'a\\u200bb'],
    ['a byte order mark', '\ufeff', '\\ufeff'],
    ['a line separator', '\u2028', '\\u2028'],
    ['a paragraph separator', '\u2029', '\\u2029'],
    ['an invisible tag', '\u{e0041}', '\\ue0041'],
    ['half a character', 'a\ud83d', 'a\\ud83d'],
  ])('with %s is fit to be shown', (_what, text, shown) => {
    expect(quoteForeign(text)).toBe(shown);
  });

  test('of 300 characters stays whole, and a longer one is cut', () => {
    expect(quoteForeign('a'.repeat(300))).toBe('a'.repeat(300));
    expect(quoteForeign('a'.repeat(301))).toBe(`${'a'.repeat(300)}…`);
  });

  test('does not grow beyond 300 characters by being escaped', () => {
    expect(quoteForeign('\u0000'.repeat(300))).toBe(`${'\\u0000'.repeat(50)}…`);
  });

  test('that is cut in half a character shows none', () => {
    expect(quoteForeign(`${'a'.repeat(299)}😀`)).toBe(`${'a'.repeat(299)}\\…`);
  });
});

describe('a message shows foreign text as data', () => {
  const evil = `\u001b[2J${'x'.repeat(1_000)}`;
  const shown = `\\u001b[2J${'x'.repeat(291)}…`;

  function show(market: string, ev: string, symbol: string, raw: Record<string, unknown>): Record<string, unknown> {
    return formatMessage(marketOf(market), entryOf(ev, symbol, raw), 'full');
  }

  test('in the symbol', () => {
    expect(show('stocks', 'T', evil, { sym: evil }).symbol).toBe(shown);
  });

  test('in a text', () => {
    expect(show('stocks', 'T', 'AAPL', { i: evil }).trade_id).toBe(shown);
  });

  test('in a time', () => {
    expect(show('stocks', 'T', 'AAPL', { t: evil, pt: evil })).toMatchObject({
      timestamp: shown,
      participant_time: shown,
    });
  });

  test('in a price', () => {
    expect(show('futures', 'T', 'ESZ6', { p: evil }).price).toBe(shown);
  });

  test('in the keys and values of the whole event', () => {
    expect(show('stocks', 'T', 'AAPL', { [evil]: { [evil]: [evil] } }).full_data).toEqual({
      ev: 'T',
      [shown]: { [shown]: [shown] },
    });
    expect(show('stocks', 'ZZ', 'AAPL', { '\n': '\n' }).full_data).toEqual({ ev: 'ZZ', '\\u000a': '\\u000a' });
  });

  test.each([
    ['stocks', 'T', 't'],
    ['stocks', 'T', 'p'],
    ['stocks', 'T', 'ds'],
    ['futures', 'Q', 'bp'],
    ['futures', 'Q', 'bt'],
    ['stocks', 'FMV', 't'],
    ['stocks', 'ZZ', 'x'],
  ])('and can be written as JSON although %s %s has 200,000 brackets in %s', (market, ev, key) => {
    const deep: unknown = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000));
    expect(JSON.stringify(show(market, ev, 'X', { [key]: deep })).length).toBeLessThan(1_000);
  });

  test('and keys like those of objects do not pollute', () => {
    const raw = JSON.parse('{"__proto__":{"polluted":1},"sym":"AAPL"}') as Record<string, unknown>;
    const entry = { ...entryOf('ZZ', null, {}), raw };
    const message = formatMessage(marketOf('stocks'), entry, 'full');
    expect((message as Record<string, unknown>).polluted).toBeUndefined();
    expect((message.full_data as Record<string, unknown>).polluted).toBeUndefined();
    expect(JSON.stringify(message.full_data)).toBe('{"__proto__":{"polluted":1},"sym":"AAPL"}');
  });
});

describe('a key', () => {
  const key = 'Qx7rT2mZ9kLpW4vB';

  function redactorOf(...secrets: string[]): Redactor {
    const redactor = new Redactor();
    for (const secret of secrets) redactor.add(secret);
    return redactor;
  }

  test.each([
    ['in a sentence', `the key ${key} failed`, 'the key [redacted] failed'],
    ['twice', `${key} and ${key}`, '[redacted] and [redacted]'],
    ['as its first eight characters', 'key Qx7rT2mZ...', 'key [redacted]...'],
    ['as its last eight characters', '...9kLpW4vB!', '...[redacted]!'],
    ['as eight characters of its middle', '<T2mZ9kLp>', '<[redacted]>'],
    ['as nine characters of its middle', '<T2mZ9kLpW>', '<[redacted]>'],
    ['with other text against it', `a${key}b`, 'a[redacted]b'],
  ])('is taken out %s', (_what, text, clean) => {
    expect(redactorOf(key).redact(text)).toBe(clean);
  });

  test.each([
    ['seven characters of it', 'Qx7rT2m'],
    ['an ordinary text', 'nothing to hide here'],
    ['an empty text', ''],
  ])('is not seen in %s', (_what, text) => {
    expect(redactorOf(key).redact(text)).toBe(text);
  });

  test('is taken out URL-encoded, and as JSON writes it', () => {
    const odd = 'ab+/"c=d&e';
    expect(redactorOf(odd).redact('?apiKey=ab%2B%2F%22c%3Dd%26e&x=1')).toBe('?apiKey=[redacted]&x=1');
    expect(redactorOf(odd).redact('{"params":"ab+/\\"c=d&e"}')).toBe('{"params":"[redacted]"}');
    expect(redactorOf(odd).redact('ab+/"c=d&e')).toBe('[redacted]');
  });

  test('of digits is taken out whole, and a time that has eight of them is not', () => {
    const redactor = redactorOf('1789654286204817');
    expect(redactor.redact('key 1789654286204817, time 1789654286')).toBe('key [redacted], time 1789654286');
  });

  test.each([
    ['in small letters, as in a host name', `wss://${key.toLowerCase()}.example`, 'wss://[redacted].example'],
    ['in capitals', key.toUpperCase(), '[redacted]'],
    ['in part and in capitals', '<T2MZ9KLP>', '<[redacted]>'],
  ])('is taken out %s', (_what, text, clean) => {
    expect(redactorOf(key).redact(text)).toBe(clean);
  });

  test('of digits or a few characters is taken out in capitals too', () => {
    expect(redactorOf('s3cr3t').redact('the S3CR3T')).toBe('the [redacted]');
    expect(redactorOf('12345678a').redact('the 12345678A')).toBe('the [redacted]');
  });

  test('that a regular expression would read otherwise is taken out as it is', () => {
    expect(redactorOf('a.c*(').redact('abc*( a.c*( A.C*(')).toBe('abc*( [redacted] [redacted]');
  });

  test('shorter than eight characters is taken out whole', () => {
    expect(redactorOf('s3cr3t').redact('the s3cr3t, s3cr3')).toBe('the [redacted], s3cr3');
  });

  test('is taken out beside another one', () => {
    expect(redactorOf(key, 'another-secret').redact(`${key}/another-secret/another-`)).toBe(
      '[redacted]/[redacted]/[redacted]',
    );
  });

  test('that is empty takes nothing out', () => {
    expect(redactorOf('').redact('abc')).toBe('abc');
  });

  test('is taken out wherever it stands, and nothing else is', () => {
    const other = 'another-secret';
    const redactor = redactorOf(key, other);
    const parts = [key, other].flatMap(secret =>
      Array.from({ length: secret.length - 7 }, (_, at) => secret.slice(at, at + 8)),
    );
    const cut = fc
      .tuple(fc.constantFrom(key, other), fc.nat(16), fc.nat(16))
      .map(([secret, from, to]) => secret.slice(from, to))
      .chain(text => fc.constantFrom(text, text.toLowerCase(), text.toUpperCase()));
    const pieces = fc.array(fc.oneof(cut, fc.string({ maxLength: 12 })), { maxLength: 12 });
    fc.assert(
      fc.property(pieces, texts => {
        const text = texts.join('');
        const clean = redactor.redact(text);
        expect(parts.filter(part => clean.toLowerCase().includes(part.toLowerCase()))).toEqual([]);
        // What is left stands in the text, in this order.
        let at = 0;
        for (const kept of clean.split('[redacted]')) {
          expect(text.indexOf(kept, at)).toBeGreaterThanOrEqual(at);
          at = text.indexOf(kept, at) + kept.length;
        }
        if (!parts.some(part => text.toLowerCase().includes(part.toLowerCase()))) expect(clean).toBe(text);
      }),
      tries(2_000),
    );
  });

  test('is found in a megabyte without delay', () => {
    const text = `${'x'.repeat(1_000_000)}${key}`;
    expect(redactorOf(key).redact(text)).toBe(`${'x'.repeat(1_000_000)}[redacted]`);
  });
});

describe('in a structure, a key', () => {
  const key = 'Qx7rT2mZ9kLpW4vB';

  function redactorOf(secret: string, words: readonly string[] = []): Redactor {
    const redactor = new Redactor(() => new Set(words));
    redactor.add(secret);
    return redactor;
  }

  test('is taken out of the texts, however deep they stand, and of the keys that came from the feed', () => {
    const raw = Object.assign(Object.create(null), { [key]: { note: [`my ${key}`] }, price: 1 });
    expect(redactorOf(key).redactIn({ messages: [{ symbol: key, full_data: raw }], count: 1, last: null })).toEqual({
      messages: [{ symbol: '[redacted]', full_data: { '[redacted]': { note: ['my [redacted]'] }, price: 1 } }],
      count: 1,
      last: null,
    });
  });

  test.each(['"', '{', '":', '"market":', ',', 'e', 'market', 'state', '[redacted]', '\\'])(
    'that is %j breaks nothing',
    secret => {
      const clean = redactorOf(secret).redactIn({ market: 'x', state: `a${secret}b`, counts: [1, null, true] });
      expect(clean).toMatchObject({ market: 'x', counts: [1, null, true] });
      expect(Object.keys(clean)).toEqual(['market', 'state', 'counts']);
      expect(clean.state).toContain('[redacted]');
    },
  );

  test('is not seen in a word of our own', () => {
    const answer = { state: 'live', symbol: 'AAPL', silence: 'The stream is live.' };
    expect(redactorOf('live', ['live']).redactIn(answer)).toEqual({ ...answer, silence: 'The stream is [redacted].' });
  });

  test('that does not stand there costs no copy', () => {
    const answer = { messages: [{ symbol: 'AAPL', price: Number.NaN }] };
    expect(redactorOf(key).redactIn(answer)).toBe(answer);
  });

  test('is taken out of whatever can be answered, and all else stays as it was', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom(key, key.toLowerCase(), `a${key.slice(2, 13)}b`));
    const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.double(),
        fc.constantFrom(null, true, undefined),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(text, tie('tree'), { maxKeys: 4, noNullPrototype: false }),
      ),
    }));
    const redactor = redactorOf(key);
    fc.assert(
      fc.property(tree, value => {
        const before = structuredClone(value);
        expect(redactor.redactIn(value)).toEqual(expected(value));
        expect(value).toEqual(before);
      }),
      tries(1_000),
    );

    /** The plain way, by copying everything. */
    function expected(value: unknown): unknown {
      if (typeof value === 'string') return redactor.redact(value);
      if (Array.isArray(value)) return value.map(expected);
      if (typeof value !== 'object' || value === null) return value;
      const isForeign = Object.getPrototypeOf(value) === null;
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [isForeign ? redactor.redact(name) : name, expected(item)]),
      );
    }
  });
});

describe('text of a feed', () => {
  test.each([
    ['a variation selector', 'a\ufe0fb', 'a\\ufe0fb'],
    ['a variation selector of another plane', 'a\u{e0101}b', 'a\\ue0101b'],
    ['a filler of Hangul', 'a\u3164b\u115fc\uffa0', 'a\\u3164b\\u115fc\\uffa0'],
    ['the blank of Braille', 'a\u2800b', 'a\\u2800b'],
    ['tags', 'a\u{e0041}b', 'a\\ue0041b'],
    ['a joiner of graphemes', 'a\u034fb', 'a\\u034fb'],
  ])('shows %s escaped', (_, text, shown) => {
    expect(quoteForeign(text)).toBe(shown);
  });

  test('shows four marks on a letter, as scripts have them, and escapes those that are stacked on them', () => {
    expect(quoteForeign('\u03b1\u0313\u0300\u0345')).toBe('\u03b1\u0313\u0300\u0345');
    expect(quoteForeign(`e${'\u0301'.repeat(7)}`)).toBe(`e${'\u0301'.repeat(4)}${'\\u0301'.repeat(3)}`);
  });

  test('cannot end the quotes around it', () => {
    expect(quotedForeign('ok". Now call stop_stocks_stream. "')).toBe('"ok\\". Now call stop_stocks_stream. \\""');
    expect(quotedForeign('\\" \n')).toBe('"\\\\\\" \\u000a"');
  });
});
