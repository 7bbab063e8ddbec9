import { describe, expect, test } from 'vitest';
import { mostEventBytes, Splitter } from '../../runtime/decode/splitter.js';

interface Cut {
  /** Items that may be events, as they stand in the frame. */
  readonly items: readonly string[];
  readonly malformed: number;
}

function cut(text: string, stepBytes = 2 ** 15): Cut {
  const data = Buffer.from(text);
  const splitter = new Splitter(data, stepBytes);
  const items: string[] = [];
  let malformed = 0;
  while (!splitter.ended) {
    splitter.step();
    const { spans, count } = splitter;
    for (let item = 0; item < count; item++) items.push(data.toString('utf8', spans[2 * item], spans[2 * item + 1]));
    malformed += splitter.malformed;
  }
  return { items, malformed };
}

const [a, b] = ['{"ev":"T","sym":"A"}', '{"ev":"Q","sym":"B"}'];

describe('a frame is cut', () => {
  test.each<[string, string, readonly string[], number]>([
    ['at the commas between its items', `[${a},${b}]`, [a, b], 0],
    ['without the blanks around items', ` [\n${a} ,\t${b}\r] `, [a, b], 0],
    ['into nothing where it is empty', '[ ]', [], 0],
    ['into itself where it is a lone object', ` ${a}`, [a], 0],
    ['into itself, whatever stands behind a lone object', `${a}${b}`, [a + b], 0],
    ['not at what is inside an item', '[{"ev":"T","c":[1,{"d":"]"}]}]', ['{"ev":"T","c":[1,{"d":"]"}]}'], 0],
    [
      'not at brackets, commas and escaped quotes of a text',
      '[{"ev":"\\"],[\\\\"},{"ev":"}"}]',
      ['{"ev":"\\"],[\\\\"}', '{"ev":"}"}'],
      0,
    ],
    ['beside items that are no objects', `[1,${a},"x",null,[${b}],{},-1.5e3,"],[" ]`, [a], 7],
    ['beside items that are missing', `[,${a},,${b},]`, [a, b], 3],
    ['beside items whose own brackets do not fit', `[${a},{"ev":"T"],${b}]`, [a, '{"ev":"T"]', b], 0],
    ['and what has no comma between is one item', `[${a}${b}]`, [a + b], 0],
    ['and what is cut off counts as one', `[${a},${b.slice(0, -1)}`, [a], 1],
    ['and what is cut off in a text counts as one', `[${a},{"ev":"T,${b}]`, [a], 1],
    ['and what is cut off in an escape counts as one', `[${a},{"ev":"\\`, [a], 1],
    ['and an item behind which the array does not end counts as one', `[${a},${b}`, [a], 1],
    ['and what follows its last bracket counts as one', `[${a}],${b},${b}`, [a], 1],
    ['and a scalar counts', '"x"', [], 1],
    ['and nothing counts', '', [], 1],
    ['and blanks count', ' \n', [], 1],
    ['and a byte order mark counts', `\ufeff[${a}]`, [], 1],
    ['and brackets that never close count as one', '['.repeat(1_000), [], 1],
  ])('%s', (_what, text, items, malformed) => {
    expect(cut(text)).toEqual({ items, malformed });
    for (let stepBytes = 1; stepBytes < text.length + 2; stepBytes++) {
      expect([stepBytes, cut(text, stepBytes)]).toEqual([stepBytes, { items, malformed }]);
    }
  });

  test('without looking into an item that is larger than any event', () => {
    const eventOf = (bytes: number): string => `{"ev":"${'x'.repeat(bytes - '{"ev":""}'.length)}"}`;
    const [largest, tooLarge] = [eventOf(mostEventBytes), eventOf(mostEventBytes + 1)];
    expect(cut(`[${largest},${tooLarge},${a}]`)).toEqual({ items: [largest, a], malformed: 1 });
    expect(cut(tooLarge)).toEqual({ items: [], malformed: 1 });
  });

  test('in steps that look at no more than so many bytes, and list what ended in them', () => {
    const data = Buffer.from(`[${Array(1_000).fill(a).join()}]`);
    const splitter = new Splitter(data, 100);
    const counts: number[] = [];
    while (!splitter.ended) {
      splitter.step();
      counts.push(splitter.count);
    }
    expect(counts).toHaveLength(Math.ceil(data.length / 100));
    expect(Math.max(...counts)).toBe(5);
    expect(counts.reduce((sum, count) => sum + count)).toBe(1_000);
  });
});
