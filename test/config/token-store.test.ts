import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type TokenSources, TokenStore } from '../../runtime/config/token-store.js';
import { Log } from '../../runtime/core/log.js';
import { Secret } from '../../runtime/core/secret.js';
import { TestClock } from '../support/clock.js';

const annsToken = 'token-of-ann-0123456789';
const ann = { name: 'ann', secret: new Secret(annsToken) };
const alice = { name: 'alice', token: 'token-of-alice-0123456789' };

let folder: string;
let path: string;
let clock: TestClock;
let lines: string[];
let stores: TokenStore[];
let serial = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  path = join(folder, 'tokens.json');
  clock = new TestClock(Date.UTC(2026, 11, 31, 23, 59));
  lines = [];
  stores = [];
});

afterEach(() => {
  for (const store of stores) store.close();
  expect(clock.waiting).toBe(0);
  rmSync(folder, { recursive: true });
});

/** Each version of the file has a time of its own. */
function write(content: unknown, mode = 0o600): void {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(path, mode);
  utimesSync(path, 1_790_000_000, 1_790_000_000 + ++serial);
}

async function opened(sources: TokenSources): Promise<{ store: TokenStore; gone: string[] }> {
  const log = new Log(clock, line => lines.push(line));
  const store = await TokenStore.open(clock, log, sources);
  stores.push(store);
  const gone: string[] = [];
  store.onGone(tokens => gone.push(...tokens.map(({ name }) => name)));
  return { store, gone };
}

const nameOf = (store: TokenStore, token: string): string | undefined => store.find(`Bearer ${token}`)?.name;

test('without a file and without an end there is nothing to look at', async () => {
  const { store } = await opened({ tokens: [ann] });
  expect([clock.waiting, store.required, store.count, nameOf(store, annsToken)]).toEqual([0, true, 1, 'ann']);
  const { store: none } = await opened({ tokens: [] });
  expect(none.required).toBe(false);
});

test('the file is read again when it changes, within a second', async () => {
  write([alice]);
  const { store, gone } = await opened({ tokens: [ann], tokensFile: path });
  expect([store.count, nameOf(store, alice.token)]).toEqual([2, 'alice']);
  write([{ ...alice, name: 'carol', token: 'token-of-carol-0123456789' }]);
  clock.advance(1_000);
  await vi.waitFor(() => expect(gone).toEqual(['alice']));
  expect(nameOf(store, 'token-of-carol-0123456789')).toBe('carol');
  expect(nameOf(store, alice.token)).toBeUndefined();
  expect(nameOf(store, annsToken)).toBe('ann');
  expect(lines).toEqual([expect.stringContaining('the tokens file was read again: there are 2 tokens')]);
});

test('a file that cannot be used any more changes nothing until it can', async () => {
  write([alice]);
  const { store, gone } = await opened({ tokens: [], tokensFile: path });
  write('sentinel');
  await store.look();
  write([{ ...alice, token: `${alice.token}x` }], 0o644);
  await store.look();
  rmSync(path);
  await store.look();
  expect([nameOf(store, alice.token), gone]).toEqual(['alice', []]);
  expect(lines).toEqual([
    expect.stringContaining('the previous tokens stay in force: the tokens file: must be a JSON list'),
  ]);
  write([]);
  await store.look();
  expect([nameOf(store, alice.token), gone, store.required]).toEqual([undefined, ['alice'], true]);
});

test('a token ends at its time by the wall clock, and is told of once', async () => {
  write([{ ...alice, expires: '2027-01-01T00:00:00Z' }]);
  const { store, gone } = await opened({ tokens: [ann], tokensFile: path });
  clock.advance(59_999);
  await store.look();
  expect([nameOf(store, alice.token), gone]).toEqual(['alice', []]);
  clock.advance(1);
  expect(nameOf(store, alice.token)).toBeUndefined();
  await store.look();
  await store.look();
  expect([gone, store.count]).toEqual([['alice'], 1]);
});

test('a file that cannot be used at the start is refused with what to do', async () => {
  write([alice], 0o660);
  await expect(opened({ tokens: [], tokensFile: path })).rejects.toThrow(
    'the tokens file has mode 0660, so others can use it; run chmod 0600 on it',
  );
  write([{ ...alice, name: 'ann' }]);
  await expect(opened({ tokens: [ann], tokensFile: path })).rejects.toThrow('token 2 has the name of token 1');
  await expect(opened({ tokens: [], tokensFile: folder })).rejects.toThrow('must be a plain file');
});
