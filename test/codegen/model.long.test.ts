import fc from 'fast-check';
import { describe, test } from 'vitest';
import { tries } from '../support/property.js';
import { type Action, action, ModelledStream } from '../support/stream-model.js';

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
      tries(60),
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

  test('does not blame a channel for the late refusal of one that was unsubscribed after its time', async () => {
    await agrees(8, [
      { feed: 'denies', channels: ['Q.AAPL'] },
      { call: 'start', channels: ['A.AAPL'] },
      { feed: 'is mute' },
      { call: 'subscribe', channels: ['Q.AAPL', 'T.AAPL'] },
      { settle: true },
      { call: 'unsubscribe', channels: ['Q.AAPL'] },
      { feed: 'answers late' },
    ]);
  });

  test('does not take a late answer to a channel for one to the frame in which it is asked for again', async () => {
    await agrees(8, [
      { feed: 'denies', channels: ['Q.AAPL'] },
      { call: 'start', channels: ['A.AAPL'] },
      { feed: 'is mute' },
      { call: 'subscribe', channels: ['T.AAPL', 'Q.AAPL'] },
      { settle: true },
      { call: 'unsubscribe', channels: ['T.AAPL'] },
      { call: 'subscribe', channels: ['T.AAPL', 'T.MSFT'] },
      { feed: 'answers late' },
    ]);
  });

  test('is left to the start that was not rejected, and stays down once it is refused', async () => {
    await agrees(8, [
      { feed: 'denies', channels: ['Q.AAPL'] },
      { call: 'start twice', lists: [['Q.AAPL'], ['T.AAPL']] },
      { feed: 'sends', symbol: 'AAPL', count: 3 },
      { feed: 'refuses', code: 'MAX_CONNECTIONS' },
      { call: 'subscribe', channels: ['T.MSFT'] },
      { settle: true },
      { call: 'start twice', lists: [['Q.AAPL'], ['Q.AAPL']] },
      { settle: true },
    ]);
  });
});
