/** How long the simulated world takes. */
import { expect, test } from 'vitest';
import { TestClock } from '../../support/clock.js';
import { fridayMs, simulatedRest } from '../../support/simulated-rest.js';

test('two years of days take less than a second of the processor, about a quarter where nothing else counts its steps', async () => {
  const { ask } = simulatedRest(new TestClock(fridayMs));
  const args = { multiplier: 1, timespan: 'day', from: '2024-11-27', to: '2026-11-26' };
  await ask('list_aggs', { ticker: 'MSFT', ...args });

  const before = process.cpuUsage();
  const { rows } = await ask('list_aggs', { ticker: 'AAPL', ...args });
  const { user, system } = process.cpuUsage(before);

  expect(rows).toHaveLength(730);
  expect((user + system) / 1_000).toBeLessThan(1_000);
});
