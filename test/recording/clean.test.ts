import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../runtime/core/secret.js';
import { cleanFrame } from '../../runtime/recording/clean.js';

const secret = 'hX3kPq9TzLw7RbV2mN8c';
const frame = (text: string) => ({ feed: 'realtime', atMs: 1, data: Buffer.from(text), key: new Secret(secret) });

describe('a frame that is to be recorded', () => {
  test('stays the same memory where no key is in it, however large it is', async () => {
    for (const size of [10, 2 ** 19, 2 ** 21]) {
      const given = frame('x'.repeat(size));
      expect((await cleanFrame(given)).data).toBe(given.data);
    }
  });

  test('loses the key, and nothing else', async () => {
    const { data, cleaned } = await cleanFrame(frame(`[{"ev":"status","message":"who is ${secret}?"}]`));
    expect([data.toString(), cleaned]).toEqual(['[{"ev":"status","message":"who is [redacted]?"}]', true]);
  });

  test.each([0, 2 ** 19 - 10, 2 ** 19, 2 ** 20 - 1, 2 ** 21 - 20])(
    'is left out if it is large and the key begins at byte %i of it',
    async at => {
      const text = `${'x'.repeat(at)}${secret}${'x'.repeat(2 ** 21 - at - secret.length)}`;
      const { data, cleaned } = await cleanFrame(frame(text));
      expect([data.toString(), cleaned]).toEqual(['[]', true]);
    },
  );

  test('is looked through in turns if it is large', async () => {
    let turns = 0;
    let done = false;
    const cleaning = cleanFrame(frame('x'.repeat(2 ** 22))).then(() => {
      done = true;
    });
    for (; !done; turns++) await nextTurn();
    await cleaning;
    expect(turns).toBeGreaterThanOrEqual(8);
  });
});
