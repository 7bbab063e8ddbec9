import { afterEach, describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.js';
import { describeProblem } from '../../codegen/problem.js';
import { removeFolders, SmallProject } from '../support/project.js';

afterEach(removeFolders);

const page = [
  '# Codes',
  '',
  '| Code | Name | Updates | Sure |',
  '|---|---|---|---|',
  '| 1 | Sell side | last, high/low, volume | high |',
  '| 7 | Late | high/low, volume | medium |',
  '| 8 | Repeated | nothing | high |',
  '| 9 | Package | not known | low |',
  '| 12 | After hours | volume | high |',
  '',
  '| Code | Where | Updates | Sure |',
  '|---|---|---|---|',
  '| 12 | outside the regular session | last, volume | medium |',
  '',
  '| Code | Name | Sure |',
  '|---|---|---|',
  '| 1 | Coinbase | high |',
  '| 4 | Old one | low |',
];
const file = 'spec/conditions/crypto.yaml';
const conditions = `market: crypto
pages: polygon-docs/market
trades:
  - { code: 1, name: Sell side, sure: high, updates: [last, high_low, volume], see: "small.md:5" }
  - { code: 7, name: Late, sure: medium, updates: [high_low, volume], see: "small.md:6" }
  - { code: 8, name: Repeated, sure: high, updates: [], see: "small.md:7" }
  - { code: 9, name: Package, sure: low, see: "small.md:8" }
  - code: 12
    name: After hours
    sure: high
    updates: [volume]
    outside_regular: { updates: [last, volume], sure: medium, see: "small.md:13" }
    see: "small.md:9"
exchanges:
  - { code: 1, name: Coinbase, sure: high, see: "small.md:17" }
  - { code: 4, name: Old one, sure: low, see: "small.md:18" }
`;
const market = 'spec/markets/crypto.yaml';
const trades = 'spec/polygon-docs/websockets/crypto/trades.md';
const codeFields = [
  '      - { key: c, name: conditions, type: integers, optional: true, role: conditions, see: 21 }\n',
  '      - { key: x, name: exchange_id, type: integer, optional: true, role: exchange_id, see: 22 }\n',
];

function project(...edits: readonly (readonly [from: string, to: string])[]): SmallProject {
  const made = new SmallProject();
  made.write('spec/polygon-docs/market/small.md', `${page.join('\n')}\n`);
  made.write(file, conditions);
  made.edit(file, ...edits);
  const time = made.read(trades).split('\n')[19]!;
  const rows = ['| `c` | array of integers | | yes | Codes. |', '| `x` | integer | | yes | Exchange. |'];
  made.edit(trades, [time, [time, ...rows].join('\n')]);
  made.edit(
    market,
    ['continuous', 'regular'],
    ['samples: [23, 27]', 'samples: [25, 29]'],
    ['role: time, see: 20 }\n', `role: time, see: 20 }\n${codeFields.join('')}`],
  );
  return made;
}

function faultsOf({ root }: SmallProject): string[] {
  return generate(root).problems.map(describeProblem);
}

test('codes are emitted once, and the market and its fields name their tables', () => {
  const { files, problems } = generate(project().root);

  expect(problems).toEqual([]);
  const emitted = files.get('conditions.ts');
  expect(emitted).toContain("{ code: 1, name: 'Sell side', updates: ['last', 'high_low', 'volume'] },");
  expect(emitted).toContain("{ code: 8, name: 'Repeated', updates: [] },");
  expect(emitted).toContain(
    "{ code: 12, name: 'After hours', updates: ['volume'], outsideRegular: ['last', 'volume'] },",
  );
  const module = files.get('crypto.ts');
  expect(module).toContain("import { cryptoCodes } from './conditions.js';");
  expect(module).toContain('codes: cryptoCodes,');
  expect(module).toMatch(/key: 'c',[^}]* codes: 'trades',/);
  expect(module).toMatch(/key: 'x',[^}]* codes: 'exchanges',/);
});

