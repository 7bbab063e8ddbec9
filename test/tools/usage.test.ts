import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { settingTable } from '../../runtime/config/settings.js';
import { type Run, runProgram } from '../support/program.js';
import { repository } from '../support/project.js';
import { missing, PseudoTerminal } from '../support/pseudo-terminal.js';
import { generalNames, marketNames } from '../support/spec.js';
import { BareServer, bin } from '../support/stdio.js';

const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));

describe('mcp-polygon --help', () => {
  let help: Run;

  beforeAll(async () => {
    help = await runProgram(['--help']);
  });

  test('says what there is on stdout, aligned, in lines that fit, and exits with 0', () => {
    const { code, stdout, stderr } = help;
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
    const options = lines.filter(line => line.startsWith('  --'));
    expect(options).toHaveLength(settingTable.length + 5);
    expect(new Set(options.map(line => /^ {2}--\S+(?: <\w+>)? {2,}/.exec(line)?.[0].length)).size).toBe(1);
    expect(stdout).toContain(
      '  --ack-timeout-ms <ms>          from a subscribe frame to its last acknowledgement (3000)\n',
    );
    for (const part of ['doctor', 'POLYGON_API_KEY', 'MASSIVE_API_KEY', 'Exit codes']) expect(stdout).toContain(part);
  });

  test('is the same as mcp-polygon help', async () => {
    expect((await runProgram(['help'])).stdout).toBe(help.stdout);
  });

  test('helps also where the settings are wrong', async () => {
    const { code, stdout } = await runProgram(['doctor', '--help'], { MCP_POLYGON_FRAME_PAIRS: '0' });
    expect(code).toBe(0);
    expect(stdout).toContain('Usage:');
  });
});

test.each(['--version', '-v'])('mcp-polygon %s prints the version and nothing else', async option => {
  expect(await runProgram([option])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
});

describe('wrong usage', () => {
  test('is told on stderr, all of it, with exit code 2', async () => {
    const { code, stdout, stderr } = await runProgram(['--feeed=delayed', '--markets', 'stoks'], {
      MCP_POLYGON_ACK_TIMEOUT_MS: 'soon',
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trim().split('\n')).toEqual([
      'there is no option --feeed; did you mean --feed?',
      'MCP_POLYGON_ACK_TIMEOUT_MS must be a whole number from 10 to 600000, but was a text of 4 characters',
      `--markets: entry 1 is no market; the markets are ${marketNames.join(', ')}; did you mean stocks?`,
      'Run mcp-polygon --help to see every option.',
    ]);
  });

  test('is the same for doctor', async () => {
    expect(await runProgram(['doctor', '--frame-pairs', '0'])).toMatchObject({ code: 2, stdout: '' });
  });

  test('does not repeat the key, wherever it was put', async () => {
    const key = 'sentinel-key-zero';
    const { code, stderr } = await runProgram([key, '--api-key', key, `--feed=${key}`, '--frame-pairs', key], {
      POLYGON_API_KEY: key,
    });
    expect(code).toBe(2);
    expect(stderr).toContain('set POLYGON_API_KEY in the environment');
    expect(stderr).not.toContain('sentinel');
  });
});

describe('without arguments', () => {
  test.skipIf(missing !== '')('a person in a terminal is told what it waits for, and what else there is', async () => {
    const terminal = new PseudoTerminal([], { columns: 100, rows: 10 });
    try {
      await terminal.until(() => terminal.text.includes('--help'));
      // The end of stdin.
      terminal.type('\u0004');
      await terminal.ended();
    } finally {
      terminal.close();
    }
    const [, , ...lines] = terminal.text.split('\n');
    expect(lines).toEqual([
      `mcp-polygon ${version} waits for an MCP host on stdin; Ctrl-C ends it.`,
      'To use it yourself, run mcp-polygon watch, mcp-polygon doctor or mcp-polygon --help.',
      'exit 0',
      'as it was',
    ]);
  });

  test('a host that has it on pipes is told nothing', async () => {
    const server = BareServer.start();
    await server.initialize();
    server.child.stdin!.end();
    expect((await server.ended()).code).toBe(0);
    expect(server.stderr).toBe('');
  });
});

describe('the server', () => {
  const running: BareServer[] = [];

  afterEach(() => {
    for (const server of running.splice(0)) server.child.kill('SIGKILL');
  });

  test('takes its settings from the command line before the environment', async () => {
    const server = BareServer.start({ MCP_POLYGON_MARKETS: 'crypto', POLYGON_FEED: 'realtime' }, [
      process.execPath,
      bin,
      '--markets=stocks',
      '--feed',
      'simulated',
    ]);
    running.push(server);
    await server.initialize();
    const { result } = await server.request('tools/list');
    expect((result as { tools: { name: string }[] }).tools.map(({ name }) => name)).toContain('start_stocks_stream');
    expect((result as { tools: unknown[] }).tools).toHaveLength(6 + generalNames.length);
    const started = await server.request('tools/call', {
      name: 'start_stocks_stream',
      arguments: { channels: ['T.AAPL'] },
    });
    expect(started.result).toMatchObject({ structuredContent: { state: 'live', simulated: true } });
  });
});
