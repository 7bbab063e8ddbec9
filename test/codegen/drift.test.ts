import { afterEach, describe, expect, test } from 'vitest';
import { type Drift, findDrift } from '../../codegen/drift/compare.js';
import { describeDrift, isNews } from '../../codegen/drift/table.js';
import { readVendor } from '../../codegen/drift/vendor.js';
import { readSpec } from '../../codegen/generate.js';
import type { Difference, Explanation } from '../../codegen/model.js';
import { describeProblem } from '../../codegen/problem.js';
import { crypto, description, unsaid } from '../support/drift.js';
import { removeFolders, repository, SmallProject } from '../support/project.js';

afterEach(removeFolders);

const errata = 'spec/errata.yaml';

type Edit = readonly [from: string, to: string];

/** The description with texts replaced that occur exactly once. */
function edited(...edits: readonly Edit[]): unknown {
  let text = description;
  for (const [from, to] of edits) {
    expect(text.split(from), from).toHaveLength(2);
    text = text.replace(from, () => to);
  }
  return JSON.parse(text);
}

function drift(theirs: unknown, project = new SmallProject()): Drift {
  const { model, problems } = readSpec(project.root);
  expect(problems.map(describeProblem)).toEqual([]);
  return findDrift(model!, readVendor(theirs, model!.suite.feeds));
}

/** `at what: spec | vendor` */
function short(differences: readonly (Difference | Explanation)[]): string[] {
  return differences.map(({ at, what, spec, vendor }) => `${at} ${what}: ${spec} | ${vendor}`);
}

function news(...edits: readonly Edit[]): string[] {
  return short(drift(edited(...edits)).news);
}

const wholeChannel = '"/crypto/XL2": {';

const anotherChannel = (path: string): string =>
  `"${path}": { "get": { "responses": { "200": { "content": { "application/json": { "schema": { "properties": { "q": {} } } } } } } } }, ${wholeChannel}`;

describe('a description that agrees', () => {
  test('is no news, and a difference that an erratum corrects is explained by it', () => {
    const result = drift(edited());

    expect(result.news).toEqual([]);
    expect(result.stale).toEqual([]);
    expect(short(result.explained)).toEqual(['crypto.XT.p type: decimal | number']);
    expect([result.channels, result.fields]).toEqual([1, 3]);
    expect(isNews(result)).toBe(false);
  });

  test('counts what it does not say', () => {
    expect([...drift(edited()).unsaid]).toEqual([['optional', 3]]);
  });

  test('may have lost a channel that we call legacy', () => {
    expect(news([',\n    "/crypto/XL2": { "get": { "x-massive-deprecation": { "date": 1 } } }', ''])).toEqual([]);
  });
});