test('updates that are not known are left out, and a name that is not sure says so', () => {
  const emitted = generate(project().root).files.get('conditions.ts');

  expect(emitted).toContain("{ code: 9, name: 'Package' },");
  expect(emitted).toContain("{ code: 4, name: 'Old one (unconfirmed)' }");
});

test('a market without codes has no table, and nothing is emitted for it', () => {
  const made = project();
  made.remove(file);
  const { files, problems } = generate(made.root);

  expect(problems).toEqual([]);
  expect(files.has('conditions.ts')).toBe(false);
  expect(files.get('crypto.ts')).not.toContain('odes:');
});

describe('codes are refused', () => {
  test.each<[string, readonly [string, string], string]>([
    [
      'of a market that does not exist',
      ['market: crypto', 'market: bonds'],
      `${file}:1:1 there is no market bonds; the markets are crypto`,
    ],
    [
      'in the file of another market',
      ['market: crypto', 'market: bonds'],
      `${file}:1:1 the codes of bonds belong into spec/conditions/bonds.yaml`,
    ],
    ['that stand twice', ['code: 8,', 'code: 7,'], `${file}:6:7 7 stands twice in trades`],
    [
      'that no field of the market has',
      ['exchanges:\n', 'tapes:\n'],
      `${file}:14:1 no field of crypto has codes of tapes; give one the role of them, or drop the table`,
    ],
    [
      'whose updates are not sure',
      ['sure: low, see: "small.md:8"', 'sure: low, updates: [volume], see: "small.md:8"'],
      `${file}:7:42 the updates of 9 are not sure enough to be used; drop them`,
    ],
    [
      'whose updates are missing',
      [', updates: []', ''],
      `${file}:6:5 8 lacks updates, such as updates: [volume]; where they are not known, write sure: low`,
    ],
    [
      'that do less outside the regular session',
      ['updates: [last, volume]', 'updates: [last]'],
      `${file}:12:24 12 updates volume in every session; list it too`,
    ],
    [
      'whose part outside the regular session is not sure',
      ['updates: [last, volume], sure: medium', 'updates: [last, volume], sure: low'],
      `${file}:12:49 what 12 does outside the regular session is not sure enough; drop outside_regular`,
    ],
    [
      'with a value that no trade updates',
      ['updates: []', 'updates: [open]'],
      `${file}:6:54 trades.2.updates.0 is not one of last, high_low, volume`,
    ],
    [
      'without how sure they are',
      ['name: Coinbase, sure: high,', 'name: Coinbase,'],
      `${file}:15:5 exchanges.0 lacks the key sure; add it, such as: sure: high`,
    ],
  ])('%s', (_, edit, fault) => {
    expect(faultsOf(project(edit)).join('\n')).toContain(fault);
  });

  test('where the row of the page says something else', () => {
    expect(faultsOf(project(['updates: [high_low, volume]', 'updates: [volume]']))).toEqual([
      `${file}:5:61 crypto trades 7 cites polygon-docs/market/small.md:6, which does not mention | 7 | Late | volume | medium |`,
    ]);
    expect(
      faultsOf(
        project(['name: Coinbase, sure: high, see: "small.md:17"', 'name: Coinbase, sure: high, see: "small.md:18"']),
      ),
    ).toEqual([
      `${file}:15:44 crypto exchanges 1 cites polygon-docs/market/small.md:18, which does not mention | 1 | Coinbase | high |; line 17 does. Did you mean :17?`,
    ]);
  });

  test('for another session than the regular one where the market has none of that name', () => {
    const made = project();
    made.edit(market, ['name: regular', 'name: continuous']);

    expect(faultsOf(made)).toEqual([
      `${file}:12:5 crypto has no session named regular in its hours; drop outside_regular`,
    ]);
  });

  test('in a file that ends with .yml', () => {
    const made = project();
    made.write('spec/conditions/other.yml', 'market: crypto\n');

    expect(faultsOf(made)).toEqual([
      'spec/conditions/other.yml:1:1 is not read; conditions are a file whose name ends with .yaml',
    ]);
  });
});
