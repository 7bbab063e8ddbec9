import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../runtime/core/secret.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { cleanFrames } from '../../runtime/recording/clean.js';
import type { RecordedFrame } from '../../runtime/recording/frames.js';
import type { QueuedFrame } from '../../runtime/recording/queue.js';

const secret = 'hX3kPq9TzLw7RbV2mN8c';
const frame = (text: string) => ({ feed: 'realtime', atMs: 1, data: Buffer.from(text), key: new Secret(secret) });

async function cleanFrame(given: QueuedFrame): Promise<RecordedFrame> {
  const [clean] = await cleanFrames(systemClock, [given]);
  return clean!;
}

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
    'loses the key that begins at byte %i of many',
    async at => {
      const [before, after] = ['x'.repeat(at), 'y'.repeat(2 ** 21 - at - secret.length)];
      const { data, cleaned } = await cleanFrame(frame(`${before}${secret}${after}`));
      expect(data.equals(Buffer.from(`${before}[redacted]${after}`))).toBe(true);
      expect(cleaned).toBe(true);
    },
  );

  test('is left out where it would take too long to tell the key from it', async () => {
    const { data, cleaned } = await cleanFrame(frame('%25252525252525256868'.repeat(2_000)));
    expect([data.toString(), cleaned]).toEqual(['[]', true]);
  });

  test('leaves turns to others while it is looked through, together with those beside it', async () => {
    const frames = Array.from({ length: 100 }, () => frame(`[${'"%256868",'.repeat(3_000)}]`));
    let turns = 0;
    let done = false;
    const cleaning = cleanFrames(systemClock, frames).then(() => {
      done = true;
    });
    for (; !done; turns++) await nextTurn();
    await cleaning;
    expect(turns).toBeGreaterThanOrEqual(8);
  });
});
