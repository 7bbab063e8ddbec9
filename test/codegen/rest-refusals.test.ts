import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.js';
import { loadSpec } from '../../codegen/load/file.js';
import { describeProblem, sortProblems } from '../../codegen/problem.js';
import { buildRest } from '../../codegen/rest/build.js';
import { removeFolders } from '../support/project.js';
import { RestProject, restSpec } from '../support/rest-project.js';

const metals = 'spec/rest/metals.yaml';
const shared = 'spec/rest/shared.yaml';
const errata = 'spec/rest/errata.yaml';

afterEach(removeFolders);

/** Breaks one file of the small spec, and answers all problems. */
function faults(path: string, ...edits: readonly (readonly [from: string, to: string])[]): string[] {
  return sortProblems(buildRest(restSpec(path, edits)).problems).map(describeProblem);
}

test('a fault of an operation keeps anything from being emitted', () => {
  const project = new RestProject();
  project.edit(metals, ['most: 500', 'most: 5000']);
  const { files, problems } = generate(project.root);

  expect(problems).toHaveLength(1);
  expect(files.size).toBe(0);
});

test('the small project has no problems, and emits its operations in a folder of their own', () => {
  const { files, problems } = generate(new RestProject().root);

  expect(problems).toEqual([]);
  expect([...files.keys()].filter(name => name.startsWith('rest/') || name === 'REST.md')).toEqual([
    'REST.md',
    'rest/metals.test.ts',
    'rest/metals.ts',
    'rest/operations.ts',
    'rest/tools.ts',
  ]);
});

describe('what the document does not have is refused with its place and the nearest:', () => {
  test('a path', () => {
    expect(faults(metals, ['path: /v2/kinds', 'path: /v2/kind'])).toEqual([
      'spec/rest/metals.yaml:39:5 list_metal_kinds: the document has no path /v2/kind; did you mean /v2/kinds?',
      'spec/rest/shared.yaml:15:1 no operation has the path /v2/kinds; add one, or say under left_out why there is none',
    ]);
  });

  test('a parameter', () => {
    expect(faults(metals, ['decimals: { about: Decimals }', 'decimal: { about: Decimals }'])).toEqual([
      'spec/rest/metals.yaml:39:5 list_metal_kinds: the parameter decimals has no text; add it to its arguments, such as: decimals: { about: Ticker }',
      'spec/rest/metals.yaml:42:7 list_metal_kinds: /v2/kinds has no parameter decimal; did you mean decimals?',
    ]);
  });

  test('a parameter of a part', () => {
    expect(
      faults(shared, ['      timestamp: { type: moment, about: Time }', '      time: { type: moment, about: Time }']),
    ).toEqual([
      'spec/rest/metals.yaml:8:5 list_metal_trades: the parameter timestamp has no text; add it to its arguments, such as: timestamp: { about: Ticker }',
      'spec/rest/metals.yaml:9:5 list_metal_trades: /v3/trades/{ticker} has no parameter time; did you mean timestamp?',
    ]);
  });

  test('a wire name', () => {
    expect(faults(metals, ['wire: metal,', 'wire: metall,'])[0]).toBe(
      'spec/rest/metals.yaml:23:5 get_metal_state: the parameter metal has no text; add it to its arguments, such as: metal: { about: Ticker }',
    );
    expect(faults(metals, ['wire: metal,', 'wire: metall,'])).toContain(
      'spec/rest/metals.yaml:26:7 get_metal_state: /v1/state/{locale}/metals/{metal} has no parameter metall; did you mean metal?',
    );
  });

  test('a value', () => {
    expect(faults(metals, ['values: [bar, coin]', 'values: [bar, coins]'])).toEqual([
      'spec/rest/metals.yaml:41:7 list_metal_kinds: kind has no value coins; did you mean coin?',
    ]);
  });

  test('values of a parameter that has none', () => {
    expect(faults(metals, ['day: { type: date,', 'day: { values: [today],'])).toEqual([
      'spec/rest/metals.yaml:43:7 list_metal_kinds: the document lists no values of day; delete them, or if the document is wrong, say so in spec/rest/errata.yaml',
      'spec/rest/metals.yaml:46:16 list_metal_kinds: day of the example should be one of today',
    ]);
  });

  test('a limit', () => {
    expect(faults(metals, ['most: 500', 'most: 5000'])).toEqual([
      'spec/rest/metals.yaml:11:7 list_metal_trades: limit is at most 1000 in the document, and 5000 came; if the document is wrong, say so in spec/rest/errata.yaml',
    ]);
    expect(faults(metals, ['most: 500', 'least: 0'])).toEqual([
      'spec/rest/metals.yaml:11:7 list_metal_trades: limit is at least 1 in the document, and 0 came; if the document is wrong, say so in spec/rest/errata.yaml',
    ]);
  });

  test('a type', () => {
    expect(faults(metals, ['pure: { about', 'pure: { type: integer, about'])).toEqual([
      'spec/rest/metals.yaml:27:7 get_metal_state: pure is of the type boolean in the document, which integer does not fit; if the document is wrong, say so in spec/rest/errata.yaml',
    ]);
  });

  test('a unit of what is no moment', () => {
    expect(faults(metals, ['day: { type: date,', 'day: { type: date, unit: ms,'])).toEqual([
      'spec/rest/metals.yaml:43:7 list_metal_kinds: day has the unit ms, which only a moment has; delete it, or say type: moment',
    ]);
  });

  test('a default that does not fit', () => {
    expect(faults(metals, ['most: 500', 'most: 50'])).toEqual([
      'spec/rest/metals.yaml:11:7 list_metal_trades: usual 100 of limit is not between 1 and 50; change it',
    ]);
    expect(faults(metals, ['pure: { about', 'pure: { usual: "yes", about'])).toEqual([
      'spec/rest/metals.yaml:27:7 get_metal_state: usual of pure does not fit the type boolean; change it',
    ]);
    expect(faults(metals, ['values: [bar, coin]', 'usual: coal, values: [bar, coin]'])).toEqual([
      'spec/rest/metals.yaml:41:7 list_metal_kinds: usual of kind is not one of bar, coin; change it',
    ]);
  });

  test('a column', () => {
    expect(faults(metals, ['at: { about: Time', 'mark: { about: Time'])).toEqual([
      'spec/rest/metals.yaml:15:7 list_metal_trades: its rows have no column mark; did you mean marks?',
    ]);
  });

  test('a value that follows from another, and what it follows from', () => {
    expect(faults(metals, ['gold: us', 'gold: use'])).toEqual([
      'spec/rest/metals.yaml:30:9 get_metal_state: locale has no value use; did you mean us?',
    ]);
    expect(faults(metals, ['from: kind_of_metal', 'from: kind_of_metals'])).toEqual([
      'spec/rest/metals.yaml:30:9 get_metal_state: locale follows from kind_of_metals, which is no argument; did you mean kind_of_metal?',
    ]);
  });

  test('a path that is left out', () => {
    expect(faults(shared, ['/v1/old/{goldTicker}', '/v1/older/{goldTicker}'])).toEqual([
      'spec/rest/shared.yaml:15:1 no operation has the path /v1/old/{goldTicker}; add one, or say under left_out why there is none',
      'spec/rest/shared.yaml:16:15 the document has no path /v1/older/{goldTicker}; did you mean /v1/old/{goldTicker}?',
    ]);
  });
});

