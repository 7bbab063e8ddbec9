import fc from 'fast-check';
import { describe, test } from 'vitest';
import { tries } from './support/property.js';
import { type Action, action, ModelledStream } from './support/streammodel.js';

async function agrees(bufferMessages: number, actions: readonly Action[]): Promise<void> {
  const modelled = await ModelledStream.open(bufferMessages);
  try {
    await modelled.play(actions);
  } finally {
    await modelled.close();
  }
}

describe('a stream over real sockets', () => {
  test('does what a simple model of it does, whatever callers and the feed do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(8, 10_000),
        fc.array(action, { minLength: 5, maxLength: 40, size: 'max' }),
        agrees,
      ),
      tries(30),
    );
  }, 600_000);

  test('calls no served channel rejected when another one is unsubscribed before its refusal came', async () => {
    await agrees(8, [
      { feed: 'denies', channels: ['AM.AAPL'] },
      { call: 'start', channels: ['T.AAPL'] },
      { call: 'subscribe', channels: ['AM.AAPL', 'Q.*'] },
      { call: 'unsubscribe', channels: ['AM.AAPL'] },
      { settle: true },
    ]);
  });

  test('asks again for a channel that is unsubscribed and subscribed before its first answer came', async () => {
    await agrees(8, [
      { call: 'start', channels: ['A.AAPL'] },
      { call: 'subscribe', channels: ['T.AAPL', 'Q.*'] },
      { call: 'unsubscribe', channels: ['T.AAPL'] },
      { call: 'subscribe', channels: ['T.AAPL'] },
      { settle: true },
    ]);
  });
});
