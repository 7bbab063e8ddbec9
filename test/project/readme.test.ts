import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { readSetup } from '../../runtime/cli/setup.js';
import { repository } from '../support/project.js';

const readme = readFileSync(join(repository, 'README.md'), 'utf8');
const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));

/** A call of the program as a shell would make it. */
interface Call {
  readonly line: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

const variable = /^([A-Z_]+)=(.*)$/s;
const program = /^(?:npx -y (?:mcp-polygon|\.\/mcp-polygon-\S+\.tgz)|node dist\/mcp-polygon\.js)(?= |$)/;
const spans = /^```sh\n(.*?)^```$|`([^`\n]+)`/gms;

/** Every call in blocks of the shell and in the running text; what a block exports holds for its later lines. */
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

describe('README', () => {
  test('shows no call of the program that it would refuse', () => {
    expect(callsIn(readme).length).toBeGreaterThan(12);
    expect(problemsIn(readme)).toEqual([]);
  });

  test('shows every command', () => {
    const commands = callsIn(readme).map(({ args }) => args[0]);
    expect(commands).toEqual(expect.arrayContaining(['watch', 'doctor', '--help', '--transport', undefined]));
  });

  test('names the tarball of this version', () => {
    const tarballs = [...readme.matchAll(/mcp-polygon-(\S+?)\.tgz/g)].map(([, named]) => named);
    expect(tarballs).toEqual([version]);
  });
});

describe('a call in README is told apart', () => {
  test.each([
    ['--feed ', '--fed ', 'there is no option --fed; did you mean --feed?'],
    ['watch crypto', 'wach crypto', 'there is no command "wach"; did you mean watch?'],
    ['watch stocks', 'watch stoks', 'there is no market "stoks"'],
    ['simulated', 'simulatd', 'has no such feed; it has realtime'],
    ['speed=10', 'sped=10', 'In a replay there are speed, from, loop and no other setting.'],
    ['--port 8765', '--port=', '--port needs a value'],
  ])('by a slip: %s as %s', (right, wrong, problem) => {
    expect(problemsIn(readme)).toEqual([]);
    expect(problemsIn(readme.replaceAll(right, wrong))).toContainEqual(expect.stringContaining(problem));
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
