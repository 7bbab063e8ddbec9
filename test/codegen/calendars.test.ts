import { afterEach, describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.js';
import { describeProblem } from '../../codegen/problem.js';
import { removeFolders, SmallProject } from '../support/project.js';

afterEach(removeFolders);

const page = [
  '# A calendar',
  '',
  'Known 2026-01-01 to 2026-12-31; 13:00 instead of 16:00.',
  '2026-12-25 Christmas',
  '2026-12-24 Eve',
];
const calendar = `calendar: small
title: small exchange
time_zone: UTC
pages: polygon-docs/market
known: { from: "2026-01-01", to: "2026-12-31", see: "small.md:3" }
early_times:
  - { usual: "16:00", early: "13:00", see: "small.md:3" }
holidays:
  - { date: "2026-12-25", name: Christmas, see: "small.md:4" }
early_closes:
  - { date: "2026-12-24", name: Eve, see: "small.md:5" }
`;

function project(...edits: readonly (readonly [from: string, to: string])[]): SmallProject {
  const made = new SmallProject();
  made.write('spec/polygon-docs/market/small.md', `${page.join('\n')}\n`);
  made.write('spec/calendars/small.yaml', calendar);
  made.edit('spec/calendars/small.yaml', ...edits);
  made.edit('spec/markets/crypto.yaml', ['  time_zone: UTC\n', '  time_zone: UTC\n  calendar: small\n']);
  return made;
}

function faultsOf({ root }: SmallProject): string[] {
  return generate(root).problems.map(describeProblem);
}

test('a calendar is emitted once, and the market names it', () => {
  const { files, problems } = generate(project().root);

  expect(problems).toEqual([]);
  expect(files.get('calendars.ts')).toContain("holidays: [{ date: '2026-12-25', name: 'Christmas' }]");
  expect(files.get('crypto.ts')).toContain("import { small } from './calendars.js';");
  expect(files.get('crypto.ts')).toContain('calendar: small,');
});

describe('hours of groups of products', () => {
  const crypto = 'spec/markets/crypto.yaml';
  const groups = (extra: string): readonly [string, string] => [
    '  time_zone: UTC\n',
    `  time_zone: UTC
  groups:
    - group: coins
      title: Coins
      products: [BTC${extra}]
      see: "overview.md:5"
      sessions:
        - { name: night, days: Fri-Sat, from: "20:00", to: "04:00", next_day: true, see: "overview.md:5" }
`,
  ];
  const product: readonly [string, string] = [
    'symbol:\n',
    'symbol:\n  product: { pattern: "^([A-Z]+)-USD$", examples: { BTC-USD: BTC }, see: "overview.md:5" }\n',
  ];

  function faults(...edits: readonly (readonly [string, string])[]): string[] {
    const made = new SmallProject();
    made.edit(crypto, ...edits);
    return faultsOf(made);
  }

  test('need something that finds the product of a symbol', () => {
    expect(faults(groups('')).join('\n')).toContain('the group coins needs symbol.product');
    expect(faults(groups(''), product).join('\n')).not.toContain('needs symbol.product');
  });

  test('name each product once', () => {
    expect(faults(groups(', BTC'), product).join('\n')).toContain('BTC is already in the group coins');
  });

  test('are refused where the product of an example is another', () => {
    const [where, added] = product;
    expect(faults(groups(''), [where, added.replace('BTC-USD: BTC', 'BTC-USD: ETH')]).join('\n')).toContain(
      'BTC-USD should be of the product ETH, but is of BTC',
    );
  });

  test('may reach over midnight, but not over a day', () => {
    const [where, added] = groups('');
    const emitted = faults([where, added.replace('to: "04:00"', 'to: "21:00"')], product).join('\n');
    expect(emitted).toContain('session night would last longer than a day: from 20:00 to 21:00 of the day after');
  });
});

describe('what a symbol says of its expiry is refused', () => {
  const form = '^(?<product>[A-Z]+)(?<month>-)(?<year>[A-Z]{3})$';
  const faults = (written: string): string => {
    const made = new SmallProject();
    const lines = `symbol:\n  expiry: { ${written}, see: "overview.md:5" }\n`;
    made.edit('spec/markets/crypto.yaml', ['symbol:\n', lines]);
    return faultsOf(made).join('\n');
  };
  const product = (codes: string, months: string): string =>
    `pattern: '${form}', calendar: us, month_codes: FG, products: [{ codes: ${codes}, months: ${months}, last_day: { day: 1 }, see: "overview.md:5" }]`;

  test.each([
    [
      'without a group of its pattern',
      `pattern: '^(?<product>[A-Z]+)-(?<year>[A-Z]{3})$', calendar: us`,
      'lacks the group month',
    ],
    [
      'where it does not fit an example',
      `pattern: '^(?<product>A)(?<month>-)(?<year>B)$', calendar: us`,
      'does not match the example BTC-USD',
    ],
    ['with a calendar that is none', `pattern: '${form}', calendar: us`, 'there is no calendar us'],
    ['with a product that stands twice', product('[BTC, BTC]', 'FG'), 'BTC stands twice'],
    ['with a month that is none', product('[BTC]', 'FX'), 'X is no month'],
    [
      'where an example without a month is of another product',
      `pattern: '${form}', calendar: us, without_month: { pattern: '^(?<product>[A-Z]+)!$', examples: { ES!: NQ }, see: "overview.md:5" }`,
      'ES! should be of the product NQ, but is of ES',
    ],
  ])('%s', (_, written, fault) => {
    expect(faults(written)).toContain(fault);
  });
});

test('a pause after the known dates may stand in a calendar, since some are announced early', () => {
  const pause = '\ninterruptions:\n  - { date: "2027-01-01", name: Eve, stops: "13:00", see: "small.md:5" }\n';
  const faults = faultsOf(project(['known:', `${pause.trim()}\nknown:`]));
  expect(faults.join('\n')).not.toContain('not within what is known');
  expect(faults.join('\n')).toMatch(/small 2027|does not mention 2027-01-01/);
});

describe('a calendar is refused', () => {
  test.each<[string, readonly [string, string], string]>([
    [
      'with a date that is none',
      ['"2026-12-25"', '"2026-11-31"'],
      'spec/calendars/small.yaml:9:7 2026-11-31 is no date',
    ],
    [
      'with a holiday on a weekend',
      ['"2026-12-25"', '"2026-12-26"'],
      'spec/calendars/small.yaml:9:7 2026-12-26 is on a weekend',
    ],
    [
      'with a date beyond what is known',
      ['"2026-12-25"', '"2027-12-24"'],
      'spec/calendars/small.yaml:9:7 2027-12-24 is not within what is known',
    ],
    [
      'with a date that stands twice',
      ['"2026-12-24"', '"2026-12-25"'],
      'spec/calendars/small.yaml:11:7 2026-12-25 stands twice',
    ],
    [
      'of another time zone',
      ['time_zone: UTC', 'time_zone: Asia/Tokyo'],
      'spec/markets/crypto.yaml:12:3 the calendar small is of Asia/Tokyo, and the market of UTC',
    ],
    [
      'under another name than the market has it',
      ['calendar: small', 'calendar: other'],
      'spec/markets/crypto.yaml:12:3 there is no calendar small; the calendars are other',
    ],
  ])('%s', (_, edit, fault) => {
    expect(faultsOf(project(edit))).toContain(fault);
  });

  test('where its page does not say what it cites', () => {
    expect(faultsOf(project(['name: Christmas', 'name: Boxing Day'])).join('\n')).toMatch(
      /does not mention Boxing Day/,
    );
  });
});
