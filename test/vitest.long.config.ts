import { mergeConfig } from 'vitest/config';
import usual from './vitest.config.js';

const { include, exclude, ...shared } = usual.test!;

/** What `npm run test:long` runs: test files that are long by nature, or that measure and must have the machine alone. */
export default mergeConfig(
  { ...usual, test: shared },
  {
    test: {
      include: ['test/**/*.long.test.ts'],
      exclude: ['**/node_modules/**'],
      // Properties in whole.
      env: { FC_PART: '1' },
      isolate: true,
      maxWorkers: 1,
    },
  },
);
