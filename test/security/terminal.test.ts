/** What a feed sends that is meant for the terminal of whoever looks, and not for the person in front of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { runProgram } from '../support/program.js';
import { missing, PseudoTerminal } from '../support/pseudo-terminal.js';
import { polite, RawFeed, statusFrame } from '../support/raw-feed.js';
import { bin } from '../support/stdio.js';

/** Wipes the screen, renames the window, fills the clipboard, colours, goes back, turns the direction, hides. */
const evil = '\u001b[2J\u001b]0;owned\u0007\u001b]52;c;ZWNobw==\u0007\u009b31m\r\n\u0008\u202e\u200b\u0000\u007f';
const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;
/** What the view writes itself: places, styles, modes of the screen. */
const own = /\u001b\[[0-9;?]*[A-Za-z]|\r\n/g;

const events = [
  { ev: 'T', sym: 'AAPL', p: 187.25, s: 100 },
  { ev: 'T', sym: `A${evil}`, p: 1, s: 1 },
  { ev: 'T', sym: 'MSFT', p: evil, s: evil },
  { ev: 'Q', sym: 'MSFT', bp: '\u001b[2J', ap: evil },
  { ev: 'T', sym: 'IBM', p: 1e308, s: 1e308 },
  { ev: evil, sym: 'IBM' },
];

let feed: RawFeed | undefined;
let terminal: PseudoTerminal | undefined;
let host: Server | undefined;

afterEach(async () => {
  terminal?.close();
  terminal = undefined;
  await feed?.close();
  feed = undefined;
  host?.close();
  host = undefined;
});

/** A feed that says all this when it is subscribed, then closes with a reason of the kind. */
async function openFeed(): Promise<Record<string, string>> {
  feed = await RawFeed.open({
    ...polite,
    message(socket, frame, attempt) {
      polite.message(socket, frame, attempt);
      if (frame.action !== 'subscribe') return;
      for (const text of [JSON.stringify(events), statusFrame('error', evil), statusFrame(evil, evil)])
        socket.send(text);
      setTimeout(() => socket.close(1011, 'bye\u001b[2J\u202e'), 1_500);
    },
  });
  return { POLYGON_API_KEY: 'security-key-0123456789', POLYGON_FEED: feed.url };
}

describe.skipIf(missing !== '')('the terminal view', () => {
  test('writes no control sequence but its own, and keeps its columns', async () => {
    terminal = new PseudoTerminal(['watch', 'stocks', 'T.*', 'Q.MSFT'], {
      columns: 120,
      rows: 24,
      env: await openFeed(),
    });
    const shown = terminal;
    await shown.until(() => /^AAPL +187\.25 /m.test(shown.text));
    const rows = shown.text;
    await shown.until(() => shown.text.includes('bye\\u001b[2J\\u202e'));

    expect(control.test(shown.written.replace(own, ''))).toBe(false);
    // One long price or size took the place of all columns.
    expect(rows).toMatch(/^SYMBOL +LAST +BID +ASK/m);
    expect(rows).toMatch(/^MSFT .*…/m);
  }, 30_000);
});

/** @returns what is written to both outputs until some text comes */
async function watchUntil(text: string, env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [bin, 'watch', 'stocks', 'T.*', 'Q.MSFT'], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', data => {
      written += data;
      if (written.includes(text)) child.kill('SIGINT');
    });
  }
  await once(child, 'close');
  return written;
}

test('the plain lines of a view hold no control sequence', async () => {
  const written = await watchUntil('bye', await openFeed());

  expect(written).toContain('AAPL  last 187.25');
  expect(written).toContain('bye\\u001b[2J\\u202e');
  expect(control.test(written)).toBe(false);
}, 30_000);

describe('doctor', () => {
  test.each([
    ['a status line of control sequences', `HTTP/1.1 999 \u001b[2Jevil\r\n\r\n`],
    ['no HTTP at all', '\u001b[2J\u001b[31m\r\n\r\n'],
    ['a far date', 'HTTP/1.1 200 OK\r\nDate: Fri, 31 Dec 275759 23:59:59 GMT\r\n\r\n'],
    ['a date of control sequences', 'HTTP/1.1 200 OK\r\nDate: \u001b[2J\u009b\r\n\r\n'],
    ['a header without an end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`],
  ])(
    'ends with a report of what a host says: %s',
    async (_, answer) => {
      host = createServer(socket => {
        socket.on('error', () => {});
        socket.once('data', () => socket.end(answer));
      });
      await new Promise<void>(resolve => host!.listen(0, '127.0.0.1', resolve));
      const url = `ws://127.0.0.1:${(host.address() as AddressInfo).port}`;

      const { code, stdout, stderr } = await runProgram(['doctor'], {
        POLYGON_API_KEY: 'security-key-0123456789',
        POLYGON_FEED: url,
        MCP_POLYGON_MARKETS: 'crypto',
      });

      expect(code).toBe(1);
      expect(stdout).toContain('What to do:');
      expect(control.test(stdout + stderr)).toBe(false);
    },
    30_000,
  );
});
