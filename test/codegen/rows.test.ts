import { afterEach, describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.js';
import { describeProblem } from '../../codegen/problem.js';
import { removeFolders, SmallProject } from '../support/project.js';

const crypto = 'spec/markets/crypto.yaml';
const trades = 'spec/polygon-docs/websockets/crypto/trades.md';
const cited = 'polygon-docs/websockets/crypto/trades.md';
const price = '{ key: p, name: price, type: number, see: 19, role: price }';
const time = 'type: integer, epoch: ms, role: time';

afterEach(removeFolders);

function faults(...edits: readonly (readonly [path: string, from: string, to: string])[]): string[] {
  const project = new SmallProject();
  for (const [path, from, to] of edits) project.edit(path, [from, to]);
  return generate(project.root).problems.map(describeProblem);
}

describe('a field is judged against the row that it cites', () => {
  test.each([
    [
      'a type',
      price,
      '{ key: p, name: price, type: integer, see: 19, role: price }',
      `spec/markets/crypto.yaml:38:32 crypto.XT.p cites ${cited}:19: type integer differs from the page, which says "number"`,
    ],
    [
      'a unit that the page does not have',
      price,
      '{ key: p, name: price, type: number, unit: USD, see: 19, role: price }',
      `spec/markets/crypto.yaml:38:46 crypto.XT.p cites ${cited}:19: unit USD differs from the page, which has none`,
    ],
    [
      'another epoch',
      time,
      'type: integer, epoch: ns, role: time',
      `spec/markets/crypto.yaml:39:51 crypto.XT.t cites ${cited}:20: epoch ns differs from the page, which says "Unix ms"`,
    ],
    [
      'an optional that the page does not know',
      price,
      '{ key: p, name: price, type: number, optional: true, see: 19, role: price }',
      `spec/markets/crypto.yaml:38:46 crypto.XT.p cites ${cited}:19: optional true differs from the page, which says "no"`,
    ],
  ])('%s is refused with the word of the page', (_, from, to, problem) => {
    expect(faults([crypto, from, to])).toContain(problem);
  });

  test.each([
    ['percent of par', 'unit missing differs from the page, which says "percent of par"'],
    ['USD (per coin)', 'unit missing differs from the page, which says "USD (per coin)"'],
  ])('a unit that only the page has is missed: %s', (unit, problem) => {
    expect(faults([trades, '| `p` | number | |', `| \`p\` | number | ${unit} |`])).toEqual([
      `spec/markets/crypto.yaml:38:11 crypto.XT.p cites ${cited}:19: ${problem}`,
    ]);
  });

  test('what the page adds behind the unit does not count', () => {
    const found = faults(
      [trades, '| `p` | number | |', '| `p` | number | USD (per coin) |'],
      [crypto, price, '{ key: p, name: price, type: number, unit: USD, see: 19, role: price }'],
    );
    expect(found).toEqual([]);
  });

  test.each([
    ['USD', 'USDT'],
    ['quote', 'quote currency'],
    ['percent', 'percent of par'],
  ])('a unit that only begins like that of the page is another one: %s, %s', (unit, word) => {
    const found = faults(
      [trades, '| `p` | number | |', `| \`p\` | number | ${word} |`],
      [crypto, price, `{ key: p, name: price, type: number, unit: ${unit}, see: 19, role: price }`],
    );
    expect(found).toEqual([
      `spec/markets/crypto.yaml:38:46 crypto.XT.p cites ${cited}:19: unit ${unit} differs from the page, which says "${word}"`,
    ]);
  });

  test('a time has its epoch, and no unit beside it', () => {
    expect(faults([crypto, time, 'type: integer, epoch: ms, unit: shares, role: time'])).toEqual([
      `spec/markets/crypto.yaml:39:62 crypto.XT.t cites ${cited}:20: the epoch says what a time counts; delete unit`,
    ]);
  });

  test('a table without the columns that prove it is said', () => {
    expect(faults([trades, '| Key | Type | Unit |', '| Key | Kind | Unit |'])).toContain(
      `spec/markets/crypto.yaml:38:32 crypto.XT.p cites ${cited}:19: the page's table lacks the column Type; its head is: | Key | Type | Unit | Optional | Meaning |`,
    );
  });

  test('a table that does not begin with the keys is said', () => {
    expect(faults([trades, '| Key | Type | Unit |', '| Name | Type | Unit |'])).toContain(
      `spec/markets/crypto.yaml:38:32 crypto.XT.p cites ${cited}:19: the page's table has no head such as: | Key | Type | Unit | Optional | Meaning |`,
    );
  });

  test('a size in shares is not one in contracts', () => {
    const found = faults(
      [trades, '| `p` | number | |', '| `p` | number | contracts |'],
      [crypto, price, '{ key: p, name: price, type: number, unit: shares, see: 19, role: price }'],
    );
    expect(found).toEqual([
      `spec/markets/crypto.yaml:38:46 crypto.XT.p cites ${cited}:19: unit shares differs from the page, which says "contracts"`,
    ]);
  });

  test('a time that comes as a text is refused', () => {
    const found = faults(
      [trades, '| `p` | number | |', '| `p` | string | Unix ms |'],
      [crypto, price, '{ key: p, name: price, type: string, epoch: ms, see: 19 }'],
    );
    expect(found).toContain(
      `spec/markets/crypto.yaml:38:46 crypto.XT.p cites ${cited}:19: a time is an integer, and the type is string`,
    );
  });

  test('a page that does not say whether a key can be missing is said', () => {
    expect(faults([trades, '| `p` | number | | no |', '| `p` | number | | perhaps |'])).toEqual([
      `spec/markets/crypto.yaml:38:11 crypto.XT.p cites ${cited}:19: the page says neither yes nor no to optional, but "perhaps"`,
    ]);
  });
});

describe('an example is judged against its channel', () => {
  const example = '{"ev":"XT","pair":"BTC-USD","p":97412.03,"t":1793416469734}';

  test.each([
    [
      'a required key is missing',
      '{"ev":"XT","pair":"BTC-USD","t":1793416469734}',
      'lacks the key p, which is not optional',
    ],
    [
      'a value has another type',
      '{"ev":"XT","pair":"BTC-USD","p":97412.03,"t":"1793416469734"}',
      'has a value under t that is not of type integer',
    ],
    [
      'a symbol is written in another form',
      '{"ev":"XT","pair":"BTCUSD","p":97412.03,"t":1793416469734}',
      'has the symbol BTCUSD, which is not written as pair like BTC-USD',
    ],
  ])('%s', (_, text, fault) => {
    expect(faults([trades, example, text])).toEqual([
      `spec/markets/crypto.yaml:35:15 crypto.XT sample 1 (${cited}:23) ${fault}`,
    ]);
  });

  test('one that is cited twice is no second one', () => {
    expect(faults([crypto, 'samples: [23, 27]', 'samples: [23, "trades.md:23"]'])).toEqual([
      `spec/markets/crypto.yaml:35:19 crypto.XT sample 2 (${cited}:23) is the same event as sample 1; cite another example`,
    ]);
  });

  test('one that is written down twice is no second one', () => {
    expect(faults([trades, '{"ev":"XT","pair":"ETH-USD","p":3914.27,"t":1793416462208}', example])).toEqual([
      `spec/markets/crypto.yaml:35:19 crypto.XT sample 2 (${cited}:27) is the same event as sample 1; cite another example`,
    ]);
  });

  test('keys that no field names may stand in it', () => {
    expect(faults([trades, example, '{"ev":"XT","pair":"BTC-USD","p":97412.03,"t":1793416469734,"z":1}'])).toEqual([]);
  });
});
