/** A newcomer writes the file of a market, and each mistake is answered with one line that says the way out. */
import { afterEach, describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.js';
import { describeProblem } from '../../codegen/problem.js';
import { removeFolders, SmallProject } from '../support/project.js';

const market = 'spec/markets/crypto.yaml';
const page = 'spec/polygon-docs/websockets/crypto/trades.md';

afterEach(removeFolders);

function answer(change: (project: SmallProject) => void): string[] {
  const project = new SmallProject();
  change(project);
  return generate(project.root).problems.map(describeProblem);
}

describe('in the file of a market', () => {
  test.each([
    [
      'a key that is indented less than its neighbours',
      '  sessions:\n',
      ' sessions:\n',
      '12:1 this line does not line up with those above; indent the keys of one map, and the - of one list, alike',
    ],
    [
      'a key that is indented more than its neighbours',
      '    title: Trades',
      '     title: Trades',
      '28:13 this line and the next do not line up; indent the keys of one map, and the - of one list, alike',
    ],
    [
      'a - that does not line up',
      '  - { feed: delayed',
      '   - { feed: delayed',
      '9:4 this line does not line up with those above; indent the keys of one map, and the - of one list, alike',
    ],
    [
      'no blank behind a colon',
      'order: 6',
      'order:6',
      '2:1 a line without a value; write key: value, with a blank after the colon',
    ],
    [
      'no blank behind a -',
      '  - prefix: XT',
      '  -prefix: XT',
      '28:12 this line and the next do not line up; indent the keys of one map, and the - of one list, alike',
    ],
    [
      'a colon in a value',
      'title: Crypto',
      'title: Crypto: pairs',
      '3:8 a value with a colon and a blank in it needs quotes, such as title: "Trades: all"',
    ],
    [
      'a backslash in double quotes',
      '"^[A-Z]+-[A-Z]{3}$"',
      '"^\\w+-[A-Z]{3}$"',
      '16:14 a backslash in double quotes begins an escape; use single quotes, or write it twice',
    ],
    [
      'a brace that stays open',
      'role: time, see: 20 }',
      'role: time, see: 20',
      '40:1 a } is missing above or here; close what was opened, and indent what it spans',
    ],
    [
      'a quote that stays open',
      '"24:00"',
      '"24:00',
      '13:75 something follows a value that has ended; close its quotes, or put the whole value into them',
    ],
    [
      'a comma that is missing',
      'key: pair, name',
      'key: pair name',
      '37:16 a comma is missing here; entries between { } or [ ] stand apart by commas',
    ],
    [
      'a value that begins with @',
      'title: Crypto',
      'title: @crypto',
      '3:8 a value cannot begin with this character; put it into quotes',
    ],
    [
      'a key that stands twice',
      'title: Crypto\n',
      'title: Crypto\norder: 6\n',
      '4:1 the key stands twice; delete one of the two',
    ],
    [
      'a second document',
      'order: 6',
      'order: 6\n---',
      '3:1 a second document begins here; a file of the spec holds one, so delete the line ---',
    ],
    ['a tab', '  time_zone', '\ttime_zone', '11:1 a tab indents this line; use blanks'],
    [
      'an entry without its -',
      '  - prefix: XT',
      '    prefix: XT',
      '27:1 channels must be a list, each entry after a -, and a map came; such as: channels: [ { prefix: T, title: Trades } ]',
    ],
    [
      'a number for a text',
      'title: Crypto\n',
      'title: 24\n',
      '3:1 title must be a text, and the number 24 came; put it into quotes',
    ],
    [
      'a key without a value',
      'title: Crypto\n',
      'title:\n',
      '3:1 title has no value; expected is a text; such as: title: Precious metals',
    ],
    [
      'a word for yes or no',
      'type: number, see',
      'type: number, optional: maybe, see',
      '38:46 channels.0.fields.1.optional must be true or false, and a text came',
    ],
    [
      'a type that is misspelt',
      'type: number',
      'type: numbr',
      '38:32 channels.0.fields.1.type is not one of string, number, integer, boolean, integers, decimal, identifier; did you mean number?',
    ],
    [
      'an event in words of its own',
      'event: TRADE',
      'event: trades',
      '30:5 channels.0.event is not one of TRADE, QUOTE, AGGREGATE_MINUTE, AGGREGATE_SECOND, INDEX_VALUE, LULD, FAIR_MARKET_VALUE, IMBALANCE; did you mean TRADE?',
    ],
    [
      'a key that is misspelt',
      'wildcard:',
      'wildcards:',
      '33:5 channels.0 has the unknown key wildcards; did you mean wildcard?',
    ],
    [
      'an epoch in words',
      'epoch: ms',
      'epoch: millis',
      '39:51 channels.0.fields.2.epoch is not one of ms, us, ns, magnitude',
    ],
    [
      'a citation in words',
      'see: 19',
      'see: line 13',
      '38:46 channels.0.fields.1.see must be lines of a page, and another text came; such as: see: overview.md:12',
    ],
    [
      'a citation of line 0',
      'see: 19',
      'see: 0',
      '38:46 channels.0.fields.1.see must be lines of a page, and the number 0 came; such as: see: overview.md:12',
    ],
    [
      'a citation of the line of another field',
      'see: 19',
      'see: 18',
      '38:46 crypto.XT.p cites polygon-docs/websockets/crypto/trades.md:18, which does not mention `p`; line 19 does. Did you mean :19?',
    ],
    [
      'a citation of a blank line',
      'see: 7 }\n    plans',
      'see: 15 }\n    plans',
      '33:34 crypto.XT wildcard cites polygon-docs/websockets/crypto/trades.md:15, which begins or ends with a blank line; cite the lines that speak; line 7 does. Did you mean :7?',
    ],
    [
      'a citation of a page that does not exist',
      '"overview.md:9"',
      '"limits.md:9"',
      '26:52 crypto.cap of XT cites polygon-docs/websockets/crypto/limits.md:9, but there is no such page; write it as spec/polygon-docs/websockets/crypto/limits.md, or cite another',
    ],
    [
      'a citation of a page that is misspelt',
      '"overview.md:9"',
      '"overviews.md:9"',
      '26:52 crypto.cap of XT cites polygon-docs/websockets/crypto/overviews.md:9, but there is no such page. Did you mean polygon-docs/websockets/crypto/overview.md?',
    ],
    [
      'a citation without its page',
      '"overview.md:9"',
      '9',
      '26:52 crypto.cap of XT cites line 9 of no page; write the page too, such as overview.md:9',
    ],
    [
      'the page of a channel that is misspelt',
      'page: trades.md',
      'page: trade.md',
      '32:5 crypto.XT cites polygon-docs/websockets/crypto/trade.md:3-8, but there is no such page, which 7 more citations need. Did you mean polygon-docs/websockets/crypto/trades.md?',
    ],
    [
      'a folder of pages that is misspelt',
      'pages: polygon-docs/websockets/crypto',
      'pages: polygon-docs/websockets/crypt',
      '6:22 crypto.paths /crypto cites polygon-docs/websockets/crypt/overview.md:3, but there is no such folder, which 15 more citations need. Did you mean polygon-docs/websockets/crypto/?',
    ],
    [
      'a folder of pages from the root of the repository',
      'pages: polygon-docs',
      'pages: spec/polygon-docs',
      '4:1 pages must be a folder that begins with polygon-docs/, and another text came; such as: pages: polygon-docs/websockets/metals',
    ],
    [
      'a feed that is misspelt',
      'feed: delayed',
      'feed: delay',
      '9:7 feed delay is not in suite.yaml; did you mean delayed?',
    ],
    [
      'a pattern without its anchor',
      '"^[A-Z]+-[A-Z]{3}$"',
      '"[A-Z]+-[A-Z]{3}$"',
      '16:3 symbol.pattern must be a regular expression from ^ to $, and another text came; such as: pattern: "^[A-Z]{3}$"',
    ],
    [
      'a pattern whose anchors hold for one alternative each',
      '"^[A-Z]+-[A-Z]{3}$"',
      '"^BTC-USD|[A-Z]+-[A-Z]{3}$"',
      '16:3 the alternatives of ^BTC-USD|[A-Z]+-[A-Z]{3}$ are not all anchored; bracket them, such as ^(?:A|B)$',
    ],
    [
      'a pattern with a range that stays open',
      '"^[A-Z]+-[A-Z]{3}$"',
      '"^[A-Z+-[A-Z]{3$"',
      '16:3 symbol.pattern is no valid regular expression: incomplete quantifier',
    ],
    [
      'a pattern with an escape that is none',
      '"^[A-Z]+-[A-Z]{3}$"',
      "'^\\_$'",
      '16:3 symbol.pattern is no valid regular expression: invalid escape',
    ],
    [
      'an example that does not match the pattern',
      '[BTC-USD, ETH-USD]',
      '[BTC-USD, ETHUSD]',
      '18:23 example ETHUSD does not match ^[A-Z]+-[A-Z]{3}$; mend one of the two',
    ],
    [
      'a prefix in small letters',
      'prefix: XT',
      'prefix: xt',
      '28:5 channels.0.prefix must be capitals and digits, and another text came; such as: prefix: XT',
    ],
    [
      'a simulation without instruments',
      '  instruments: { BTC-USD: 96412.5, ETH-USD: 3150.2 }\n',
      '',
      '42:1 simulation lacks the key instruments; add it, such as: instruments: { AAPL: 232.15, MSFT: 478.4 }',
    ],
    [
      'a simulation with one instrument',
      ', ETH-USD: 3150.2',
      '',
      '45:3 simulation.instruments needs at least 2 entries, and 1 came; such as: instruments: { AAPL: 232.15, MSFT: 478.4 }',
    ],
    [
      'instruments without prices',
      '{ BTC-USD: 96412.5, ETH-USD: 3150.2 }',
      '[BTC-USD, ETH-USD]',
      '45:3 simulation.instruments must be a map of keys and values, and a list came; such as: instruments: { AAPL: 232.15, MSFT: 478.4 }',
    ],
    [
      'a time zone that is misspelt',
      'UTC',
      'Amerika/New_York',
      '11:3 Amerika/New_York is no IANA time zone; did you mean America/New_York?',
    ],
    [
      'a time zone that does not exist',
      'UTC',
      'nowhere',
      '11:3 nowhere is no IANA time zone, such as America/New_York or UTC',
    ],
    [
      'a session that opens at the end of a day',
      'from: "00:00", to: "24:00"',
      'from: "24:00", to: "00:00"',
      '13:42 hours.sessions.0.from must be a time of day like 09:30, with its day where the session spans days, and another text came; such as: from: 09:30',
    ],
    [
      'a session that ends when it begins',
      'from: "00:00", to: "24:00"',
      'from: "00:00", to: "00:00"',
      '13:9 session continuous closes at 00:00, which is not after 00:00; the end of a day is 24:00, and a session over midnight names its days in from and to',
    ],
    [
      'a time of one digit',
      'from: "00:00"',
      'from: 9:30',
      '13:42 hours.sessions.0.from must be a time of day like 09:30, with its day where the session spans days, and another text came; such as: from: 09:30',
    ],
    [
      'no plans',
      '    plans: { text: Currencies Starter, see: 8 }\n',
      '',
      '28:5 channels.0 lacks the key plans; add it, such as: plans: { text: Advanced (real time), see: 17 }',
    ],
    [
      'plans without their text',
      'text: Currencies Starter, ',
      '',
      '34:5 channels.0.plans lacks the key text; add it, such as: text: Advanced (real time)',
    ],
    [
      'plans with an empty text',
      'text: Currencies Starter',
      'text: ""',
      '34:14 channels.0.plans.text must not be empty; such as: text: Advanced (real time)',
    ],
    [
      'a field that stands twice',
      '      - { key: p, name: price, type: number, see: 19, role: price }\n',
      '      - { key: p, name: price, type: number, see: 19, role: price }\n      - { key: p, name: price, type: number, see: 19 }\n',
      '39:11 key p stands twice in XT',
    ],
    ['two fields with one readable name', 'name: timestamp', 'name: price', '39:19 name price stands twice in XT'],
    [
      'an epoch on a text',
      'role: symbol, see',
      'role: symbol, epoch: ms, see',
      '37:64 crypto.XT.pair cites polygon-docs/websockets/crypto/trades.md:18: epoch ms differs from the page, which has no unit',
    ],
    [
      'a negative size of a lot',
      'lot_size: 0.05',
      'lot_size: -1',
      '44:3 simulation.lot_size must be more than 0, and -1 came; such as: lot_size: 100',
    ],
    [
      'a fraction for a number',
      'lot_size: 0.05',
      'lot_size: 1/100',
      '44:3 simulation.lot_size must be a number, and a text came; such as: lot_size: 100',
    ],
    ['an order of 0', 'order: 6', 'order: 0', '2:1 order must be at least 1, and 0 came; such as: order: 7'],
    [
      'a market in capitals',
      'market: crypto',
      'market: Crypto',
      '1:1 market must be small letters and digits, and another text came; such as: market: metals',
    ],
    [
      'a negative delay',
      'delay_minutes: 15',
      'delay_minutes: -15',
      '9:22 feeds.1.delay_minutes must be at least 0, and -15 came; such as: delay_minutes: 15',
    ],
    [
      'a delay with its unit',
      'delay_minutes: 15',
      'delay_minutes: 15m',
      '9:22 feeds.1.delay_minutes must be a whole number, and a text came; such as: delay_minutes: 15',
    ],
    [
      'a number with a comma',
      'max_held: 1000',
      'max_held: 1,000',
      '26:35 caps.0 has the unknown key 0; a comma parts entries, so write a number without one',
    ],
    [
      'no wildcard, and no reason',
      'supported: true',
      'supported: false',
      '33:5 channels.0.wildcard lacks the key why; add it, such as: why: the feed serves named symbols only',
    ],
    [
      'the word yes',
      'supported: true',
      'supported: yes',
      '33:17 channels.0.wildcard.supported must be true or false, and a text came; such as: supported: true',
    ],
    [
      'a wildcard without its citation',
      'wildcard: { supported: true, see: 7 }',
      'wildcard: true',
      '33:5 channels.0.wildcard must be a map of keys and values, and true came; such as: wildcard: { supported: true, see: 16 }',
    ],
    [
      'one sample for two',
      '[23, 27]',
      '23',
      '35:5 channels.0.samples must be a list, each entry after a -, and the number 23 came; such as: samples: [ 43, 49 ]',
    ],
    [
      'a sample by the line of its fence',
      '[23, 27]',
      '[22, 27]',
      '35:15 crypto.XT sample 1 cites polygon-docs/websockets/crypto/trades.md:22, which is not the JSON of one event; line 23 does. Did you mean :23?',
    ],
    ['no order', 'order: 6\n', '', '1:1 the file lacks the key order; add it, such as: order: 7'],
    [
      'no simulation',
      'simulation:\n  tick_size: 0.01\n  lot_size: 0.05\n  instruments: { BTC-USD: 96412.5, ETH-USD: 3150.2 }\n',
      '',
      '1:1 the file lacks the key simulation; add it, such as: simulation: { tick_size: 0.01, lot_size: 1, instruments: { AAPL: 232.15, MSFT: 478.4 } }',
    ],
    [
      'no hours',
      'hours:\n  time_zone: UTC\n  sessions:\n    - { name: continuous, days: Sun-Sat, from: "00:00", to: "24:00", see: "overview.md:5" }\n',
      '',
      '1:1 the file lacks the key hours; add it, such as: hours: { time_zone: UTC, sessions: [ { name: week, from: Sun 18:00, to: Fri 17:00, see: overview.md:10 } ] }',
    ],
    [
      'no field that plays the symbol',
      'role: symbol, ',
      '',
      '28:5 channel XT has 0 fields with the role symbol instead of one; give it to one field, such as: role: symbol',
    ],
    [
      'no field that plays the time',
      'epoch: ms, role: time',
      'epoch: ms',
      '28:5 channel XT has 0 fields with the role time instead of one; give it to one field, such as: role: time',
    ],
    [
      'a time without its epoch',
      'epoch: ms, ',
      '',
      '39:11 crypto.XT.t cites polygon-docs/websockets/crypto/trades.md:20: epoch missing differs from the page, which says "Unix ms"',
    ],
    [
      'a unit that the page does not have',
      'type: number, see',
      'type: number, unit: USD, see',
      '38:46 crypto.XT.p cites polygon-docs/websockets/crypto/trades.md:19: unit USD differs from the page, which has none',
    ],
    [
      'a name with two dots',
      'name: price',
      'name: a.b.c',
      '38:19 channels.0.fields.1.name must be small letters, digits and _, with at most one dot, and another text came; such as: name: price',
    ],
    [
      'a name in camel case',
      'name: price',
      'name: lastPrice',
      '38:19 channels.0.fields.1.name must be small letters, digits and _, with at most one dot, and another text came; such as: name: price',
    ],
  ])('%s is told in one line', (_, from, to, problem) => {
    expect(answer(project => project.edit(market, [from, to]))).toEqual([`${market}:${problem}`]);
  });

  test.each([
    [
      'a prefix that stands twice',
      '  - { prefix: XL2, title: Level',
      '  - { prefix: XL2, title: Level 1 book, instead: Use XT., see: "overview.md:8" }\n  - { prefix: XL2, title: Level',
      '42:7 prefix XL2 stands for two things in crypto; a channel, an alias and a legacy prefix each have their own',
    ],
    [
      'a flag with the name of a field',
      'name: price, type: number, see',
      'name: price, type: number, flag: { name: symbol, "on": 1, "off": 2 }, see',
      '38:46 flag symbol has the name of a field of XT',
    ],
  ])('%s is told in one line, before what follows from it', (_, from, to, problem) => {
    expect(answer(project => project.edit(market, [from, to]))).toContain(`${market}:${problem}`);
  });

  test('a name that the generated code needs is refused', () => {
    expect(answer(project => project.edit(market, ['market: crypto', 'market: suite']))).toContain(
      `${market}:1:1 market suite is a word of the generated code; use another`,
    );
  });
});

describe('around the file of a market', () => {
  test.each<[string, (project: SmallProject) => void]>([
    ['a byte order mark', project => project.write(market, `\uFEFF${project.read(market)}`)],
    ['a byte order mark on a page', project => project.write(page, `\uFEFF${project.read(page)}`)],
    ['line ends of Windows', project => project.write(market, project.read(market).replaceAll('\n', '\r\n'))],
    ['line ends of Windows on a page', project => project.write(page, project.read(page).replaceAll('\n', '\r\n'))],
    ['no last line break', project => project.write(market, project.read(market).trimEnd())],
    ['blanks at the ends of lines', project => project.write(market, project.read(market).replaceAll('\n', '  \n'))],
  ])('%s is no mistake', (_, change) => {
    expect(answer(change)).toEqual([]);
  });

  test.each<[string, string, string, string]>([
    [
      'a file with another ending',
      'metals.yml',
      'market: metals\n',
      'metals.yml:1:1 is not read; a market is a file whose name ends with .yaml',
    ],
    ['an empty file', 'metals.yaml', '', 'metals.yaml:1:1 the file is empty; spec/spec.schema.json says what it needs'],
    [
      'a file of comments',
      'metals.yaml',
      '# later\n',
      'metals.yaml:1:1 the file is empty; spec/spec.schema.json says what it needs',
    ],
    [
      'a list for a map',
      'metals.yaml',
      '- market: metals\n',
      'metals.yaml:1:1 the file must be a map of keys and values, and a list came',
    ],
    [
      'prose',
      'metals.yaml',
      'Metals are next.\n',
      'metals.yaml:1:1 the file must be a map of keys and values, and a text came',
    ],
  ])('%s is told in one line', (_, name, text, problem) => {
    expect(answer(project => project.write(`spec/markets/${name}`, text))).toEqual([`spec/markets/${problem}`]);
  });

  test('the file of a neighbour that was copied is told what is its own', () => {
    expect(answer(project => project.write('spec/markets/metals.yaml', project.read(market)))).toEqual(
      expect.arrayContaining([
        'spec/markets/metals.yaml:1:1 market crypto belongs into spec/markets/crypto.yaml',
        'spec/markets/metals.yaml:2:1 order 6 is also that of crypto; 7 is free',
      ]),
    );
  });
});
