import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import manifest from '../../package.json' with { type: 'json' };
import { readSetup } from '../../runtime/cli/setup.js';
import { settingTable } from '../../runtime/config/settings.js';
import { errorCodes } from '../support/error-codes.js';
import { anchorsIn, blocksIn, guides, linksIn, readGuide } from '../support/guides.js';
import { makeFolder, removeFolders, repository } from '../support/project.js';
import { HostedServer } from '../support/stdio.js';

const written = guides.map(path => [path, readGuide(path)] as const);
const all = written.map(([, text]) => text).join('\n');

/** A call of the program as a shell would make it. */
interface Call {
  readonly line: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

const variable = /^([A-Z_]+)=(.*)$/s;
const program = /^(?:npx -y (?:mcp-polygon|\.\/mcp-polygon-\S+\.tgz)|node dist\/mcp-polygon\.js)(?= |$)/;
const spans = /^```sh\n(.*?)^```$|`([^`\n]+)`/gms;

/** Every call of the program in blocks of the shell and in the running text; what a block exports holds for its later lines. */
function callsIn(text: string): Call[] {
  return [...text.matchAll(spans)].flatMap(([, block, inline]) => {
    let exported = {};
    return (block ?? inline ?? '').split('\n').flatMap(line => {
      if (line.startsWith('export ')) exported = { ...exported, ...take(wordsOf(line).slice(1)).env };
      const { env, rest } = take(wordsOf(line));
      const command = program.exec(rest.join(' '))?.[0];
      if (command === undefined) return [];
      return [{ line, env: { ...exported, ...env }, args: rest.slice(command.split(' ').length) }];
    });
  });
}

/** Assignments of variables, and what comes behind them. */
function take(words: readonly string[]): { env: Record<string, string>; rest: string[] } {
  const end = words.findIndex(word => !variable.test(word));
  const count = end < 0 ? words.length : end;
  const env = Object.fromEntries(words.slice(0, count).map(word => variable.exec(word)!.slice(1)));
  return { env, rest: words.slice(count) };
}

/** The words of a line up to a redirection or a pipe, without their quotes; what a command prints is a word. */
function wordsOf(line: string): string[] {
  let commands = 0;
  // Each prints something else.
  const printed = line.replaceAll(/\$\([^)]*\)/g, () => `what-a-command-has-printed${'-again'.repeat(commands++)}`);
  const words = printed.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  const end = words.findIndex(word => /^(?:[0-9]?>|\||&&|#)/.test(word));
  return words.slice(0, end < 0 ? words.length : end).map(word => word.replaceAll(/["']/g, ''));
}

/** What the program would complain about, call by call. */
function problemsIn(text: string): string[] {
  return callsIn(text).flatMap(({ line, env, args }) =>
    readSetup({ suite, markets }, args, env).problems.map(problem => `${line}: ${problem}`),
  );
}

/** Lines of the shell that are no call of the program, by what they may be. */
const commands: readonly RegExp[] = [
  program,
  /^export [A-Z_]+=/,
  /^claude mcp add (?:--transport http )?polygon /,
  /^zcat recordings\/stocks\.\*\.frames\.gz \| head$/,
];

/** Lines of shell blocks that nobody checks. */
function uncheckedIn(text: string): string[] {
  const lines = blocksIn(text).flatMap(({ language, text: block }) => (language === 'sh' ? block.split('\n') : []));
  return lines.filter(line => {
    const { rest } = take(wordsOf(line));
    if (line.split(' && ').every(isNpm)) return false;
    return !commands.some(form => form.test(line) || form.test(rest.join(' ')));
  });
}

/** Whether a line runs a script of the package, or installs what it needs. */
function isNpm(line: string): boolean {
  const script = /^npm (?:run )?([\w:]+)(?= -- |$)/.exec(line)?.[1] ?? '';
  return script === 'ci' || script in manifest.scripts;
}

describe.each(written)('%s', (path, text) => {
  test('shows no call of the program that it would refuse', () => {
    expect(problemsIn(text)).toEqual([]);
  });

  test('shows no other line of a shell than what is known', () => {
    expect(uncheckedIn(text)).toEqual([]);
  });

  test('shows only blocks that are checked by their kind', () => {
    const kinds = new Set(blocksIn(text).map(({ language }) => language));

    expect([...kinds].filter(kind => !['sh', 'json', 'text'].includes(kind))).toEqual([]);
  });

  test('leads only to files and sections that exist', () => {
    const broken = linksIn(text).filter(link => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(repository, target))) return true;
      return anchor !== undefined && !anchorsIn(readGuide(target)).includes(anchor);
    });

    expect(broken).toEqual([]);
  });

  test('is headed by a title and one line of what it is about', () => {
    expect(text).toMatch(/^# [\w -]+\n\n[^\n]+[.]\n\n/);
  });
});

test('README is read in five minutes, and leads to every guide', () => {
  const readme = readGuide('README.md');

  expect(readme.split('\n').length).toBeLessThanOrEqual(200);
  expect(linksIn(readme)).toEqual(expect.arrayContaining(guides.filter(path => path !== 'README.md')));
});

test('the pages show every command', () => {
  const shown = callsIn(all).map(({ args }) => args[0]);

  expect(shown).toEqual(expect.arrayContaining(['watch', 'doctor', '--help', '--version', '--transport', undefined]));
});

test('the tarball that is named is that of this version', () => {
  const tarballs = [...all.matchAll(/mcp-polygon-(\S+?)\.tgz/g)].map(([, named]) => named);

  expect(tarballs).toEqual([manifest.version]);
});

test('the settings are shown, each with its option and default', () => {
  const rows = [
    ...readGuide('spec/guides/settings.md').matchAll(/^\| `(\w+)` \| `--([\w-]+)` \| .+ \| `?([\w.]+)`? \|$/gm),
  ].map(row => row.slice(1));
  const expected = settingTable.map(({ variable, option, standard }) => [variable, option, standard]);

  expect(rows.toSorted()).toEqual(expected.toSorted());
});

test('troubleshooting explains every error code, and no other', () => {
  const rows = [...readGuide('spec/guides/troubleshooting.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(
    ([, code]) => code!,
  );

  expect(rows.toSorted()).toEqual(errorCodes.toSorted());
});

/** A call as it stands in a page, and the answer that follows it there, if one does. */
interface Shown {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly answer?: string;
}

/** The calls of a page; the other blocks of JSON are files of hosts, which are read where they are tried. */
function shownIn(text: string): Shown[] {
  const blocks = blocksIn(text);
  return blocks.flatMap(({ language, text: code }, index) => {
    if (language !== 'json') return [];
    const call = JSON.parse(code);
    if (call.arguments === undefined) {
      expect(Array.isArray(call) ? call[0].token : (call.mcpServers ?? call.servers)).toBeDefined();
      return [];
    }
    const next = blocks[index + 1];
    return [next?.language === 'text' ? { ...call, answer: next.text } : call];
  });
}

/** What must be the same in every run: all but numbers, times and ids; `...` stands for anything. */
function patternOf(shown: string): RegExp {
  const parts = shown.split('...').map(part =>
    part
      .replace(/^Cursor: .*$/m, 'Cursor: \u0000')
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '\u0001')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '\u0002')
      .replace(/(?<![:\w-])\d[\d,.]*(?<![,.])/g, '\u0003')
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      // More may have come by the time it is read.
      .replace(/(streams|\\\(live\\\))\\\./, '$1(?:, more to read)?\\.')
      .replaceAll('\u0000', '\\S+')
      .replaceAll('\u0001', '[0-9a-f-]{36}')
      .replaceAll('\u0002', '[-0-9T:.]+Z')
      .replaceAll('\u0003', '\\d[\\d,.]*'),
  );
  return new RegExp(`^${parts.join('[^]*')}$`);
}

describe.concurrent('the calls that a page shows', () => {
  afterAll(removeFolders);

  test.each(written.filter(([, text]) => shownIn(text).length > 0))(
    'in %s are answered as it says',
    { timeout: 120_000 },
    async (path, text) => {
      const recording = path.endsWith('recording.md')
        ? { MCP_POLYGON_RECORD: makeFolder(), MCP_POLYGON_RECORD_FLUSH_MS: '10' }
        : {};
      const server = await HostedServer.start(recording);
      let cursor: unknown;
      try {
        for (const { name, answer, ...call } of shownIn(text)) {
          const args = call.arguments.cursor === '<cursor>' ? { ...call.arguments, cursor } : call.arguments;
          const { isError = false, structuredContent, content } = await server.call(name, args);
          const [{ text: said } = { text: '' }] = content as { text: string }[];
          cursor = (structuredContent as Record<string, unknown>).cursor ?? cursor;
          if (answer === undefined) expect(isError, said).toBe(false);
          else expect(said).toMatch(patternOf(answer));
        }
      } finally {
        await server.close();
      }
    },
  );

  test('would be found to be answered otherwise', () => {
    const shown = 'It happened within 122 ms: 1 message of ...\nCursor: abc';

    expect('It happened within 7 ms: 1 message of the stream\nCursor: xyz').toMatch(patternOf(shown));
    expect('It did not happen within 7 ms: 1 message of the stream\nCursor: xyz').not.toMatch(patternOf(shown));
    expect('It happened within 7 ms: 1 message of\nNote').not.toMatch(patternOf(shown));
  });
});

describe('a call in a page is told apart', () => {
  test.each([
    ['--feed ', '--fed ', 'there is no option --fed; did you mean --feed?'],
    ['watch crypto', 'wach crypto', 'there is no command "wach"; did you mean watch?'],
    ['watch stocks', 'watch stoks', 'there is no market "stoks"'],
    ['simulated', 'simulatd', 'has no such feed; it has realtime'],
    ['speed=10', 'sped=10', 'In a replay there are speed, from, loop and no other setting.'],
    ['--port 8765', '--port=', '--port needs a value'],
  ])('by a slip: %s as %s', (right, wrong, problem) => {
    expect(problemsIn(all.replaceAll(right, wrong))).toContainEqual(expect.stringContaining(problem));
  });

  test.each(['npm run cogeden', 'npm', 'rm -r /', 'claude mcp ad polygon x'])('as no line of a shell: %s', line => {
    expect(uncheckedIn(`\`\`\`sh\n${line}\n\`\`\`\n`)).toEqual([line]);
  });

  test.each<[string, Omit<Call, 'line'>[]]>([
    ['`npx -y mcp-polygon`', [{ env: {}, args: [] }]],
    ['`npx -y mcp-polygon-x`', []],
    ['`npm ci && npm run demo`', []],
    ['`node dist/mcp-polygon.js --help`', [{ env: {}, args: ['--help'] }]],
    [
      '```sh\nA=b C_D= npx -y mcp-polygon watch \'T.*\' --feed "x y" > a.log\n```',
      [{ env: { A: 'b', C_D: '' }, args: ['watch', 'T.*', '--feed', 'x y'] }],
    ],
    [
      '```sh\nexport T=$(openssl rand -hex 16)\nnpx -y ./mcp-polygon-1.2.3.tgz | head\n```',
      [{ env: { T: 'what-a-command-has-printed' }, args: [] }],
    ],
  ])('as a shell does: %s', (text, calls) => {
    expect(callsIn(text).map(({ env, args }) => ({ env, args }))).toEqual(calls);
  });
});
