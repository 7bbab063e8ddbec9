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
});
