import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from '../../runtime/core/heap.js';
import { tries } from '../support/property.js';

test('a heap gives what was put in, and each time what comes first of what is left', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer({ min: -5, max: 40 }), fc.constant('take' as const))), steps => {
      const heap = new Heap<number>((a, b) => a < b);
      const model: number[] = [];
      for (const step of steps) {
        if (step === 'take') expect(heap.take()).toBe(model.shift());
        else {
          heap.add(step);
          model.push(step);
          model.sort((a, b) => a - b);
        }
        expect(heap.size).toBe(model.length);
      }
    }),
    tries(500),
  );
});
