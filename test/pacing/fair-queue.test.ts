import { expect, test } from 'vitest';
import { Calls } from '../../runtime/mcp/http/calls.js';
import { FairQueue } from '../../runtime/pacing/fair-queue.js';
import { Quota } from '../../runtime/pacing/quota.js';

/** Takes everything out that may begin, and ends it at once. */
function drain(queue: FairQueue<string>): string[] {
  const order: string[] = [];
  for (let next = queue.next(); next; next = queue.next()) {
    order.push(next.item);
    queue.done(next.client);
  }
  return order;
}

test('clients have their turns in rotation, however much one of them asks for', () => {
  const queue = new FairQueue<string>(1);
  for (const item of ['a1', 'a2', 'a3', 'a4']) queue.add('ann', item);
  queue.add('bob', 'b1');
  queue.add('bob', 'b2');
  queue.add('eve', 'e1');
  expect(drain(queue)).toEqual(['a1', 'b1', 'e1', 'a2', 'b2', 'a3', 'a4']);
  expect(queue.clients).toBe(0);
});

test('a client that comes late waits for one turn of each other client', () => {
  const queue = new FairQueue<string>(8);
  for (const item of ['a1', 'a2', 'a3']) queue.add('ann', item);
  for (const item of ['b1', 'b2', 'b3']) queue.add('bob', item);
  expect(queue.next()?.item).toBe('a1');
  queue.add('eve', 'e1');
  expect(drain(queue)).toEqual(['b1', 'a2', 'e1', 'b2', 'a3', 'b3']);
});

test('no more of one client begins than may be under way, and the others go on', () => {
  const queue = new FairQueue<string>(2);
  for (const item of ['a1', 'a2', 'a3']) queue.add('ann', item);
  queue.add('bob', 'b1');
  expect([queue.next()?.item, queue.next()?.item, queue.next()?.item, queue.next()]).toEqual([
    'a1',
    'b1',
    'a2',
    undefined,
  ]);
  queue.done('ann');
  expect(queue.next()?.item).toBe('a3');
});

test('what is taken out does not come, and leaves nothing behind', () => {
  const queue = new FairQueue<string>(1);
  queue.add('ann', 'a1');
  queue.add('ann', 'a2');
  queue.remove('ann', 'a1');
  queue.remove('bob', 'a1');
  expect(drain(queue)).toEqual(['a2']);
  queue.add('ann', 'a3');
  queue.remove('ann', 'a3');
  expect([queue.next(), queue.clients]).toEqual([undefined, 0]);
});

/** Turns of the event loop, one by one. */
function turns(): { defer: (callback: () => void) => void; pass: () => Promise<void> } {
  const due: (() => void)[] = [];
  return {
    defer: callback => due.push(callback),
    async pass() {
      for (const callback of due.splice(0)) callback();
      for (let step = 0; step < 20; step++) await Promise.resolve();
    },
  };
}

test('calls begin one in a turn of the event loop, each client in its turn', async () => {
  const { defer, pass } = turns();
  const calls = new Calls(100, 100, defer);
  const began: string[] = [];
  const call = (client: string, name: string) => calls.run(client, async () => void began.push(name));
  const all = ['a1', 'a2', 'a3'].map(name => call('ann', name));
  await pass();
  all.push(call('bob', 'b1'));
  expect(began).toEqual(['a1']);
  for (let round = 0; round < 6; round++) await pass();
  await Promise.all(all);
  expect(began).toEqual(['a1', 'a2', 'b1', 'a3']);
});

test('a call that waits gives its turn on, and one that computes does not', async () => {
  const { defer, pass } = turns();
  const calls = new Calls(100, 100, defer);
  const forever = () => new Promise<void>(() => {});
  const began: string[] = [];
  for (let index = 0; index < 8; index++) void calls.run('ann', forever, { waits: true });
  for (let index = 0; index < 10; index++) {
    void calls.run('ann', () => {
      began.push('computes');
      return forever();
    });
  }
  for (let round = 0; round < 40; round++) await pass();
  expect(began).toHaveLength(4);
});

test('a call too many is refused by name of the bound and its setting, and costs nobody else a place', async () => {
  const { defer, pass } = turns();
  const calls = new Calls(2, 3, defer);
  const held = ['ann', 'ann', 'bob'].map(client => calls.run(client, async () => client));
  await expect(calls.run('ann', async () => 'x')).rejects.toMatchObject({
    code: 'LIMIT_EXCEEDED',
    message: 'At most 2 calls of a client may be under way at the same time (MCP_POLYGON_HTTP_CALLS).',
  });
  await expect(calls.run('bob', async () => 'x')).rejects.toMatchObject({
    code: 'LIMIT_EXCEEDED',
    message: 'At most 3 calls of all clients may be under way at the same time (MCP_POLYGON_HTTP_TOTAL_CALLS).',
  });
  for (let round = 0; round < 6; round++) await pass();
  expect(await Promise.all(held)).toEqual(['ann', 'ann', 'bob']);
  const again = calls.run('ann', async () => 'again');
  await pass();
  await pass();
  expect(await again).toBe('again');
});

test('a call that is given up before its turn is never made, and makes room', async () => {
  const { defer, pass } = turns();
  const calls = new Calls(1, 1, defer);
  const abort = new AbortController();
  let made = false;
  const make = async (): Promise<void> => {
    made = true;
  };
  const given = calls.run('ann', make, { signal: abort.signal });
  abort.abort();
  await expect(given).rejects.toThrow();
  await expect(calls.run('ann', async () => 'x', { signal: abort.signal })).rejects.toThrow();
  const next = calls.run('bob', async () => 'bob');
  for (let round = 0; round < 3; round++) await pass();
  expect([await next, made]).toEqual(['bob', false]);
});

test('a failing call makes room like any other', async () => {
  const calls = new Calls(1, 1);
  for (let index = 0; index < 3; index++) {
    await expect(calls.run('ann', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(
      calls.run(
        'ann',
        () => {
          throw new Error('at once');
        },
        { waits: true },
      ),
    ).rejects.toThrow('at once');
  }
});

test('a quota counts for each and for all, and knows who has the most', () => {
  const quota = new Quota(3, 5);
  expect(quota.greatest).toBeUndefined();
  expect([quota.take('ann', 3), quota.take('ann'), quota.take('bob', 2), quota.take('eve')]).toEqual([
    undefined,
    'perClient',
    undefined,
    'inAll',
  ]);
  expect([quota.of('ann'), quota.of('eve'), quota.total, quota.greatest]).toEqual([3, 0, 5, 'ann']);
  quota.add('ann', -3);
  expect([quota.take('eve'), quota.total, quota.greatest]).toEqual([undefined, 3, 'bob']);
});
