import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Places } from '../runtime/places.js';

test('lets as many in as there are places, and the others in their order as places become free', async () => {
  const places = new Places(2);
  const begun: number[] = [];
  const ends: ((failure?: Error) => void)[] = [];
  const works = [0, 1, 2, 3].map(number =>
    places.with(() => {
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
