/** What the overview says of recordings. */
import { mkdirSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { Hub } from '../../runtime/stream/hub.js';
import type { HubView } from '../../runtime/stream/view.js';
import { callOn, testOptions } from '../support/bench.js';
import { closeAfterEach, open } from '../support/closing.js';
import { RecordFolder } from '../support/recording.js';
import { folder, hubOf, minute, patiently, title } from '../support/replay.js';

closeAfterEach();

async function overviewOf(hub: HubView) {
  const { structured, text } = await callOn(hub, 'get_streams_overview');
  return { ...(structured as { recordings: unknown[]; more_recordings?: number }), text };
}

describe('the overview names the recordings', () => {
  test('that can be replayed, the newest first, and says which one goes on', async () => {
    const disk = folder();
    await disk.write(title, minute);
    await disk.write('stocks.2026-11-23.realtime.0002', minute);
    await disk.write('crypto.2026-11-22.delayed.0001', minute);
    await disk.write('nothing.2026-11-22.delayed.0001', minute);
    const hub = hubOf({ record: disk.path });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.*'], endpoint: 'simulated' });
    const today = new Date().toISOString().slice(0, 10);
    const written = { market: 'stocks', endpoint: `replay:${today}.simulated` };
    const others = [
      { market: 'stocks', endpoint: 'replay:2026-11-23.realtime' },
      { market: 'crypto', endpoint: 'replay:2026-11-22.delayed' },
    ];
    await vi.waitFor(async () => {
      const { recordings, text } = await overviewOf(hub);
      expect(recordings).toEqual([{ ...written, being_written: true }, ...others]);
      expect(text).toContain(
        `\nRecorded of stocks: ${written.endpoint}, and it goes on.\nRecorded of stocks: replay:2026`,
      );
    }, patiently);
    await callOn(hub, 'stop_all_streams');
    expect((await overviewOf(hub)).recordings).toEqual([written, ...others]);
  });

  test('up to twenty, and says how many more there are', async () => {
    const disk = folder();
    for (let day = 10; day < 32; day++) await disk.write(`stocks.2026-10-${day}.realtime.0001`, minute);
    const { recordings, more_recordings: more, text } = await overviewOf(hubOf({ record: disk.path }));
    expect(recordings).toHaveLength(20);
    expect(recordings[0]).toMatchObject({ endpoint: 'replay:2026-10-31.realtime' });
    expect(more).toBe(2);
    expect(text).toMatch(/\n2 older recordings more\.$/m);
  });

  test.each([
    ['records nothing', undefined],
    ['has recorded nothing yet', '/nowhere/at/all'],
  ])('not where the operator %s', async (_what, record) => {
    const { recordings, text } = await overviewOf(hubOf(record === undefined ? {} : { record }));
    expect(recordings).toEqual([]);
    expect(text).not.toContain('ecord');
  });

  test('of all and of the caller, and none of others', async () => {
    const disk = folder();
    await disk.write(title, minute);
    for (const name of ['ann', 'bob']) {
      mkdirSync(disk.pathOf(`of-${name}`));
      const own = new RecordFolder(disk.pathOf(`of-${name}`));
      await own.write(`crypto.2026-11-${name === 'ann' ? 24 : 25}.realtime.0001`, minute);
    }
    const settings = {
      feed: 'simulated',
      allowedHosts: [],
      options: { ...testOptions, recordFlushMs: 10 },
      record: disk.path,
    };
    const hub = new Hub(suite, markets, settings, { clock: systemClock, write: () => {} });
    open.push(hub);
    const [ann, carl, nobody] = [hub.client({ owner: 'ann' }), hub.client({ owner: 'carl' }), hub.client()];
    const common = { market: 'stocks', endpoint: 'replay:2026-11-23.realtime' };
    expect((await overviewOf(ann)).recordings).toEqual([
      { market: 'crypto', endpoint: 'replay:2026-11-24.realtime' },
      common,
    ]);
    expect((await overviewOf(nobody)).recordings).toEqual([common]);

    // That somebody streams now is nobody else's business.
    await callOn(ann, 'start_stocks_stream', { channels: ['T.*'] });
    await vi.waitFor(async () => expect((await overviewOf(carl)).recordings).toHaveLength(2), patiently);
    expect(JSON.stringify((await overviewOf(carl)).recordings)).not.toContain('being_written');
  });
});
