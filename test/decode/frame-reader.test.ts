import { describe, expect, test } from 'vitest';
import { suite } from '../../generated/suite.js';
import { FrameReader } from '../../runtime/decode/frame-reader.js';
import { Held, type Taken } from '../support/held.js';
import { marketOf } from '../support/markets.js';

function parse(text: string): Taken {
  return new Held(marketOf('stocks'), 1_000, 100_000_000).take(text);
}

function counts(text: string): readonly [statuses: number, events: number, malformed: number] {
  const { statuses, events, malformed } = parse(text);
  return [statuses.length, events.length, malformed];
}

describe('a frame', () => {
  test('may mix statuses, channels and symbols', () => {
    const frame = parse(
      '[{"ev":"status","status":"success","message":"subscribed to: T.AAPL"},{"ev":"T","sym":"AAPL","p":1},{"ev":"Q","sym":"MSFT"}]',
    );
    expect(frame).toEqual({
      statuses: [{ status: 'success', message: 'subscribed to: T.AAPL', means: 'subscribed' }],
      events: [
        { ev: 'T', sym: 'AAPL', p: 1 },
        { ev: 'Q', sym: 'MSFT' },
      ],
      malformed: 0,
    });
  });

  test('of one object is taken for an array of one', () => {
    expect(parse('{"ev":"T","sym":"AAPL"}').events).toEqual([{ ev: 'T', sym: 'AAPL' }]);
    expect(parse('{"ev":"status","status":"connected","message":"x"}').statuses[0]!.means).toBe('greeting');
  });

  test('is read in smaller pieces the more take its events, and means the same', () => {
    const held = new Held(marketOf('stocks'));
    const reader = new FrameReader(marketOf('stocks'), suite, held.buffer.symbols);
    const whole = Buffer.from(`[${Array(200).fill('{"ev":"T","sym":"A","p":1}').join()}]`);
    const odd = Buffer.from(String(whole).replace('"A"', '"\\u0041"'));
    const broken = Buffer.from(String(whole).slice(0, -1));
    for (const [data, reading] of [
      [whole, 'in pieces'],
      [odd, 'in pieces'],
      [broken, 'read'],
    ] as const) {
      expect([reader.read(data, 1), reader.read(data, 40)]).toEqual(['read', reading]);
    }
    expect([reader.events.count, reader.malformed]).toEqual([0, 1]);
    const counts = Array.from(reader.pieces(whole, 40), () => reader.events.count);
    expect(counts.reduce((sum, count) => sum + count)).toBe(200);
    expect(Math.max(...counts)).toBeLessThan(50);
  });

  test('keeps its events in their order, whatever their sequence numbers say', () => {
    const { events } = parse(
      '[{"ev":"T","sym":"A","q":9},{"ev":"T","sym":"A","q":3},{"ev":"T","sym":"A","q":3},{"ev":"T","sym":"A","q":1000}]',
    );
    expect(events.map(({ q }) => q)).toEqual([9, 3, 3, 1000]);
  });

  test('keeps an event of an unknown kind', () => {
    expect(parse('[{"ev":"ZZ","x":1}]').events).toEqual([{ ev: 'ZZ', x: 1 }]);
  });

  test('keeps nineteen digits', () => {
    const { events } = parse('[{"ev":"LULD","T":"SOFI","t":1789654286204817593,"q":88214}]');
    expect(events).toEqual([{ ev: 'LULD', T: 'SOFI', t: '1789654286204817593', q: 88214 }]);
  });

  test.each([
    ['nothing', '[]', [0, 0, 0]],
    ['an empty text', '', [0, 0, 1]],
    ['blanks', '  ', [0, 0, 1]],
    ['half an array', '[{"ev":"T","sym":"A"}', [0, 0, 1]],
    ['NaN', '[{"ev":"T","sym":"A","p":NaN}]', [0, 0, 1]],
    ['null', 'null', [0, 0, 1]],
    ['a number', '7', [0, 0, 1]],
    ['a text', '"T"', [0, 0, 1]],
    ['junk between events', '[null,1,"x",true,{"ev":"T","sym":"A"},[],{}]', [0, 1, 6]],
    ['nested arrays', '[[{"ev":"T","sym":"A"}],[[{"ev":"T","sym":"A"}]]]', [0, 0, 2]],
    ['objects without ev', '[{"sym":"AAPL"},{"ev":"T","sym":"A"}]', [0, 1, 1]],
    ['an ev that is no text', '[{"ev":1},{"ev":null},{"ev":["T"]},{"ev":{"a":1}},{"ev":"T","sym":"A"}]', [0, 1, 4]],
    ['a status without a code', '[{"ev":"status"}]', [1, 0, 0]],
  ])('with %s loses the bad part only, and counts it', (_what, text, expected) => {
    expect(counts(text)).toEqual(expected);
  });

  test('with a status of wrong types has texts all the same', () => {
    expect(parse('[{"ev":"status","status":5,"message":{"a":1}}]').statuses).toEqual([{ status: '', message: '' }]);
  });

  test.each([
    ['arrays', '['.repeat(200_000) + ']'.repeat(200_000), 1],
    ['open arrays', '['.repeat(200_000), 1],
    ['objects', `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`, 1],
    ['arrays around long numbers', `${'['.repeat(200_000)}1789654286204817593${']'.repeat(200_000)}`, 1],
  ])('of 200,000 nested %s is counted and does not throw', (_what, text, malformed) => {
    expect(counts(text)).toEqual([0, 0, malformed]);
  });

  test.each([
    ['30,000 brackets inside an event keeps it', 30_000, [0, 2, 0]],
    ['200,000 brackets inside an event counts it', 200_000, [0, 1, 1]],
  ])('with %s, and keeps those around it', (_what, depth, expected) => {
    const deep = '['.repeat(depth) + ']'.repeat(depth);
    expect(counts(`[{"ev":"T","sym":"A","p":${deep}},{"ev":"T","sym":"A","p":1}]`)).toEqual(expected);
  });

  test('does not pollute prototypes', () => {
    const { events, malformed } = parse(
      '[{"ev":"T","sym":"A","__proto__":{"polluted":1}},{"constructor":{"prototype":{"polluted":1}},"ev":"T","sym":"A"},{"__proto__":{"ev":"T","sym":"A"}}]',
    );
    expect([events.length, malformed]).toEqual([2, 1]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(events[0]!.polluted).toBeUndefined();
    expect(Object.keys(events[0]!)).toEqual(['ev', 'sym', '__proto__']);
  });
});

test('a large frame of events without its brackets is one broken item, as a small one is', () => {
  const event = `{"ev":"T","sym":"AAPL","i":"${'x'.repeat(1_000)}"}`;
  const few = [event, event].join(',');
  const many = Array.from({ length: 200 }, () => event).join(',');

  expect(counts(few)).toEqual([0, 0, 1]);
  expect(counts(many)).toEqual([0, 0, 1]);
});
