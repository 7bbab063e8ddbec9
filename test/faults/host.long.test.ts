/** What a host and a machine can do. Every row is played on a process of its own. */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect } from 'vitest';
import { frame, opcodes, trade } from '../support/fault-feed.js';
import { channels, declare, type ProcessRow, playOnProcess } from '../support/fault-host.js';
import { expectNoRejections, secretKey } from '../support/fault-run.js';
import { RecordFolder } from '../support/recording.js';
import { BareServer, bin } from '../support/stdio.js';

const recordings = new RecordFolder();
afterAll(() => recordings.close());

const trustsTests = {
  NODE_EXTRA_CA_CERTS: fileURLToPath(new URL('../fixtures/tls/ca.pem', import.meta.url)),
};

const quickPings = { MCP_POLYGON_PING_INTERVAL_MS: '100', MCP_POLYGON_PONG_TIMEOUT_MS: '150' };

function goesAway(name: string, end: (server: BareServer) => void): ProcessRow {
  return {
    name: `${name}: ends the process within a second, with its sockets closed`,
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      void host.call('wait_for_stream_message', { market: 'stocks', timeout_s: 50 });
      end(host.server);
      await host.expectEnd(peer);
    },
  };
}

function badCertificate(name: string, tls: string, reason: RegExp, env = {}): ProcessRow {
  return {
    name: `${name}: refuses the certificate, says why, and sends nothing`,
    tls,
    env,
    async play(host) {
      const answer = await host.start();
      expect(answer).toMatchObject({
        state: 'retrying',
        last_error: { code: 'CONNECT_FAILED', message: expect.stringMatching(reason) },
      });
      expect(host.feed.peers.map(({ request, received }) => request + received.length).join('')).toMatch(/^0*$/);
    },
  };
}

/** Starts the server with pipes of its own, tied to those of the host. */
const relay = `
const server = require('node:child_process').spawn(process.execPath, [process.argv[1]], { stdio: ['pipe', 'pipe', 'inherit'] });
process.stdin.pipe(server.stdin);
server.stdout.pipe(process.stdout);
server.on('exit', code => process.exit(code));`;

/** Starts the server on a pipe, whose other end a third process holds too, and becomes the program that writes to it. */
const adopter = `
exec 3> >(exec "$0" "$1")
sleep 60 < /dev/null > /dev/null 2>&1 &
echo "holder $!" >&2
exec cat >&3`;

/** On SIGUSR2 takes every file descriptor there is, or gives them back. */
const hoarder = `
import fs from 'node:fs';
const held = [];
process.on('SIGUSR2', () => {
  if (held.length > 0) { for (const fd of held.splice(0)) fs.closeSync(fd); process.stderr.write('released\\n'); return; }
  try { for (;;) held.push(fs.openSync('/dev/null')); } catch { process.stderr.write('exhausted\\n'); }
});`;

/** A resolver that is down for the first three names. */
const flap = `
import dns from 'node:dns';
const { lookup } = dns;
let left = 3;
dns.lookup = (name, options, done) => {
  if (left === 0) return lookup('127.0.0.1', options, done);
  left--;
  process.nextTick(done, Object.assign(new Error('getaddrinfo EAI_AGAIN ' + name), { code: 'EAI_AGAIN' }));
};`;

/** Runs a program in the server before the server. */
function preload(program: string): string {
  return `--import=data:text/javascript,${encodeURIComponent(program)}`;
}

async function heard(server: BareServer, text: string): Promise<void> {
  while (!server.stderr.includes(text)) await new Promise(resolve => server.child.stderr!.once('data', resolve));
}