describe('news', () => {
  test.each<[string, readonly Edit[], readonly string[]]>([
    [
      'a host that we do not know',
      [['delayed.example.com', 'late.example.com']],
      ['feeds feeds: delayed, realtime | late.example.com, realtime'],
    ],
    [
      'a host that is gone',
      [[', { "url": "wss://delayed.example.com" }', '']],
      ['feeds feeds: delayed, realtime | realtime'],
    ],
    [
      'a channel that we do not have',
      [[wholeChannel, anotherChannel('/crypto/XQ')]],
      ['crypto.XQ channel: absent | current'],
    ],
    [
      'a channel of Launchpad that we do not know',
      [['"/crypto/XL2": {', '"/launchpad/crypto/LV": {']],
      ['crypto.LV channel: absent | legacy'],
    ],
    [
      'a market that we do not have',
      [[wholeChannel, anotherChannel('/bonds/BT')]],
      ['bonds market: absent | described'],
    ],
    [
      'a market that is gone, without a word on its channels',
      [
        ['"/crypto/XT"', '"/bonds/BT"'],
        ['"/crypto/XL2"', '"/bonds/BL"'],
      ],
      ['bonds market: absent | described', 'crypto market: described | absent'],
    ],
    [
      'a channel that is gone, without a word on its fields',
      [['"/crypto/XT"', '"/crypto/XS"']],
      ['crypto.XS channel: absent | current', 'crypto.XT channel: current | absent'],
    ],
    [
      'a legacy channel that is served again',
      [
        [
          '"x-massive-deprecation": { "date": 1 }',
          '"responses": { "200": { "content": { "application/json": { "schema": { "properties": { "q": {} } } } } } }',
        ],
      ],
      ['crypto.XL2 channel: legacy | current'],
    ],
    [
      'a channel that is deprecated',
      [['"parameters": [', '"x-massive-deprecation": {}, "parameters": [']],
      ['crypto.XT channel: current | legacy'],
    ],
    ['another event than the prefix', [['"enum": ["XT"]', '"enum": ["XTS"]']], ['crypto.XT prefix: XT | XTS']],
    [
      'a second path for one kind of customer',
      [[wholeChannel, anotherChannel('/business/crypto/XT')]],
      ['crypto.XT plans: general | business, general'],
    ],
    [
      'a channel for Business customers alone',
      [['"/crypto/XT"', '"/business/crypto/XT"']],
      ['crypto.XT plans: general | business'],
    ],
    [
      'other rights than the plans have',
      [
        [
          '"parameters": [',
          '"x-massive-entitlement-allowed-timeframes": [{ "name": "realtime" }, { "name": "delayed" }], "parameters": [',
        ],
      ],
      ['crypto.XT recency: none | delayed, realtime'],
    ],
    ['no wildcard', [[', or * for every one of them', '']], ['crypto.XT wildcard: yes | no']],
    [
      'a field that we do not have',
      [['"p": {', '"q": { "type": "integer" }, "p": {']],
      ['crypto.XT.q field: absent | described'],
    ],
    [
      'a field that is gone',
      [['"Pair": { "properties": { "pair": {', '"Pair": { "properties": { "sym": {']],
      ['crypto.XT.pair field: described | absent', 'crypto.XT.sym field: absent | described'],
    ],
    [
      'another type, which no erratum expects',
      [['"type": "number"', '"type": "string"']],
      ['crypto.XT.p type: decimal | string'],
    ],
    [
      'a list instead of a number',
      [['"type": "integer"', '"type": "array", "items": { "type": "integer" }']],
      ['crypto.XT.t type: integer | integers'],
    ],
    [
      'a list of lists',
      [['"type": "integer"', '"type": "array", "items": { "type": "array" }']],
      ['crypto.XT.t type: integer | array of array of anything'],
    ],
    ['another unit of time', [['in milliseconds', 'in nanoseconds']], ['crypto.XT.t epoch: ms | ns']],
    ['a time that we take for something else', [['What was paid.', 'Unix MS.']], ['crypto.XT.p epoch: none | ms']],
    ['microseconds', [['in milliseconds', 'in microseconds']], ['crypto.XT.t epoch: ms | us']],
    ['seconds', [['in milliseconds', 'in Unix seconds']], ['crypto.XT.t epoch: ms | s']],
    [
      'two units of time at once',
      [['in milliseconds', 'in nanoseconds, or in milliseconds']],
      ['crypto.XT.t epoch: ms | ms, ns'],
    ],
    [
      'a unit of time that is no longer told',
      [['in milliseconds', 'as we have it']],
      ['crypto.XT.t epoch: ms | unsaid: "Time of the trade as we have it."'],
    ],
    [
      'a unit of time in words that are not understood',
      [['in milliseconds', 'in jiffies']],
      ['crypto.XT.t epoch: ms | unsaid: "Time of the trade in jiffies."', 'crypto.XT.t unit: none | jiffies'],
    ],
    ['another unit', [['What was paid.', 'Number of round lot orders.']], ['crypto.XT.p unit: none | round lots']],
    ['a unit that is a word', [['What was paid.', 'What was paid, in lots.']], ['crypto.XT.p unit: none | lots']],
    [
      'a unit in the middle of the words',
      [['What was paid.', 'The size in contracts at this price. The number of round lots is another.']],
      ['crypto.XT.p unit: none | contracts, round lots'],
    ],
    ['a currency', [['What was paid.', 'What was paid in USD.']], ['crypto.XT.p unit: none | USD']],
    [
      'a type that is no longer told',
      [['"type": "integer", "description"', '"description"']],
      ['crypto.XT.t type: integer | unsaid'],
    ],
    ['an event that is no longer told', [['"enum": ["XT"]', '"type": "string"']], ['crypto.XT prefix: XT | unsaid']],
    ['a wildcard of which there is no word', [['"parameters": [', '"tags": [']], ['crypto.XT wildcard: yes | unsaid']],
    [
      'a field that can be missing',
      [
        [
          '"properties": {\n                        "ev"',
          '"required": ["t"], "properties": {\n                        "ev"',
        ],
      ],
      ['crypto.XT.p optional: false | true'],
    ],
  ])('%s', (_, edits, expected) => {
    expect(news(...edits)).toEqual(expected);
  });

  test('are rights that are no longer told', () => {
    const project = new SmallProject();
    for (const path of [crypto, 'spec/polygon-docs/websockets/crypto/trades.md']) {
      project.edit(path, ['Currencies Starter', 'Currencies Starter (real time)']);
    }
    const timeframes = '"x-massive-entitlement-allowed-timeframes": [{ "name": "realtime" }], ';

    expect(drift(edited(['"parameters": [', `${timeframes}"parameters": [`]), project).news).toEqual([]);
    expect(short(drift(edited(), project).news)).toEqual(['crypto.XT recency: realtime | unsaid']);
  });

  test('is told for every difference at once', () => {
    expect(
      news(['in milliseconds', 'in nanoseconds'], ['"pair": {', '"sym": {'], ['"enum": ["XT"]', '"enum": ["XX"]']),
    ).toEqual([
      'crypto.XT prefix: XT | XX',
      'crypto.XT.pair field: described | absent',
      'crypto.XT.sym field: absent | described',
      'crypto.XT.t epoch: ms | ns',
    ]);
  });
});

