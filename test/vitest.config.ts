import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What decides whether a stream is live, and what it holds. */
const crucial = [
  'core/back-off',
  'feed/connection',
  'feed/elimination',
  'feed/served-names',
  'feed/state',
  'feed/subscription-pump',
  'feed/subscriptions',
  'symbols/prefixes',
];
const whole = { lines: 100, branches: 100 };

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts', 'generated/*.test.ts'],
    testTimeout: 20_000,
    coverage: {
      provider: 'v8',
      include: ['runtime/**/*.ts', 'codegen/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'json'],
      reportOnFailure: true,
      thresholds: {
        lines: 90,
        branches: 90,
        ...Object.fromEntries(crucial.map(name => [`runtime/${name}.ts`, whole])),
      },
    },
  },
});