const processRows: ProcessRow[] = [
  goesAway('stdin-eof', ({ child }) => child.stdin!.end()),
  goesAway('SIGTERM', ({ child }) => child.kill('SIGTERM')),
  goesAway('SIGINT', ({ child }) => child.kill('SIGINT')),
  goesAway('SIGHUP', ({ child }) => child.kill('SIGHUP')),
  goesAway('EPIPE', ({ child }) => {
    child.stdout!.destroy();
    child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', id: 9_999, method: 'tools/list' })}\n`);
  }),
  {
    name: 'parent-killed: ends the process within a second of the death of its host',
    command: [process.execPath, '-e', relay, bin],
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      host.server.child.kill('SIGKILL');
      // The server holds the stderr of its parent, so this ends with the server.
      const { tookMs } = await host.server.ended();
      expect(tookMs).toBeLessThan(1_000);
      await host.feed.until(() => host.feed.connections === 0);
      expect(peer.closeCode).toBe(1000);
    },
  },
  {
    name: 'parent-killed: ends the process within two seconds although another one holds its stdin open',
    command: ['bash', '-c', adopter, process.execPath, bin],
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      const holder = Number(/holder (\d+)/.exec(host.server.stderr)?.[1]);
      try {
        host.server.child.kill('SIGKILL');
        // The server has the stderr of its parent, so this ends with the server.
        const { tookMs } = await host.server.ended();
        expect(tookMs).toBeLessThan(2_000);
        await host.feed.until(() => host.feed.connections === 0);
        expect(peer.closeCode).toBe(1000);
      } finally {
        process.kill(holder, 'SIGKILL');
      }
    },
  },
  {
    name: 'double-spawn: opens no socket before the first start, however many are spawned',
    async play(host) {
      const second = BareServer.start({ POLYGON_API_KEY: secretKey, POLYGON_FEED: host.feed.url });
      try {
        await second.initialize();
        for (const server of [host.server, second]) {
          await server.request('tools/list');
          await server.request('tools/call', { name: 'get_stocks_stream_status', arguments: {} });
        }
        expect(host.feed.peers).toHaveLength(0);
        expect(await host.start()).toMatchObject({ state: 'live' });
        expect(host.feed.peers).toHaveLength(1);
      } finally {
        second.child.stdin!.end();
        expect((await second.ended()).code).toBe(0);
      }
    },
  },
  {
    name: 'garbage-stdin: answers or passes over what is no request, and stays',
    async play(host) {
      const { server } = host;
      const { stdin } = server.child;
      await host.start();
      stdin!.write('not json\n{"jsonrpc":"2.0"}\n[]\n{"id":1}\nnull\n42\n"x"\n{}\n\n\r\n\u0000\u0001\n');
      stdin!.write(`${'x'.repeat(1_000_000)}\n`);
      stdin!.write(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a]));
      stdin!.write('{"jsonrpc":"2.0","id":"s","method":"tools/call","params":{"name":7,"arguments":[]}}\n');
      stdin!.write('{"jsonrpc":"2.0","id":null,"method":"tools/list"}\n');
      stdin!.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":123456}}\n');
      stdin!.write(
        `{"jsonrpc":"2.0","id":"d","method":"tools/call","params":${'['.repeat(5_000)}${']'.repeat(5_000)}}\n`,
      );
      expect((await server.request('no/such/method')).error).toMatchObject({ code: -32601 });
      expect((await server.request('tools/call', { name: 'no_such_tool' })).error).toMatchObject({ code: -32602 });
      for (const args of [
        { channels: 5 },
        { channels: [1] },
        { channels: [] },
        { channels: {} },
        {},
        { channels: null },
      ]) {
        expect(await host.call('start_stocks_stream', args)).toMatchObject({ error: { code: 'INVALID_ARGUMENT' } });
      }
      const whole = JSON.stringify({ jsonrpc: '2.0', id: 777, method: 'ping' });
      for (const character of whole) stdin!.write(character);
      stdin!.write('\n');
      expect(await host.status()).toMatchObject({ state: 'live', reconnects: 0 });
      expect(server.stdout).toContain('"id":777');
    },
  },
  {
    name: 'laptop-sleep: finds a dead socket at once when the machine wakes, and has the outage in the ledger',
    env: quickPings,
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      peer.text(trade(1));
      const sleeping = host.sleep(500);
      peer.freeze();
      await sleeping;
      const wokeMs = performance.now();
      await host.subscribed(1);
      expect(performance.now() - wokeMs).toBeLessThan(2_000);
      expect(await host.status()).toMatchObject({ state: 'live', reconnects: 1, outages: [{ channels }] });
    },
  },
  {
    name: 'event-loop-stall: does not take a healthy feed for dead after a stall',
    env: quickPings,
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      for (let round = 0; round < 3; round++) {
        await host.feed.until(() => peer.pings > round);
        await host.sleep(400);
      }
      const { pings } = peer;
      expect(await host.feed.until(() => peer.pings >= pings + 2)).toBe(true);
      expect(await host.status()).toMatchObject({ state: 'live', reconnects: 0, outages: [] });
    },
  },
  {
    name: 'slow-host: keeps its memory and takes data in while the host does not read, and answers later',
    async play(host) {
      const { child } = host.server;
      await host.start();
      const peer = await host.subscribed();
      const bytes = frame(`[${Array.from({ length: 500 }, () => trade(1).slice(1, -1)).join(',')}]`);
      for (let count = 0; count < 20; count++) peer.raw(bytes);
      await host.call('wait_for_stream_message', { market: 'stocks', timeout_s: 1 });
      child.stdout!.pause();
      const before = host.residentMiB();
      const asked = Array.from({ length: 100 }, () =>
        host.call('read_stream_messages', { market: 'stocks', limit: 1_000, max_bytes: 200_000 }),
      );
      for (let count = 0; count < 40; count++) peer.raw(bytes);
      // The pong comes after the data: the server has read it.
      const { pongs } = peer;
      peer.raw(frame('?', { opcode: opcodes.ping }));
      expect(await host.feed.until(() => peer.pongs > pongs)).toBe(true);
      expect(host.residentMiB() - before).toBeLessThan(150);
      child.stdout!.resume();
      const answers = await Promise.all(asked);
      for (const answer of answers) expect(answer.count).toBeGreaterThan(100);
      expect(await host.status()).toMatchObject({ state: 'live', messages_received: 30_000, reconnects: 0 });
    },
  },
  badCertificate('tls-expired', 'expired', /expired/i, trustsTests),
  badCertificate('tls-wrong-host', 'wrong-host', /altnames|ALTNAME/, trustsTests),
  badCertificate('tls-self-signed', 'self-signed', /self.signed/i, trustsTests),
  badCertificate('tls-self-signed, where the environment would let it pass', 'self-signed', /self.signed/i, {
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  }),
  badCertificate('tls-unknown-authority', 'good', /unable to verify|UNABLE_TO|issuer/i),
  {
    name: 'tls-good: takes the certificate of an authority that it knows',
    tls: 'good',
    env: trustsTests,
    play: async host => expect(await host.start()).toMatchObject({ state: 'live', accepted: channels }),
  },
  {
    name: 'fd-exhaustion: goes on trying when no socket can be opened, with the reason',
    env: { NODE_OPTIONS: preload(hoarder) },
    command: ['bash', '-c', 'ulimit -n 200; exec "$0" "$@"', process.execPath, bin],
    async play(host) {
      const { server } = host;
      server.child.kill('SIGUSR2');
      await heard(server, 'exhausted');
      expect(await host.start()).toMatchObject({
        state: 'retrying',
        last_error: { code: 'CONNECT_FAILED', message: expect.stringContaining('EMFILE') },
      });
      server.child.kill('SIGUSR2');
      await heard(server, 'released');
      await host.subscribed();
      expect(await host.call('subscribe_stocks_channels', { channels: ['T.MSFT'] })).toMatchObject({ state: 'live' });
    },
  },
  {
    name: 'dns-flap: tries again and finds a host that resolves later',
    tls: 'good',
    env: { ...trustsTests, NODE_OPTIONS: preload(flap) },
    async play(host) {
      expect(await host.start()).toMatchObject({
        state: 'retrying',
        last_error: { code: 'CONNECT_FAILED', message: expect.stringContaining('EAI_AGAIN') },
        next_retry_at: expect.any(String),
      });
      await host.subscribed();
      expect(host.feed.peers).toHaveLength(1);
      expect(await host.call('subscribe_stocks_channels', { channels: ['T.MSFT'] })).toMatchObject({ state: 'live' });
    },
  },
  {
    name: 'full-disk: goes on streaming when a recording cannot be written, and says so',
    // The kernel refuses every byte of a file.
    command: ['bash', '-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, bin],
    env: {
      MCP_POLYGON_RECORD: recordings.path,
      MCP_POLYGON_RECORD_FLUSH_MS: '10',
      MCP_POLYGON_RECORD_RETRY_MS: '20',
    },
    async play(host) {
      const { cursor } = await host.start();
      const peer = await host.subscribed();
      peer.text(trade(1));
      await heard(host.server, 'recording is interrupted: EFBIG');
      peer.text(trade(2));
      const waited = await host.call('wait_for_stream_message', { market: 'stocks', cursor, count: 2 });
      expect(waited).toMatchObject({ state: 'live', matched: true, count: 2, outages: [] });
      expect(await host.status()).toMatchObject({
        state: 'live',
        messages_received: 2,
        reconnects: 0,
        notes: expect.arrayContaining([expect.stringMatching(/^Recording is interrupted: EFBIG/)]),
      });
      // A file that the next attempt has just opened is empty.
      const sizes = recordings.files.map(
        file => statSync(recordings.pathOf(file), { throwIfNoEntry: false })?.size ?? 0,
      );
      expect(sizes.filter(bytes => bytes > 0)).toEqual([]);
    },
  },
  {
    name: 'fd-exhaustion: says why the simulated feed cannot start, and starts it once it can',
    env: { NODE_OPTIONS: preload(hoarder) },
    command: ['bash', '-c', 'ulimit -n 200; exec "$0" "$@"', process.execPath, bin],
    async play(host) {
      const { server } = host;
      const start = (): Promise<Record<string, unknown>> =>
        host.call('start_stocks_stream', { channels, endpoint: 'simulated' });
      server.child.kill('SIGUSR2');
      await heard(server, 'exhausted');
      expect(await start()).toMatchObject({
        state: 'idle',
        error: { code: 'CONNECT_FAILED', message: expect.stringMatching(/simulated feed.*EMFILE/) },
      });
      server.child.kill('SIGUSR2');
      await heard(server, 'released');
      expect(await start()).toMatchObject({ state: 'live', simulated: true, accepted: channels });
    },
  },
];

expectNoRejections();

describe.concurrent('a host or a machine', () => declare(processRows, playOnProcess));