describe('explanations', () => {
  const nanoseconds: Edit = ['in milliseconds', 'in nanoseconds'];

  /** A project whose errata explain one difference. */
  function explaining(at: string, item: string, see = 'crypto/trades.md:20'): SmallProject {
    const project = new SmallProject();
    const entry = `- at: ${at}\n  see: polygon-docs/websockets/${see}\n  drift:\n    - ${item}\n  why: So it is.\n  date: 2026-11-23\n`;
    project.write(errata, `${project.read(errata)}\n${entry}`);
    return project;
  }

  test('take a difference out of the news', () => {
    const result = drift(edited(nanoseconds), explaining('crypto.XT.t', '{ what: epoch, spec: ms, vendor: ns }'));

    expect(isNews(result)).toBe(false);
    expect(short(result.explained)).toEqual(['crypto.XT.p type: decimal | number', 'crypto.XT.t epoch: ms | ns']);
  });

  test.each([
    ['epoch of another field', 'crypto.XT.p', '{ what: epoch, spec: ms, vendor: ns }', 'crypto/trades.md:19'],
    ['unit', 'crypto.XT.t', '{ what: unit, spec: ms, vendor: ns }', 'crypto/trades.md:20'],
    ['epoch by another word of ours', 'crypto.XT.t', '{ what: epoch, spec: us, vendor: ns }', 'crypto/trades.md:20'],
    ['epoch by another word of theirs', 'crypto.XT.t', '{ what: epoch, spec: ms, vendor: us }', 'crypto/trades.md:20'],
  ])('explain nothing but what they say: not the %s', (_, at, item, see) => {
    const result = drift(edited(nanoseconds), explaining(at, item, see));

    expect(short(result.news)).toEqual(['crypto.XT.t epoch: ms | ns']);
    expect(short(result.stale)).toHaveLength(1);
  });

  test('are stale, and so news, when the difference is not there', () => {
    const result = drift(edited(), explaining('crypto.XT.t', '{ what: epoch, spec: ms, vendor: ns }'));

    expect(short(result.stale)).toEqual(['crypto.XT.t epoch: ms | ns']);
    expect(isNews(result)).toBe(true);
  });

  test.each([
    ['nothing', '"type": "number", ', '', ['crypto.XT.p type: decimal | unsaid']],
    ['otherwise', '"type": "number"', '"type": "string"', ['crypto.XT.p type: decimal | string']],
    ['what the wire does', '"type": "number"', '"type": "decimal"', []],
  ])('that follow from a correction are stale when the vendor says %s', (_, from, to, expected) => {
    const result = drift(edited([from, to]));

    expect(short(result.stale)).toEqual(['crypto.XT.p type: decimal | number']);
    expect(short(result.news)).toEqual(expected);
  });

  test('that follow from a correction are not stale where the vendor does not have the field', () => {
    const result = drift(edited(['"p": {', '"q": {']));

    expect(result.stale).toEqual([]);
    expect(short(result.news)).toEqual([
      'crypto.XT.p field: described | absent',
      'crypto.XT.q field: absent | described',
    ]);
  });

  test('can be of a silence', () => {
    const item = '{ what: prefix, spec: XT, vendor: unsaid }';
    const result = drift(
      edited(['"enum": ["XT"]', '"type": "string"']),
      explaining('crypto.XT', item, 'crypto/trades.md:6'),
    );

    expect(isNews(result)).toBe(false);
  });

  test('of a whole market cite a line that names it', () => {
    const item = '{ what: market, spec: described, vendor: absent }';

    expect(readSpec(explaining('crypto', item, 'crypto/overview.md:3').root).problems).toEqual([]);
    expect(readSpec(explaining('bonds', item).root).problems.map(({ message }) => message)).toEqual([
      'erratum bonds cites polygon-docs/websockets/crypto/trades.md:20, which does not mention bonds',
    ]);
  });

  test.each<[string, string, readonly string[]]>([
    [
      'a word that is compared nowhere',
      '{ what: colour, spec: red, vendor: blue }',
      [
        'spec/errata.yaml:11:9 1.drift.0.what is not one of feeds, market, channel, field, prefix, plans, recency, wildcard, type, epoch, unit, optional',
      ],
    ],
    [
      'one side alone',
      '{ what: epoch, spec: ms }',
      ['spec/errata.yaml:11:7 1.drift.0 lacks the key vendor; add it, with a text behind it'],
    ],
  ])('fail by form with %s', (_, item, expected) => {
    expect(readSpec(explaining('crypto.XT.t', item).root).problems.map(describeProblem)).toEqual(expected);
  });

  test('may be missing from an erratum, but not together with its correction', () => {
    const project = new SmallProject();
    project.edit(errata, ['  says: { type: number }\n  use: { type: decimal }\n', '']);

    expect(readSpec(project.root).problems.map(describeProblem)).toEqual([
      'spec/errata.yaml:1:3 the erratum at crypto.XT.p changes nothing; delete it',
    ]);
  });

  test('do not excuse half a correction', () => {
    const project = new SmallProject();
    project.edit(errata, ['  says: { type: number }\n', '']);

    expect(readSpec(project.root).problems.map(describeProblem)).toEqual([
      'spec/errata.yaml:1:3 0 has the key use, which needs says beside it; add it, with a map of keys and values behind it',
    ]);
  });
});

