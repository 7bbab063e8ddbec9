/** What a test opens, closed when that test ends, though others of its file may run beside it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { aroundEach } from 'vitest';

interface Closable {
  close(): unknown;
}

const ofTest = new AsyncLocalStorage<Closable[]>();

/** What the test that calls has open. */
export const open = {
  push(...items: readonly Closable[]): void {
    const held = ofTest.getStore();
    if (!held) throw new Error('nobody would close it: call closeAfterEach in the file, and open things in its tests');
    held.push(...items);
  },
};

/** Registers, for the calling file, that whatever a test has open is closed after it, the newest first. */
export function closeAfterEach(): void {
  aroundEach(async runTest => {
    const held: Closable[] = [];
    try {
      await ofTest.run(held, runTest);
    } finally {
      for (const item of held.reverse()) await item.close();
    }
  });
}