describe('what contradicts itself is refused:', () => {
  test('a path that is left out and used', () => {
    expect(faults(shared, ['"/v1/old/{goldTicker}"', '"/v1/old/{goldTicker}", /v2/kinds'])).toEqual([
      'spec/rest/shared.yaml:16:39 /v2/kinds is not left out: an operation has it',
    ]);
  });

  test('a part that there is not, and one that nothing uses', () => {
    expect(faults(metals, ['use: [timed]', 'use: [time]'], ['timestamp_gte: "2026-01-02"', 'limit: 1'])).toEqual([
      'spec/rest/metals.yaml:8:5 list_metal_trades: the parameter timestamp has no text; add it to its arguments, such as: timestamp: { about: Ticker }',
      'spec/rest/metals.yaml:9:11 list_metal_trades: there is no part time; did you mean timed?',
      'spec/rest/shared.yaml:12:3 no operation uses the part timed; delete it',
    ]);
  });

  test('an argument that is ignored and there', () => {
    expect(faults(metals, ['arguments: [venue]', 'arguments: [timestamp_lt]'])).toEqual([
      'spec/rest/metals.yaml:13:23 list_metal_trades: timestamp_lt is a parameter of /v3/trades/{ticker}; do not ignore it',
    ]);
  });

  test('a word for two arguments', () => {
    expect(faults(metals, ['limit: { most: 500 }', 'limit: { most: 500, aliases: [timestamp_lt] }'])).toEqual([
      'spec/rest/metals.yaml:10:5 list_metal_trades: timestamp_lt means timestamp and limit; rename one',
    ]);
  });

  test('a name for two operations, a file of another name, and a toolset that there is not', () => {
    expect(
      faults(
        metals,
        ['name: get_metal_state', 'name: list_metal_kinds'],
        ['group: metals', 'group: metal'],
        ['toolset: rest\n', 'toolset: reste\n'],
      ),
    ).toEqual([
      'spec/rest/metals.yaml:1:1 the file of the group metal is called metal.yaml',
      'spec/rest/metals.yaml:5:5 list_metal_trades is in the toolset rest-metal, which does not exist; did you mean rest-metals?',
      'spec/rest/metals.yaml:20:5 list_metal_kinds is in the toolset reste, which does not exist; did you mean rest?',
      'spec/rest/metals.yaml:35:5 two operations have the name list_metal_kinds',
      'spec/rest/shared.yaml:2:5 toolset rest has no tool',
      'spec/rest/shared.yaml:3:5 toolset rest-metals has no tool',
    ]);
  });

  test.each([
    [
      'an argument that there is not',
      'ticker: XAU',
      'tickers: XAU',
      'tickers of the example is no argument; did you mean ticker?',
    ],
    [
      'one that is not sent',
      'ticker: XAU',
      'ticker: XAU, venue: LME',
      'venue of the example is not sent; leave it out',
    ],
    [
      'a value of another type',
      'ticker: XAU',
      'ticker: 7',
      'ticker of the example should be a text; put it into quotes',
    ],
    [
      'a number out of its range',
      'ticker: XAU',
      'ticker: XAU, limit: 501',
      'limit of the example should be between 1 and 500',
    ],
    ['another word', 'ticker: XAU', 'ticker: XAU, order: up', 'order of the example should be one of asc, desc'],
    ['too little', 'example: { ticker: XAU,', 'example: {', 'the example lacks ticker, which is required'],
  ])('an example with %s', (_, from, to, message) => {
    const found = faults(metals, [from, to]);

    expect(found[0]).toMatch(/^spec\/rest\/metals\.yaml:18:\d+ list_metal_trades: /);
    expect(found.join('\n')).toContain(message);
  });
});

