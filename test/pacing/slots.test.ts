import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Slots } from '../../runtime/pacing/slots.js';

test('lets as many in as there are places, and the others in their order as places become free', async () => {
  const places = new Slots(2);
  const begun: number[] = [];
  const ends: ((failure?: Error) => void)[] = [];
  const works = [0, 1, 2, 3].map(number =>
    places.with('ann', () => {
      begun.push(number);
      return new Promise<number>((resolve, reject) => {
        ends[number] = failure => (failure ? reject(failure) : resolve(number));
      });
    }),
  );
  await nextTurn();
  expect(begun).toEqual([0, 1]);
  ends[1]!();
  await nextTurn();
  expect(begun).toEqual([0, 1, 2]);
  const failed = expect(works[0]).rejects.toThrow('it did not work');
  ends[0]!(new Error('it did not work'));
  await failed;
  await nextTurn();
  expect(begun).toEqual([0, 1, 2, 3]);
  ends[2]!();
  ends[3]!();
  expect(await Promise.all(works.slice(1))).toEqual([1, 2, 3]);
});

/** Work that goes on until it is let go, and who has begun. */
function worksIn(places: Slots) {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const work = (client: string, abort?: AbortSignal): Promise<string | undefined> =>
    places.with(
      client,
      () => {
        begun.push(client);
        return new Promise<string>(resolve => ends.push(() => resolve(client)));
      },
      abort,
    );
  return { begun, work, end: () => ends.shift()!() };
}

test('lets clients in by turns, however many works one of them has in line', async () => {
  const { begun, work, end } = worksIn(new Slots(1));
  const all = ['ann', 'ann', 'ann', 'bob'].map(client => work(client));
  for (let count = 0; count < all.length; count++) {
    await nextTurn();
    end();
  }
  await Promise.all(all);
  expect(begun.indexOf('bob')).toBeLessThan(3);
});

test('lets go of what is given up while it waits, and loses no place by it', async () => {
  const { begun, work, end } = worksIn(new Slots(1));
  const giveUp = new AbortController();
  const first = work('ann');
  const second = work('ann', giveUp.signal);
  const third = work('bob');
  giveUp.abort();
  expect(await second).toBeUndefined();
  end();
  await first;
  await nextTurn();
  end();
  expect(await third).toBe('bob');
  expect(begun).toEqual(['ann', 'bob']);
  expect(await work('ann', giveUp.signal)).toBeUndefined();
});
