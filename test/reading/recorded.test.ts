import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { ReadAnswer, ReadArguments } from '../../generated/types.js';
import { readSettings } from '../../runtime/config/settings.js';
import { parseExact } from '../../runtime/core/lossless-json.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { read } from '../../runtime/reading/read.js';
import { Hub } from '../../runtime/stream/hub.js';
import { plainRead } from '../support/bench.js';
import { handFrame } from '../support/hand-feed.js';
import { Held } from '../support/held.js';
import { marketOf } from '../support/markets.js';
import { judgeShape, type Recording, readRecorded, readWire, recordedMarkets } from '../support/recorded.js';

const { settings } = readSettings({}, recordedMarkets);

function take(market: string, { frame }: Recording) {
  const hub = new Hub(suite, markets, settings, { clock: systemClock, write: () => {} }).client({ alone: true });
  const stream = hub.stream(market);
  handFrame(stream, frame);
  const ask = (more: Partial<Omit<ReadArguments, 'market'>>): Promise<ReadAnswer> =>
    read(hub, { ...plainRead, market, limit: 1_000, max_bytes: 200_000, ...more });
  return { stream, ask };
}

function validatorOf(market: string, ev: unknown) {
  return markets.find(({ name }) => name === market)!.channels.find(({ prefix }) => prefix === ev)?.validator;
}

describe.each(recordedMarkets)('a recorded frame of %s', market => {
  const { shapes, recordings, ...head } = readRecorded(market);

  test('is of this market', () => {
    expect(head.market).toBe(market);
    expect(recordings.length).toBeGreaterThan(0);
  });

  test.each(recordings)('with $name is answered as keyed by hand', async recording => {
    const { stream, ask } = take(market, recording);
    expect((await ask({ detail: 'summary' })).messages).toEqual(recording.messages);
    expect(stream.totals.malformed).toBe(recording.malformed);
  });

  const inFull = recordings.filter(({ fullData }) => fullData.length > 0);

  test.each(inFull)('with $name is answered in full as it came', async recording => {
    const { messages, fullData, beside } = recording;
    const expected = messages.map((message, index) => ({ ...message, ...beside[index], full_data: fullData[index] }));
    expect((await take(market, recording).ask({ detail: 'full' })).messages).toEqual(expected);
  });

  const events = recordings.filter(({ malformed }) => malformed === 0);

  test.each(events)('with $name passes the validator of its channel', ({ frame }) => {
    const validated = new Held(marketOf(market)).take(frame).events.flatMap(event => {
      const validator = validatorOf(market, event.ev);
      return validator ? [validator.safeParse(event)] : [];
    });
    expect(validated.map(({ error }) => error?.message)).toEqual(validated.map(() => undefined));
  });

  const whole = events.filter(({ name }) => !name.includes('unknown'));

  test.each(whole)('with $name has the shape that is keyed beside it', ({ frame }) => {
    const faults = readWire(frame).flatMap(event => {
      const shape = shapes.find(({ prefix }) => prefix === event.ev);
      return shape ? judgeShape(shape, event, 'documented') : [];
    });
    expect(faults).toEqual([]);
  });

  test.each(shapes)('of $prefix shows every key of its shape', ({ prefix, required, optional, symbol }) => {
    const seen = recordings.flatMap(({ frame }) => readWire(frame)).filter(event => event?.ev === prefix);
    const keys = new Set(seen.flatMap(event => Object.keys(event)));
    expect([...keys]).toEqual(expect.arrayContaining([...required.keys(), ...optional.keys(), symbol.key]));
  });

  test('exists for every channel', () => {
    const channels = markets.find(({ name }) => name === market)!.channels;
    expect(shapes.map(({ prefix }) => prefix).toSorted()).toEqual(channels.map(({ prefix }) => prefix).toSorted());
  });
});

describe('a recorded status', () => {
  test.each(readRecorded('statuses').recordings)('of $name means what is keyed by hand', ({ frame, meanings }) => {
    const { statuses, events, malformed } = new Held(marketOf('stocks')).take(frame);
    expect(statuses.map(({ means }) => means ?? 'nothing')).toEqual(meanings);
    expect({ events, malformed }).toEqual({ events: [], malformed: 0 });
  });

  test.each(readRecorded('statuses').recordings)('of $name keeps its text', ({ frame }) => {
    const sent = readWire(frame).map(({ status, message }) => ({ status, message }));
    expect(new Held(marketOf('stocks')).take(frame).statuses).toMatchObject(sent);
  });

  test.each(readRecorded('stocks').recordings)('beside $name means what is keyed by hand', ({ frame, meanings }) => {
    expect(new Held(marketOf('stocks')).take(frame).statuses.map(({ means }) => means ?? 'nothing')).toEqual(meanings);
  });
});

describe('a long integer', () => {
  test.each(['9007199254740993', '1790000529310004471', '-9007199254740993', '360287970189639681'])(
    '%s keeps its digits',
    digits => {
      expect(parseExact(`[{"t":${digits},"s":"${digits}","k":[${digits}]}]`)).toEqual([
        { t: digits, s: digits, k: [digits] },
      ]);
    },
  );

  test.each(['9007199254740991', '1789997467318', '7.31e-05', '0.00180235', '948.2207'])(
    '%s stays a number',
    number => {
      expect(parseExact(`[${number},1790000529310004471]`)).toEqual([Number(number), '1790000529310004471']);
    },
  );
});