describe('errata', () => {
  test('are needed where a list of values has an enum', () => {
    const entry = '- { parameter: "*", enumerated: any_of, why: It takes a list., date: 2026-11-28 }';

    expect(faults(errata, [entry, ''])).toEqual([
      'spec/rest/metals.yaml:41:7 list_metal_kinds: kind.any_of has the enum of kind, which takes no list; if the document is wrong, say so in spec/rest/errata.yaml',
    ]);
  });

  test('correct a limit of the document, and are refused when they no longer do', () => {
    expect(faults(errata, ['maximum: 1001', 'maximum: 1002'])).toEqual([
      'spec/rest/errata.yaml:1:3 the erratum of limit meets nothing in the digest; adapt or delete it',
    ]);
    expect(faults(metals, ['most: 500', 'most: 1001'])).toEqual([
      'spec/rest/metals.yaml:11:7 list_metal_trades: limit is at most 1000 in the document, and 1001 came; if the document is wrong, say so in spec/rest/errata.yaml',
    ]);
  });
});

describe('files', () => {
  test('that are missing or in another form are reported', () => {
    const project = new RestProject();
    project.remove('spec/rest/digest.json');
    project.remove(shared);
    project.edit(metals, ['freshness: history', 'freshness: old'], ['title: Metals', 'name: Metals']);

    expect(sortProblems(loadSpec(join(project.root, 'spec')).problems).map(describeProblem)).toEqual([
      'spec/rest/digest.json:1:1 the digest is missing or cannot be read; make it anew: npm run digest -- DOCUMENT',
      'spec/rest/metals.yaml:1:1 the file lacks the key title; add it, such as: title: Stocks',
      'spec/rest/metals.yaml:3:1 the file has the unknown key name; did you mean names?',
      'spec/rest/metals.yaml:16:5 operations.0.freshness is not one of reference, history, snapshot, never',
      'spec/rest/shared.yaml:1:1 the file is missing; spec/spec.schema.json says what it needs',
    ]);
  });

  test('that hold half a digest are reported', () => {
    const project = new RestProject();
    project.write('spec/rest/digest.json', '{"operations": {}}');

    expect(sortProblems(loadSpec(join(project.root, 'spec')).problems).map(describeProblem)).toEqual([
      'spec/rest/digest.json:1:1 the digest is missing or cannot be read; make it anew: npm run digest -- DOCUMENT',
    ]);
  });
});