describe('what is left unsaid', () => {
  const timeless: Edit = ['in milliseconds', 'as we have it'];

  /** A project whose lock says this of the time instead. */
  function locking(row: string): SmallProject {
    const project = new SmallProject();
    project.edit(unsaid, ['{ at: crypto.XT.t, unsaid: [optional] }', `{ at: crypto.XT.t, ${row} }`]);
    return project;
  }

  test('is no news where it is locked, with the words that stand there instead', () => {
    const result = drift(edited(timeless), locking('unsaid: [epoch, optional], words: "482779d5"'));

    expect(isNews(result)).toBe(false);
    expect([...result.unsaid]).toEqual([
      ['optional', 3],
      ['epoch', 1],
    ]);
  });

  test('is no news where only spaces have changed', () => {
    const spaced: Edit = ['Time of the trade in milliseconds', ' Time of  the trade\\n as we have it'];

    expect(drift(edited(spaced), locking('unsaid: [epoch, optional], words: "482779d5"')).news).toEqual([]);
  });

  test.each([
    ['the lock knows other words', 'unsaid: [epoch, optional], words: "00000000"'],
    ['the lock knows no words', 'unsaid: [epoch, optional]'],
    ['the lock has something else', 'unsaid: [optional, unit], words: "482779d5"'],
  ])('is news where %s', (_, row) => {
    expect(short(drift(edited(timeless), locking(row)).news)).toEqual([
      'crypto.XT.t epoch: ms | unsaid: "Time of the trade as we have it."',
    ]);
  });

  test('is a unit as well as a time', () => {
    const project = new SmallProject();
    project.edit(crypto, ['name: price, type: number', 'name: price, type: number, unit: USD']);
    project.edit('spec/polygon-docs/websockets/crypto/trades.md', ['| number | |', '| number | USD |']);
    project.edit(unsaid, ['XT.p, unsaid: [optional]', 'XT.p, unsaid: [optional, unit], words: "019e66ca"']);

    expect(isNews(drift(edited(), project))).toBe(false);
    expect(short(drift(edited(['What was paid.', 'Lots that were paid.']), project).news)).toEqual([
      'crypto.XT.p unit: USD | unsaid: "Lots that were paid."',
    ]);
    const said = drift(edited(['What was paid.', 'What was paid in lots.']), project);
    expect(short(said.news)).toEqual(['crypto.XT.p unit: USD | lots']);
    expect(said.ended).toMatchObject([{ at: 'crypto.XT.p', what: 'unit' }]);
  });

  test('is shown shortened where the words are many', () => {
    const [difference] = drift(edited(['in milliseconds', `that ${'very '.repeat(20)}late came`])).news;

    expect(difference!.vendor).toBe(`unsaid: "Time of the trade that ${'very '.repeat(7)}ve..."`);
  });

  test('is news once it is said, though it agrees', () => {
    const result = drift(edited(), locking('unsaid: [epoch, optional], words: "482779d5"'));

    expect([result.news, result.stale]).toEqual([[], []]);
    expect(result.ended).toMatchObject([{ at: 'crypto.XT.t', what: 'epoch', written: { line: 4 } }]);
    expect(isNews(result)).toBe(true);
  });

  test('is news where our spec states it no more', () => {
    const project = new SmallProject();
    project.write(unsaid, `${project.read(unsaid)}- { at: crypto.XT.z, unsaid: [unit], words: "482779d5" }\n`);

    expect(drift(edited(), project).ended).toMatchObject([{ at: 'crypto.XT.z', what: 'unit' }]);
  });

  test('of a field that is gone is no news beside the field', () => {
    expect(drift(edited(['"p": {', '"q": {'])).ended).toEqual([]);
  });

  test.each([
    ['a word that is compared nowhere', 'unsaid: [colour]', '2.unsaid.0 is not one of feeds, market,'],
    ['no list', 'words: "482779d5"', '2 lacks the key unsaid'],
    ['words that are no digest', 'unsaid: [epoch], words: late', '2.words must be a text like'],
  ])('fails by form with %s', (_, row, message) => {
    const [problem, ...others] = readSpec(locking(row).root).problems.map(describeProblem);

    expect(problem).toMatch(/^spec\/unsaid\.yaml:4:/);
    expect(problem).toContain(message);
    expect(others).toEqual([]);
  });
});

