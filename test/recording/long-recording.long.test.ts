/** A recording of a million trades. */
import { expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { Log } from '../../runtime/core/log.js';
import { Secret } from '../../runtime/core/secret.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { Recorder } from '../../runtime/recording/recorder.js';
import { callOn, testKey, testOptions } from '../support/bench.js';
import { closeAfterEach, open } from '../support/closing.js';
import { beginMs, event, folder, hubOf, refusalOf, start } from '../support/replay.js';

closeAfterEach();

test('the start of a replay of a million trades says at once what is not in it, and that a time is behind its end', {
  timeout: 300_000,
}, async () => {
  const disk = folder();
  const log = new Log(systemClock, () => {});
  const recorder = new Recorder(disk.path, { options: testOptions, clock: systemClock, log, markets, decoding: suite });
  open.push(recorder);
  const origin = { market: 'stocks', feed: 'realtime', ownership: { of: 'all' }, key: new Secret(testKey) } as const;
  const trades = 1_000_000;
  for (let from = 0; from < trades; from += 10) {
    const events = Array.from({ length: 10 }, (_, index) => event(from + index, `S${letters((from + index) % 3_000)}`));
    recorder.take(origin, beginMs + from / 10, Buffer.from(JSON.stringify(events)));
    if (from % 100_000 === 0) await recorder.flush();
  }
  await recorder.flush();

  const hub = hubOf({ record: disk.path });
  const { structured } = await start(hub, 'replay:2026-11-23?speed=0.1', ['T.MSFT', 'T.SAA', 'Q.*']);
  // Had it been looked through, the answer would say that it still is.
  expect(structured.notes).toContainEqual(
    expect.stringMatching(/^Nothing of T\.MSFT, Q\.\* was recorded there; what was: T\.SAA, .* and 2980 more\.$/),
  );
  await callOn(hub, 'stop_stocks_stream');

  expect(await refusalOf(hub, 'replay:2026-11-23?from=23:00')).toMatchObject({ code: 'ENDPOINT_NOT_ALLOWED' });
});

function letters(number: number): string {
  const letter = (value: number): string => String.fromCharCode(65 + (value % 26));
  return number < 676
    ? letter(number / 26) + letter(number)
    : letter(number / 676) + letter(number / 26) + letter(number);
}
