import { afterEach, describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.js';
import { checkCitations, findCitations } from '../../codegen/load/citations.js';
import type { Citation } from '../../codegen/model.js';
import { describeProblem } from '../../codegen/problem.js';
import { generatedHere } from '../support/codegen.js';
import { removeFolders, SmallProject } from '../support/project.js';

const trades = 'polygon-docs/websockets/stocks/trades.md';
const long = 'polygon-docs/websockets/stocks/long.md';

const pages = new Map<string, readonly string[]>([
  [
    trades,
    [
      '# Trades of stocks',
      '',
      '| Title | Trades |',
      '| Prefix | `T` |',
      '| Wildcard | `T.*` |',
      '',
      '| Key | Meaning |',
      '|---|---|',
      '| `sym` | The symbol. |',
      '| `p` | The price; see also `s`. |',
      '| `s` | The size. |',
      '',
      '```json',
      '{"ev":"T","sym":"AAPL","p":296.4,"s":10}',
      '```',
      '',
      '- Every trade is told once.',
      '[{"ev":"T"}]',
      '- Told once more.',
    ],
  ],
  [long, Array.from({ length: 61 }, (_, index) => `- Rule ${index + 1} of trades.`)],
]);

function citation(from: number, to = from, extra: Partial<Citation> = {}): Citation {
  return {
    what: 'stocks.T.p',
    kind: 'field',
    mentions: ['`p`'],
    file: trades,
    from,
    to,
    at: { path: 'spec/markets/stocks.yaml', line: 31, column: 9 },
    ...extra,
  };
}

const channel = { what: 'stocks.T', kind: 'channel', mentions: ['`T`', 'Trades'] } as const;
const sample = { what: 'stocks.T sample 1', kind: 'sample', mentions: ['T'] } as const;
const fact = { what: 'stocks.paths', kind: 'fact', mentions: ['once'] } as const;

function judge(...citations: readonly Citation[]): string[] {
  return checkCitations(citations, pages).map(describeProblem);
}

afterEach(removeFolders);

describe('citations that hold', () => {
  test.each([
    ['a field by the line that its key leads', citation(10)],
    ['a channel by lines that hold prefix and title', citation(3, 5, channel)],
    ['a sample by the line of its JSON', citation(14, 14, sample)],
    ['a fact by any line that mentions it', citation(17, 17, fact)],
    ['a fact that mentions nothing by any line that speaks', citation(1, 1, { ...fact, mentions: [] })],
    ['a range of exactly 60 lines', citation(1, 60, { ...fact, file: long, mentions: ['Rule 60 '] })],
    ['the last line of a page', citation(19, 19, fact)],
  ])('%s', (_, holding) => {
    expect(judge(holding)).toEqual([]);
  });
});

describe('citations that fail', () => {
  test.each([
    [
      'C1: a page that does not exist',
      citation(10, 10, { file: 'polygon-docs/websockets/stocks/trade.md' }),
      'stocks.T.p cites polygon-docs/websockets/stocks/trade.md:10, but there is no such page. Did you mean polygon-docs/websockets/stocks/trades.md?',
    ],
    [
      'C1: a page that stands in another folder',
      citation(10, 10, { file: 'polygon-docs/websockets/trades.md' }),
      'stocks.T.p cites polygon-docs/websockets/trades.md:10, but there is no such page. Did you mean polygon-docs/websockets/stocks/trades.md?',
    ],
    [
      'C2: a line behind the end',
      citation(20),
      'stocks.T.p cites polygon-docs/websockets/stocks/trades.md:20, but polygon-docs/websockets/stocks/trades.md has the lines 1 to 19; line 10 does. Did you mean :10?',
    ],
    [
      'C2: a range that leaves the page',
      citation(17, 20, { ...fact, mentions: ['nowhere'] }),
      'stocks.paths cites polygon-docs/websockets/stocks/trades.md:17-20, but polygon-docs/websockets/stocks/trades.md has the lines 1 to 19',
    ],
    [
      'C2: a line before the first',
      citation(0),
      'stocks.T.p cites polygon-docs/websockets/stocks/trades.md:0, but polygon-docs/websockets/stocks/trades.md has the lines 1 to 19; line 10 does. Did you mean :10?',
    ],
    [
      'C2: a range that runs backwards',
      citation(5, 3, channel),
      'stocks.T cites polygon-docs/websockets/stocks/trades.md:5-3, but polygon-docs/websockets/stocks/trades.md has the lines 1 to 19',
    ],
    [
      'C3: a range that begins with a blank line',
      citation(2, 4, channel),
      'stocks.T cites polygon-docs/websockets/stocks/trades.md:2-4, which begins or ends with a blank line; cite the lines that speak; the lines 3-5 do. Did you mean :3-5?',
    ],
    [
      'C3: a range that ends with a blank line',
      citation(3, 6, { ...channel, mentions: ['`Q`'] }),
      'stocks.T cites polygon-docs/websockets/stocks/trades.md:3-6, which begins or ends with a blank line; cite the lines that speak',
    ],
    [
      'C3: a field with more than one line',
      citation(10, 11),
      'stocks.T.p cites polygon-docs/websockets/stocks/trades.md:10-11, but a field is proved by exactly one line',
    ],
    [
      'C3: a range of more than 60 lines',
      citation(1, 61, { ...fact, file: long, mentions: ['Rule 61 '] }),
      'stocks.paths cites polygon-docs/websockets/stocks/long.md:1-61, which spans more than 60 lines; cite the part that proves it',
    ],
    [
      'C4: a field by the line of another',
      citation(9),
      'stocks.T.p cites polygon-docs/websockets/stocks/trades.md:9, which does not mention `p`; line 10 does. Did you mean :10?',
    ],
    [
      'C4: a field by a line that only speaks about it',
      citation(10, 10, { what: 'stocks.T.s', mentions: ['`s`'] }),
      'stocks.T.s cites polygon-docs/websockets/stocks/trades.md:10, which does not mention `s`; line 11 does. Did you mean :11?',
    ],
    [
      'C4: a field that stands nowhere on the page',
      citation(9, 9, { what: 'stocks.T.q', mentions: ['`q`'] }),
      'stocks.T.q cites polygon-docs/websockets/stocks/trades.md:9, which does not mention `q`',
    ],
    [
      'C4: a channel by lines without its title',
      citation(4, 5, channel),
      'stocks.T cites polygon-docs/websockets/stocks/trades.md:4-5, which does not mention Trades; the lines 3-4 do. Did you mean :3-4?',
    ],
    [
      'C4: a channel by lines with neither prefix nor title',
      citation(10, 11, { ...channel, mentions: ['`Q`', 'Quotes'] }),
      'stocks.T cites polygon-docs/websockets/stocks/trades.md:10-11, which does not mention `Q` and Quotes',
    ],
    [
      'C4: a sample by a line that is no JSON',
      citation(13, 13, sample),
      'stocks.T sample 1 cites polygon-docs/websockets/stocks/trades.md:13, which is not the JSON of one event; line 14 does. Did you mean :14?',
    ],
    [
      'C4: a sample of another channel',
      citation(14, 14, { ...sample, mentions: ['Q'] }),
      'stocks.T sample 1 cites polygon-docs/websockets/stocks/trades.md:14, whose event is T instead of Q',
    ],
    [
      'C4: a sample that is an array of events',
      citation(18, 18, sample),
      'stocks.T sample 1 cites polygon-docs/websockets/stocks/trades.md:18, whose event is no object with an ev instead of T; line 14 does. Did you mean :14?',
    ],
    [
      'C7: a fact that moved, proposing the nearest place',
      citation(16, 16, { ...fact, mentions: ['once'] }),
      'stocks.paths cites polygon-docs/websockets/stocks/trades.md:16, which begins or ends with a blank line; cite the lines that speak; line 17 does. Did you mean :17?',
    ],
    [
      'C7: a fact between two places, proposing the first of them',
      citation(18, 18, { ...fact, mentions: ['once'] }),
      'stocks.paths cites polygon-docs/websockets/stocks/trades.md:18, which does not mention once; line 17 does. Did you mean :17?',
    ],
  ])('%s', (_, failing, message) => {
    expect(judge(failing)).toEqual([`spec/markets/stocks.yaml:31:9 ${message}`]);
  });

  test('C5: two fields cite one line, and the second is told which one was first', () => {
    const second = citation(10, 10, {
      what: 'stocks.T.price',
      at: { path: 'spec/markets/stocks.yaml', line: 32, column: 9 },
    });

    expect(judge(citation(10), second)).toEqual([
      'spec/markets/stocks.yaml:32:9 stocks.T.price cites polygon-docs/websockets/stocks/trades.md:10, which stocks.T.p cites already; a field has its own line',
    ]);
  });

  test('C5: a field and a fact may cite one line', () => {
    expect(judge(citation(10), citation(10, 10, { ...fact, mentions: ['price'] }))).toEqual([]);
  });

  test('C7: every failure is listed', () => {
    expect(judge(citation(11), citation(2), citation(99, 99, fact))).toEqual([
      'spec/markets/stocks.yaml:31:9 stocks.T.p cites polygon-docs/websockets/stocks/trades.md:11, which does not mention `p`; line 10 does. Did you mean :10?',
      'spec/markets/stocks.yaml:31:9 stocks.T.p cites polygon-docs/websockets/stocks/trades.md:2, which begins or ends with a blank line; cite the lines that speak; line 10 does. Did you mean :10?',
      'spec/markets/stocks.yaml:31:9 stocks.paths cites polygon-docs/websockets/stocks/trades.md:99, but polygon-docs/websockets/stocks/trades.md has the lines 1 to 19; line 19 does. Did you mean :19?',
    ]);
  });
});

describe('C6: citations in comments and prose', () => {
  function found(text: string, folder?: string) {
    return findCitations('runtime/x.ts', text, folder).map(({ at, file, from, to, mentions }) => ({
      at: `${at.line}:${at.column}`,
      file,
      from,
      to,
      mentions,
    }));
  }

  test('a comment with @see promises the words behind it', () => {
    expect(found(`/**\n * Text.\n * @see ${trades}:3-5 \`T\` and \`T.*\`\n */`)).toEqual([
      { at: '3:9', file: trades, from: 3, to: 5, mentions: ['T', 'T.*'] },
    ]);
  });

  test('prose promises no words', () => {
    expect(found(`The \`size\` is in \`${trades}:11\` and \`more\` of it.`)).toEqual([
      { at: '1:19', file: trades, from: 11, to: 11, mentions: [] },
    ]);
  });

  test('several citations on one line are found, each at its column', () => {
    expect(found(`${trades}:1 ${trades}:3-4`)).toEqual([
      { at: '1:1', file: trades, from: 1, to: 1, mentions: [] },
      { at: '1:44', file: trades, from: 3, to: 4, mentions: [] },
    ]);
  });

  test('a path from the root of the repository is the same page', () => {
    expect(found(`see spec/${trades}:9`)).toEqual([{ at: '1:10', file: trades, from: 9, to: 9, mentions: [] }]);
  });

  test('a link without lines and the shorter form outside of the pages are no citations', () => {
    expect(found(`[page](${trades}) and stocks/trades.md:12`)).toEqual([]);
  });

  test('a page refers to its neighbours relative to the folder', () => {
    expect(found('`stocks/trades.md:3-5`, `quickstart.md:7`', 'polygon-docs/websockets')).toEqual([
      { at: '1:2', file: 'polygon-docs/websockets/stocks/trades.md', from: 3, to: 5, mentions: [] },
      { at: '1:26', file: 'polygon-docs/websockets/quickstart.md', from: 7, to: 7, mentions: [] },
    ]);
  });

  test('a page that gives the full path means the same page', () => {
    expect(found(`\`${trades}:3-5\``, 'polygon-docs/websockets')).toEqual([
      { at: '1:2', file: trades, from: 3, to: 5, mentions: [] },
    ]);
  });

  test('README, comments and pages fail like the spec, at their own place', () => {
    const project = new SmallProject();
    project.edit('README.md', ['trades.md:3-8', 'trades.md:3-13']);
    project.edit('runtime/note.ts', ['trades.md:6', 'trades.md:5']);
    project.edit('spec/polygon-docs/websockets/quickstart.md', ['crypto/trades.md:16-20', 'crypto/trade.md:16-20']);

    const { files, problems } = generate(project.root);

    expect(problems.map(describeProblem)).toEqual([
      'README.md:3:26 the page cites polygon-docs/websockets/crypto/trades.md:3-13, which begins or ends with a blank line; cite the lines that speak; the lines 2-12 do. Did you mean :2-12?',
      'runtime/note.ts:1:10 the comment cites polygon-docs/websockets/crypto/trades.md:5, which does not mention XT; line 6 does. Did you mean :6?',
      'spec/polygon-docs/websockets/quickstart.md:11:56 the page cites polygon-docs/websockets/crypto/trade.md:16-20, but there is no such page. Did you mean polygon-docs/websockets/crypto/trades.md?',
    ]);
    expect([...files]).toEqual([]);
  });

  test('a deeper file of the runtime is searched too', () => {
    const project = new SmallProject();
    project.write('runtime/deep/er.ts', '// polygon-docs/websockets/crypto/gone.md:1\n');

    expect(generate(project.root).problems.map(describeProblem)).toEqual([
      'runtime/deep/er.ts:1:4 the comment cites polygon-docs/websockets/crypto/gone.md:1, but there is no such page; write it as spec/polygon-docs/websockets/crypto/gone.md, or cite another',
    ]);
  });
});

describe('C8: a page for people', () => {
  const told = 'Every trade is told once';

  function problemsOf(text: string, path = 'README.md'): string[] {
    return checkCitations(findCitations(path, text), pages).map(describeProblem);
  }

  test('cites lines that speak of what its sentence says', () => {
    expect(problemsOf(`It is new. ${told} (${trades}:17).`)).toEqual([]);
    expect(problemsOf(`- ${told}, and again: ${trades}:17-19`, 'spec/guides/streaming.md')).toEqual([]);
  });

  test.each([
    ['README.md', `${told} (${trades}:1).`],
    ['spec/guides/streaming.md', `${told} (${trades}:1).`],
    ['README.md', `${told}. See ${trades}:17.`],
    ['README.md', `${told}. Some trades differ (${trades}:17).`],
  ])('is refused where they do not: %s, %s', (path, text) => {
    expect(problemsOf(text, path)).toEqual([
      expect.stringMatching(/^\S+ the page cites \S+, which has no two words of the sentence that cites it/),
    ]);
  });

  test('is told the line that does', () => {
    expect(problemsOf(`${told} (${trades}:16).`)).toEqual([expect.stringContaining('Did you mean :17?')]);
    expect(problemsOf(`${told} (${trades}:1).`)).toEqual([expect.stringContaining('Did you mean :17?')]);
  });

  test('shows answers, which are judged where they are made', () => {
    expect(problemsOf(`\`\`\`text\nSee ${trades}:1\n\`\`\`\n${told} (${trades}:17).`)).toEqual([]);
  });
});

describe('a citation of a section', () => {
  const guide = '# Recording\n\nWriting down.\n\n## How to replay it\n\nLike this.\n';

  /** What is wrong with a comment, in a project that has a guide. */
  function problemsOf(comment: string): string[] {
    const project = new SmallProject();
    project.write('spec/guides/recording.md', guide);
    project.write('runtime/other.ts', `// ${comment}\n`);
    return generate(project.root).problems.map(describeProblem);
  }

  test.each([
    'polygon-docs/guides/recording.md',
    'polygon-docs/guides/recording.md#how-to-replay-it',
    'polygon-docs://guides/recording.md#how-to-replay-it',
    'polygon-docs/guides/recording.md:5-7',
    'spec/polygon-docs/guides/gone.md',
  ])('holds as %s', comment => {
    expect(problemsOf(comment)).toEqual([]);
  });

  test('is refused where there is no such section, with those that there are', () => {
    expect(problemsOf('@see polygon-docs/guides/recording.md#replay')).toEqual([
      'runtime/other.ts:1:9 polygon-docs/guides/recording.md#replay is cited, but the page has only the sections how-to-replay-it',
    ]);
  });

  test('is refused where there is no such guide, with or without lines', () => {
    expect(problemsOf('polygon-docs/guides/gone.md')).toEqual([
      'runtime/other.ts:1:4 polygon-docs/guides/gone.md is cited, but there is no such page',
    ]);
    expect(problemsOf('polygon-docs://guides/recording.md:50')).toEqual([
      'runtime/other.ts:1:4 the comment cites polygon-docs/guides/recording.md:50, but polygon-docs/guides/recording.md has the lines 1 to 7; line 7 does. Did you mean :7?',
    ]);
  });

  test('is judged in a guide, too', () => {
    const project = new SmallProject();
    project.write('spec/guides/recording.md', `${guide}\nSee polygon-docs/guides/gone.md#x.\n`);

    expect(generate(project.root).problems.map(describeProblem)).toEqual([
      'spec/guides/recording.md:9:5 polygon-docs/guides/gone.md#x is cited, but there is no such page',
    ]);
  });
});

test('the citations of this repository hold', { timeout: 60_000 }, () => {
  expect(generatedHere().problems.map(describeProblem)).toEqual([]);
});