describe('a description that cannot be read', () => {
  test.each<[string, unknown, string]>([
    ['a list', [], 'the description should be an object, but is a list'],
    ['nothing', null, 'the description should be an object, but is null'],
    ['an object without paths', { servers: [] }, 'the description should have paths, but has not'],
    ['servers that are no list', { servers: {} }, 'the description > servers should be a list, but is object'],
    [
      'a server without an address',
      { servers: [{ url: 'here' }] },
      'the description > servers > 0 > url should be a URL, but is "here"',
    ],
    [
      'a path of another form',
      { servers: [], paths: { '/crypto': {} } },
      'the description > paths > /crypto should name a market and a prefix, such as /stocks/T',
    ],
    ['a type that is no text', edited(['"type": "number"', '"type": 1']), '> p > type should be a text, but is number'],
    ['a message without fields', edited(['"allOf": [', '"oneOf": [']), '> schema should have properties, but has none'],
    [
      'a reference that leads nowhere',
      edited(['schemas/Pair"', 'schemas/Paar"']),
      '> schemas should have Paar, but has not',
    ],
    [
      'a reference that leads to itself',
      edited(['"Pair": {', '"Pair": { "$ref": "#/components/schemas/Pair",']),
      'is nested too deeply, or refers to itself',
    ],
  ])('%s', (_, theirs, message) => {
    expect(() => drift(theirs)).toThrow(message);
  });
});

