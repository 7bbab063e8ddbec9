import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What decides whether a stream is live, and what it holds. */
const crucial = [
  'core/back-off',
  'feed/connection',
  'feed/connection-faults',
  'feed/echoes',
  'feed/elimination',
  'feed/heartbeat',
  'feed/rejections',
  'feed/served-names',
  'feed/state',
  'feed/stretch',
  'feed/subscription-pump',
  'feed/subscriptions',
  'feed/vendor-feed',
  'symbols/caps',
  'symbols/prefixes',
];
const whole = { lines: 100, branches: 100 };
const thresholds = {
  lines: 90,
  branches: 90,
  ...Object.fromEntries(crucial.map(name => [`runtime/${name}.ts`, whole])),
};
/** A part of the tests covers a part: only both together are judged. */
const isPart = process.argv.includes('--reporter=blob');

/** What `npm test` runs: every test file but the long ones, which are named so. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts', 'generated/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.long.test.ts'],
    // Others may have the machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Files of a worker share what they import; each ends what it began. One worker fewer than cores would be one on two.
    isolate: false,
    maxWorkers: '100%',
    // Tests that say they are concurrent mostly wait: for a feed, a timer or a program.
    maxConcurrency: 8,
    coverage: {
      provider: 'v8',
      include: ['runtime/**/*.ts', 'codegen/**/*.ts'],
      reporter: isPart ? [] : ['text-summary', 'json-summary', 'json'],
      reportOnFailure: true,
      ...(isPart ? {} : { thresholds }),
    },
  },
});
