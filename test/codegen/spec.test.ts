import { afterEach, describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.js';
import { describeProblem } from '../../codegen/problem.js';
import { removeFolders, SmallProject } from '../support/project.js';

const suite = 'spec/suite.yaml';
const crypto = 'spec/markets/crypto.yaml';
const errata = 'spec/errata.yaml';

type Edit = readonly [from: string, to: string];

afterEach(removeFolders);

/** Breaks one file of the small project and answers all problems; with problems, nothing may be emitted. */
function faults(path: string, ...edits: readonly Edit[]): string[] {
  const project = new SmallProject();
  project.edit(path, ...edits);
  return faultsOf(project);
}

function faultsOf({ root }: SmallProject): string[] {
  const { files, problems } = generate(root);
  if (problems.length > 0) expect([...files.keys()]).toEqual([]);
  return problems.map(describeProblem);
}

test('the small project has no problems and emits ten files', () => {
  const { files, problems, citations } = generate(new SmallProject().root);

  expect(problems).toEqual([]);
  expect(files.size).toBe(10);
  expect(citations).toBe(25);
});

describe('faults of form', () => {
  test('are all reported at once, over all files, in the order of their places, and nothing is emitted', () => {
    const project = new SmallProject();
    project.edit(
      crypto,
      ['order: 6', 'order: six'],
      ['pages: polygon', 'colour: red\npages: polygon'],
      ['unit: pairs,', 'unit: pairs, soft: true,'],
      ['event: TRADE', 'event: DEAL'],
      ['page: trades.md', 'page: trades'],
      ['supported: true', 'supported: false'],
      ['samples: [23, 27]', 'samples: [23]'],
      ['tick_size: 0.01', 'tick_size: 0'],
    );
    project.edit(suite, ['name: small\n', ''], ['means: greeting', 'means: hello']);
    project.edit(errata, ['date: 2026-11-23', 'date: yesterday']);

    expect(faultsOf(project)).toEqual([
      'spec/errata.yaml:6:3 0.date must be a day, and another text came; such as: date: 2026-11-23',
      'spec/markets/crypto.yaml:2:1 order must be a whole number, and a text came; such as: order: 7',
      'spec/markets/crypto.yaml:4:1 the file has the unknown key colour; the keys are market, order, title, pages, paths, feeds, pips, rest, hours, symbol, caps, channels, legacy, simulation',
      'spec/markets/crypto.yaml:27:52 caps.0 has the unknown key soft; the keys are prefixes, max_held, unit, see',
      'spec/markets/crypto.yaml:31:5 channels.0.event is not one of TRADE, QUOTE, AGGREGATE_MINUTE, AGGREGATE_SECOND, INDEX_VALUE, LULD, FAIR_MARKET_VALUE, IMBALANCE',
      'spec/markets/crypto.yaml:32:5 channels.0.page must be the name of a page with its .md, and another text came; such as: page: trades.md',
      'spec/markets/crypto.yaml:34:5 channels.0.wildcard lacks the key why; add it, such as: why: the feed serves named symbols only',
      'spec/markets/crypto.yaml:36:5 channels.0.samples needs at least 2 entries, and 1 came; such as: samples: [ 43, 49 ]',
      'spec/markets/crypto.yaml:44:3 simulation.tick_size must be more than 0, and 0 came; such as: tick_size: 0.01',
      'spec/suite.yaml:1:1 the file lacks the key name; add it, with a text behind it',
      'spec/suite.yaml:8:39 statuses.0.means is not one of greeting, authenticated, subscribed, unsubscribed, auth_failed, auth_timeout, plan_no_websocket, plan_not_realtime, not_authorized, limit_exceeded, max_connections, bad_request',
    ]);
  });

  test('a pattern that is no regular expression is one', () => {
    expect(faults(crypto, ['"^[A-Z]+-[A-Z]{3}$"', '"^([A-Z]+$"'])).toEqual([
      'spec/markets/crypto.yaml:16:3 symbol.pattern is no valid regular expression: unterminated group',
    ]);
  });

  test('a pattern that is not anchored is one', () => {
    expect(faults(crypto, ['"^[A-Z]+-[A-Z]{3}$"', '"[A-Z]+-[A-Z]{3}"'])).toEqual([
      'spec/markets/crypto.yaml:16:3 symbol.pattern must be a regular expression from ^ to $, and another text came; such as: pattern: "^[A-Z]{3}$"',
    ]);
  });

  test('broken YAML is one, and does not hide the faults of other files', () => {
    const project = new SmallProject();
    project.edit(crypto, ['order: 6', 'order: [6']);
    project.edit(errata, ['  why: Prices arrive as text.\n', '']);

    expect(faultsOf(project)).toEqual([
      'spec/errata.yaml:1:3 0 lacks the key why; add it, such as: why: Prices arrive as text.',
      'spec/markets/crypto.yaml:3:1 a ] is missing above or here; close what was opened, and indent what it spans',
    ]);
  });

  test('a key that stands twice is one', () => {
    expect(faults(crypto, ['title: Crypto\n', 'title: Crypto\ntitle: Again\n'])).toEqual([
      'spec/markets/crypto.yaml:4:1 the key stands twice; delete one of the two',
    ]);
  });

  test('a tab as indentation is one', () => {
    expect(faults(crypto, ['title: Crypto\n', 'title: Crypto\n\tcolour: red\n'])).toEqual([
      'spec/markets/crypto.yaml:4:1 a tab indents this line; use blanks',
    ]);
  });

  test('an alias without its anchor is one', () => {
    expect(faults(crypto, ['order: 6', 'order: *six'])).toEqual([
      'spec/markets/crypto.yaml:2:8 the alias six has no anchor; put a text that begins with * into quotes',
    ]);
  });

  test('an empty file and a missing one are each one', () => {
    const project = new SmallProject();
    project.write(crypto, '');
    project.remove(suite);

    expect(faultsOf(project)).toEqual([
      'spec/markets/crypto.yaml:1:1 the file is empty; spec/spec.schema.json says what it needs',
      'spec/suite.yaml:1:1 the file is missing; spec/spec.schema.json says what it needs',
    ]);
  });

  test('they do not hide wrong citations in comments', () => {
    const project = new SmallProject();
    project.edit(crypto, ['order: 6', 'order: 0']);
    project.edit('README.md', ['trades.md:3-8', 'trades.md:3-80']);

    expect(faultsOf(project)).toEqual([
      'README.md:3:26 the page cites polygon-docs/websockets/crypto/trades.md:3-80, but polygon-docs/websockets/crypto/trades.md has the lines 1 to 32',
      'spec/markets/crypto.yaml:2:1 order must be at least 1, and 0 came; such as: order: 7',
    ]);
  });
});

describe('faults of meaning', () => {
  test('are all reported at once, together with wrong citations, and nothing is emitted', () => {
    const project = new SmallProject();
    project.edit(
      crypto,
      ['feed: delayed', 'feed: late'],
      ['time_zone: UTC', 'time_zone: Mars/Olympus'],
      ['from: "00:00", to: "24:00"', 'from: "12:00", to: "11:00"'],
      ['examples: [BTC-USD, ETH-USD]', 'examples: [BTC-USD, ETHUSD]'],
      ['[btc-usd, BTCUSD]', '[btc-usd, "X:SOL-USD"]'],
      ['"X:BTC-USD": BTC-USD', '"X:BTC-USD": ETH-USD'],
      ['prefixes: [XT]', 'prefixes: [XT, XQ]'],
      ['key: t, name: timestamp', 'key: p, name: price'],
      ['prefix: XL2', 'prefix: XT'],
      ['ETH-USD: 3150.2', 'ETH: 3150.2'],
    );
    project.edit(errata, ['type: decimal', 'type: number']);

    expect(faultsOf(project)).toEqual([
      'spec/errata.yaml:1:3 the erratum at crypto.XT.p changes nothing; delete it',
      'spec/markets/crypto.yaml:9:7 feed late is not in suite.yaml; the feeds are realtime, delayed',
      'spec/markets/crypto.yaml:11:3 Mars/Olympus is no IANA time zone, such as America/New_York or UTC',
      'spec/markets/crypto.yaml:13:9 session continuous closes at 11:00, which is not after 12:00; the end of a day is 24:00, and a session over midnight names its days in from and to',
      'spec/markets/crypto.yaml:13:70 crypto.hours continuous cites polygon-docs/websockets/crypto/overview.md:5, which does not mention 12:00 and 11:00',
      'spec/markets/crypto.yaml:18:23 example ETHUSD does not match ^[A-Z]+-[A-Z]{3}$; mend one of the two',
      'spec/markets/crypto.yaml:19:22 X:SOL-USD should be rejected, but is accepted; mend the pattern, or take it out',
      'spec/markets/crypto.yaml:23:19 X:BTC-USD should mean ETH-USD, but means BTC-USD',
      'spec/markets/crypto.yaml:26:7 cap names XQ, which is no channel of crypto',
      'spec/markets/crypto.yaml:35:15 crypto.XT sample 1 (polygon-docs/websockets/crypto/trades.md:23) has a value under p that is not of type integer',
      'spec/markets/crypto.yaml:35:19 crypto.XT sample 2 (polygon-docs/websockets/crypto/trades.md:27) has a value under p that is not of type integer',
      'spec/markets/crypto.yaml:39:11 key p stands twice in XT',
      'spec/markets/crypto.yaml:39:70 crypto.XT.p cites polygon-docs/websockets/crypto/trades.md:20, which does not mention `p`; line 19 does. Did you mean :19?',
      'spec/markets/crypto.yaml:41:7 prefix XT stands for two things in crypto; a channel, an alias and a legacy prefix each have their own',
      'spec/markets/crypto.yaml:41:58 crypto.legacy XT cites polygon-docs/websockets/crypto/overview.md:8, which does not mention `XT`',
      'spec/markets/crypto.yaml:45:36 instrument ETH does not match ^[A-Z]+-[A-Z]{3}$; write it as a canonical symbol',
    ]);
  });

  test.each<[string, string, readonly Edit[], readonly string[]]>([
    [
      'two fields that play the time',
      crypto,
      [['see: 19, role: price', 'epoch: ms, see: 19, role: time']],
      [
        'spec/markets/crypto.yaml:28:5 channel XT has 0 fields with the role price instead of one; give it to one field, such as: role: price',
        'spec/markets/crypto.yaml:28:5 channel XT has 2 fields with the role time instead of one; give it to one field, such as: role: time',
        'spec/markets/crypto.yaml:38:46 crypto.XT.p cites polygon-docs/websockets/crypto/trades.md:19: a time counts Unix ms, us or ns, and the page has no unit',
      ],
    ],
    [
      'a trade of which nobody knows the price',
      crypto,
      [[', role: price', '']],
      [
        'spec/markets/crypto.yaml:28:5 channel XT has 0 fields with the role price instead of one; give it to one field, such as: role: price',
      ],
    ],
    [
      'an argument of which there is no definition, and a required one that is not listed',
      suite,
      [
        [
          'market: { $ref: "#/definitions/market" } }, required: [market]',
          'market: { $ref: "#/definitions/place" } }, required: [venue]',
        ],
      ],
      [
        'spec/suite.yaml:30:47 there is no definition place',
        'spec/suite.yaml:30:80 venue is required, and there is no such property',
      ],
    ],
    [
      'a definition that leads back to itself',
      suite,
      [['code: { type: string } }', 'code: { $ref: "#/definitions/failure" } }']],
      ['spec/suite.yaml:52:3 the definition failure leads back to itself'],
    ],
    [
      'definitions by which no answer can be measured',
      suite,
      [
        [', default: 2000', ''],
        [', maxItems: 10', ''],
      ],
      [
        'spec/suite.yaml:46:3 the definition listed lacks maxItems, which limits what a call asks or answers',
        'spec/suite.yaml:47:3 the definition max_bytes lacks a number as default, which limits what a call asks or answers',
      ],
    ],
    [
      'no field that plays the symbol',
      crypto,
      [['name: symbol, type: string, role: symbol', 'name: pair, type: string']],
      [
        'spec/markets/crypto.yaml:28:5 channel XT has 0 fields with the role symbol instead of one; give it to one field, such as: role: symbol',
      ],
    ],
    [
      'a symbol by another name, that can be missing',
      crypto,
      [['name: symbol, type: string,', 'name: pair, type: string, optional: true,']],
      [
        'spec/markets/crypto.yaml:37:11 a symbol cannot be missing',
        'spec/markets/crypto.yaml:37:22 the symbol is answered as symbol; write name: symbol',
        'spec/markets/crypto.yaml:37:48 crypto.XT.pair cites polygon-docs/websockets/crypto/trades.md:18: optional true differs from the page, which says "no"',
      ],
    ],
    [
      'a time without its epoch',
      crypto,
      [['epoch: ms, ', '']],
      [
        'spec/markets/crypto.yaml:39:11 crypto.XT.t cites polygon-docs/websockets/crypto/trades.md:20: epoch missing differs from the page, which says "Unix ms"',
      ],
    ],
    [
      'a name that every message has already',
      crypto,
      [['name: price', 'name: event']],
      ['spec/markets/crypto.yaml:38:19 name event is taken: every message has its own'],
    ],
    [
      'a timestamp that is not the time of the message',
      crypto,
      [
        ['name: timestamp', 'name: start_time'],
        ['name: price', 'name: timestamp'],
      ],
      ['spec/markets/crypto.yaml:38:19 only the time is answered as timestamp'],
    ],
    [
      'a name that holds another',
      crypto,
      [
        ['name: price', 'name: bid'],
        ['name: timestamp', 'name: bid.time'],
      ],
      ['spec/markets/crypto.yaml:38:19 name bid stands beside bid.time in XT'],
    ],
    [
      'an alias that is a legacy prefix',
      crypto,
      [['    plans:', '    aliases: [{ prefix: XL2, see: 6 }]\n    plans:']],
      [
        'spec/markets/crypto.yaml:34:30 crypto.XT alias XL2 cites polygon-docs/websockets/crypto/trades.md:6, which does not mention `XL2`',
        'spec/markets/crypto.yaml:42:7 prefix XL2 stands for two things in crypto; a channel, an alias and a legacy prefix each have their own',
      ],
    ],
    [
      'a spelling that means nothing',
      crypto,
      [['"X:BTC-USD": BTC-USD', '"Y:BTC-USD": BTC-USD']],
      [
        'spec/markets/crypto.yaml:23:19 Y:BTC-USD should mean BTC-USD, but means nothing',
        'spec/markets/crypto.yaml:24:7 crypto.symbol spelled Y:BTC-USD cites polygon-docs/websockets/crypto/overview.md:7, which does not mention Y:BTC-USD',
      ],
    ],
    [
      'a slip that suggests something else',
      crypto,
      [
        [
          '  spellings:',
          '  slips:\n    - { pattern: "^(BTC)(USD)$", meant: $1-$2, examples: { BTCUSD: BTC/USD }, see: overview.md:7 }\n  spellings:',
        ],
      ],
      [
        'spec/markets/crypto.yaml:21:60 BTCUSD should suggest BTC/USD, but suggests BTC-USD',
        'spec/markets/crypto.yaml:21:79 crypto.symbol not BTCUSD cites polygon-docs/websockets/crypto/overview.md:7, which does not mention BTCUSD',
      ],
    ],
    [
      'a wrapper around something else',
      crypto,
      [
        [
          '  spellings:',
          '  wrappers:\n    - { pattern: "^(X:)BTC-USD$", examples: { "X:BTC-USD": BTC-USD }, see: overview.md:7 }\n  spellings:',
        ],
      ],
      ['spec/markets/crypto.yaml:21:47 X:BTC-USD should suggest BTC-USD, but suggests nothing'],
    ],
    [
      'usual forms that the market does not have',
      crypto,
      [
        [
          '  spellings:',
          '  usual: { pattern: "^[A-Z:-]+$", examples: [BTC-USD, "X:BTC-USD"], see: overview.md:7 }\n  spellings:',
        ],
      ],
      ['spec/markets/crypto.yaml:20:55 example X:BTC-USD does not match; mend the pattern, or take it out'],
    ],
    [
      'an odd form that is none',
      crypto,
      [
        [
          '  spellings:',
          '  tolerated:\n    - { pattern: "^[A-Z:-]+$", examples: ["X:BTC-USD", BTC-USD], see: overview.md:7 }\n  spellings:',
        ],
      ],
      [
        'spec/markets/crypto.yaml:21:56 example BTC-USD does not match, or is no odd form; mend the pattern, or take it out',
      ],
    ],
    [
      'symbols of a market that there is not',
      crypto,
      [
        [
          '  spellings:',
          '  elsewhere:\n    - { market: coins, kind: a coin, pattern: "^X:(.*)$", meant: XT.$1, examples: { "X:BTC-USD": XT.BTC-USD }, see: overview.md:7 }\n  spellings:',
        ],
      ],
      [
        'spec/markets/crypto.yaml:21:9 there is no market coins; the markets are crypto',
        'spec/markets/crypto.yaml:21:112 crypto.symbol elsewhere X:BTC-USD cites polygon-docs/websockets/crypto/overview.md:7, which does not mention XT.BTC-USD',
      ],
    ],
    [
      'symbols of another market that it has not',
      crypto,
      [
        [
          '  spellings:',
          '  elsewhere:\n    - { market: crypto, kind: a coin, pattern: "^X:(.*)$", meant: T.$1, examples: { "X:BTC-USD": T.BTC-USD }, see: overview.md:7 }\n  spellings:',
        ],
      ],
      [
        'spec/markets/crypto.yaml:21:85 T.BTC-USD is no channel of crypto',
        'spec/markets/crypto.yaml:21:111 crypto.symbol elsewhere X:BTC-USD cites polygon-docs/websockets/crypto/overview.md:7, which does not mention T.BTC-USD',
      ],
    ],
    [
      'a session that names its days twice',
      crypto,
      [['from: "00:00"', 'from: "Sun 00:00"']],
      [
        'spec/markets/crypto.yaml:13:9 session continuous names days twice: take the day out of from and to, or drop days',
      ],
    ],
    [
      'a session without days',
      crypto,
      [['days: Sun-Sat, ', '']],
      [
        'spec/markets/crypto.yaml:13:9 session continuous needs days, or a day in both from and to, such as days: Mon-Fri',
      ],
    ],
    [
      'a session that says only when it opens in the week',
      crypto,
      [['days: Sun-Sat, from: "00:00"', 'from: "Sun 00:00"']],
      [
        'spec/markets/crypto.yaml:13:9 session continuous needs days, or a day in both from and to, such as days: Mon-Fri',
      ],
    ],
    [
      'an erratum whose field is documented otherwise by now',
      crypto,
      [['name: price, type: number', 'name: price, type: string']],
      [
        'spec/errata.yaml:1:3 the erratum at crypto.XT.p no longer meets a field that says {"type":"number"}; adapt or delete it',
        'spec/markets/crypto.yaml:35:15 crypto.XT sample 1 (polygon-docs/websockets/crypto/trades.md:23) has a value under p that is not of type string',
        'spec/markets/crypto.yaml:35:19 crypto.XT sample 2 (polygon-docs/websockets/crypto/trades.md:27) has a value under p that is not of type string',
        'spec/markets/crypto.yaml:38:32 crypto.XT.p cites polygon-docs/websockets/crypto/trades.md:19: type string differs from the page, which says "number"',
      ],
    ],
    [
      'an erratum whose field is gone',
      errata,
      [['at: crypto.XT.p', 'at: crypto.XQ.p']],
      [
        'spec/errata.yaml:1:3 the erratum at crypto.XQ.p no longer meets a field that says {"type":"number"}; adapt or delete it',
      ],
    ],
    [
      'a slot that nobody fills, in a title and in the description of an argument',
      suite,
      [
        ['Start {title} stream', 'Start {name} stream'],
        ['such as {example}', 'such as {sample}'],
      ],
      [
        'spec/suite.yaml:13:5 {name} in start_crypto_stream has no value',
        'spec/suite.yaml:13:5 {sample} in start_crypto_stream has no value',
      ],
    ],
    [
      'a slot of a market in a tool of all markets',
      suite,
      [['description: Messages of a stream.', 'description: Messages of the {market} stream.']],
      ['spec/suite.yaml:25:5 {market} in read_stream_messages has no value'],
    ],
    [
      'a tool with the name of another',
      suite,
      [['name: read_stream_messages', 'name: start_crypto_stream']],
      ['spec/suite.yaml:25:5 two tools have the name start_crypto_stream'],
    ],
    [
      'a slot of a prompt that none of its arguments fills, and one that is none',
      suite,
      [
        [', symbol: One symbol', ''],
        ['how {symbols} does', 'how {name} does'],
      ],
      ['spec/suite.yaml:41:5 {channels} in look has no value', 'spec/suite.yaml:41:5 {name} in look has no value'],
    ],
    [
      'a prompt that calls what is no tool',
      suite,
      [['Call start_{market}_stream', 'Call begin_{market}_stream']],
      ['spec/suite.yaml:41:5 look calls begin_{market}_stream, which does not exist'],
    ],
    [
      'a prompt with the name of another',
      suite,
      [
        [
          'prompts:\n',
          'prompts:\n  - { name: look, title: Look, description: Look., arguments: { market: A market }, events: [], text: Look. }\n',
        ],
      ],
      ['spec/suite.yaml:37:5 prompt look exists twice'],
    ],
  ])('%s', (_, path, edits, expected) => {
    expect(faults(path, ...edits)).toEqual(expected);
  });

  test('a market in the file of another, with its order and so with its tools', () => {
    const project = new SmallProject();
    project.write('spec/markets/coins.yaml', project.read(crypto));
    const own = (line: string): boolean => !line.includes('a field has its own line');

    expect(faultsOf(project).filter(own)).toEqual([
      'spec/markets/coins.yaml:1:1 market crypto belongs into spec/markets/crypto.yaml',
      'spec/markets/coins.yaml:2:1 order 6 is also that of crypto; 7 is free',
      'spec/markets/crypto.yaml:2:1 order 6 is also that of crypto; 7 is free',
      'spec/suite.yaml:13:5 two tools have the name start_crypto_stream',
    ]);
  });

  test('two channels on one page, which would share the name of its file', () => {
    const project = new SmallProject();
    project.edit(crypto, [
      'legacy:',
      [
        '  - prefix: XQ',
        '    title: Trades',
        '    event: QUOTE',
        '    page: trades.md',
        '    see: 24-25',
        '    wildcard: { supported: true, see: 24 }',
        '    plans: { text: any, see: 24 }',
        '    samples: [24, 28]',
        '    fields:',
        '      - { key: sym, name: symbol, type: string, role: symbol, see: 24 }',
        '      - { key: x, name: timestamp, type: integer, epoch: ms, role: time, see: 25 }',
        'legacy:',
      ].join('\n'),
    ]);

    expect(faultsOf(project)).toContain('spec/markets/crypto.yaml:43:5 page trades.md is already that of XT');
  });
});

describe('what comes out', () => {
  function emitted(path: string, file: string, ...edits: readonly Edit[]): string {
    const project = new SmallProject();
    project.edit(path, ...edits);
    const { files, problems } = generate(project.root);
    expect(problems.map(describeProblem)).toEqual([]);
    return files.get(file)!;
  }

  test('an erratum corrects the type that is documented', () => {
    expect(emitted(suite, 'crypto.ts')).toContain(
      "    /** @see polygon-docs/websockets/crypto/trades.md:19 */\n    { key: 'p', name: 'price', type: 'decimal', optional: false, role: 'price' },\n",
    );
  });

  test('a session that repeats is spread over its days and closes at midnight of the next', () => {
    expect(emitted(crypto, 'crypto.ts', ['days: Sun-Sat', 'days: Fri-Sun'])).toContain(
      [
        '    sessions: [',
        "      { name: 'continuous', opens: 'Fri 00:00', closes: 'Sat 00:00' },",
        "      { name: 'continuous', opens: 'Sat 00:00', closes: 'Sun 00:00' },",
        "      { name: 'continuous', opens: 'Sun 00:00', closes: 'Mon 00:00' },",
        '    ],',
      ].join('\n'),
    );
  });

  test('a session that names its own days stays one', () => {
    expect(
      emitted(crypto, 'crypto.ts', ['days: Sun-Sat, from: "00:00", to: "24:00"', 'from: "Sun 00:00", to: "Fri 24:00"']),
    ).toContain("sessions: [{ name: 'continuous', opens: 'Sun 00:00', closes: 'Fri 24:00' }]");
  });

  test('times are judged by their unit, and what can be missing may be null', () => {
    const project = new SmallProject();
    project.edit(
      crypto,
      ['type: integer, epoch: ms, role: time', 'type: integer, epoch: ns, role: time'],
      ['name: price, type: number', 'name: price, type: number, optional: true'],
    );
    project.edit(
      'spec/polygon-docs/websockets/crypto/trades.md',
      ['| Unix ms |', '| Unix ns |'],
      ['| number | | no |', '| number | | yes |'],
    );
    const text = generate(project.root).files.get('crypto.ts');

    expect(text).toContain(
      [
        '  validator: z.looseObject({',
        "    ev: z.literal('XT'),",
        '    pair: wire.string,',
        '    p: wire.decimal.nullish(),',
        '    t: wire.ns,',
        '  }),',
      ].join('\n'),
    );
  });

  test('a choice may hold an apostrophe', () => {
    expect(
      emitted(suite, 'suite.ts', [
        'properties: { market: { $ref: "#/definitions/market" } }, required: [market]',
        'properties: { mood: { type: string, enum: ["isn\'t", plain] } }',
      ]),
    ).toContain("validator: z.strictObject({ mood: z.enum(['isn\\'t', 'plain']).optional() }),");
  });

  test('a prompt is a declaration whose slots are filled when it is picked', () => {
    expect(emitted(suite, 'suite.ts', ['title: Look at a symbol', 'title: Look twice'])).toContain(
      [
        '  prompts: [',
        '    {',
        "      name: 'look',",
        "      title: 'Look twice',",
        "      description: 'Start a stream and look.',",
        "      arguments: [{ name: 'market', description: 'The market' }, { name: 'symbol', description: 'One symbol' }],",
        "      events: ['TRADE'],",
        '      text: \'Call start_{market}_stream with {"channels": {channels}}, and\\ntell me how {symbols} does.\',',
        '    },',
        '  ],',
      ].join('\n'),
    );
  });

  test('a page that has changed shows in the words of its citations', () => {
    const before = generate(new SmallProject().root).files.get('citations.json')!.split('\n');
    const after = emitted('spec/polygon-docs/websockets/crypto/trades.md', 'citations.json', [
      'Price of the trade.',
      'Price of the last trade.',
    ]).split('\n');

    expect(after.filter((line, index) => line !== before[index])).toEqual([
      '  {"what":"erratum crypto.XT.p","see":"polygon-docs/websockets/crypto/trades.md:19","says":"| `p` | number | | no | Price of the last"},',
      '  {"what":"crypto.XT.p","see":"polygon-docs/websockets/crypto/trades.md:19","says":"| `p` | number | | no | Price of the last"},',
    ]);
  });
});