describe('the table', () => {
  test('says what was compared, what was not, and what is to be done', () => {
    const project = new SmallProject();
    const item = '{ what: wildcard, spec: "yes", vendor: "no" }';
    project.write(
      errata,
      `${project.read(errata)}- at: crypto.XT\n  see: polygon-docs/websockets/crypto/trades.md:6\n  drift:\n    - ${item}\n  why: So it was.\n  date: 2026-11-23\n`,
    );
    project.edit(unsaid, ['pair, unsaid: [optional]', 'pair, unsaid: [optional, type]']);
    const result = drift(
      edited(['in milliseconds', 'in nanoseconds'], ['"p": {', '"q\\u001b[2J": {}, "p": {']),
      project,
    );

    expect(describeDrift(result, 'feed.json').split('\n')).toEqual([
      'Compared the spec with feed.json: 1 channels and 3 fields stand in both.',
      "Not compared, because the vendor's description does not say it: optional 3.",
      '',
      'Explained in spec/errata.yaml (1)',
      '  crypto.XT.p  type  spec: decimal  vendor: number  spec/errata.yaml:1:3',
      '',
      'Stale in spec/errata.yaml: the difference is not there (any more) (1)',
      '  crypto.XT  wildcard  spec: yes  vendor: no  spec/errata.yaml:10:7',
      '',
      'Stale in spec/unsaid.yaml: said by now, or stated by the spec no more (1)',
      '  crypto.XT.pair  type  spec/unsaid.yaml:3:5',
      '',
      'News: explain it in spec/errata.yaml, or mend the spec (2)',
      '  crypto.XT.q?[2J  field  spec: absent  vendor: described',
      '  crypto.XT.t      epoch  spec: ms      vendor: ns',
      '',
      '2 news, 2 stale lines.',
      'Once it is read, lock in spec/unsaid.yaml what the vendor leaves unsaid: npm run drift -- --lock',
    ]);
  });

  test('does not hide a market that was left out', () => {
    const { model } = readSpec(repository);
    const futures = model!.explanations.filter(({ at }) => at === 'futures');

    expect(futures).toHaveLength(1);
    expect(
      describeDrift(
        { news: [], explained: futures, stale: [], silences: [], ended: [], channels: 2, fields: 9, unsaid: new Map() },
        'x',
      ).split('\n')[1],
    ).toBe("Not compared, because the vendor's description leaves it out: futures.");
  });
});
