/** What messages say of what happened: prices, sizes, marks, and what they leave out as often as those of the feed. */
import type { EventKind, Role } from '../contract/channel.js';
import type { Said, Values } from './event.js';
import { Random } from './random.js';
import type { DayBar } from './world/day-totals.js';
import { type Grid, round } from './world/grid.js';
import type { Habits } from './world/habits.js';
import { hash } from './world/hash.js';
import type { Instrument, Occurrence, TickBar } from './world/instrument.js';
import { minuteMs } from './world/minute-pattern.js';

/** The exchange of what is traded off the exchanges, and the facilities that report it. */
const offExchange = 4;
const facilities = [201, 202, 202, 203];
const quoteConditions = [1];
const quoteIndicators = [604];
const bandIndicators = [[16], [16], [16], [22], [15]];
const bandWidth = 0.05;
/** When the official price of an auction is known, after midnight. */
const officialOpenMs = 9.5 * 60 * minuteMs;
const tapes = 3;
const dayMinutes = 1_440;
/** More than the sequence numbers of a minute. */
const sequenceOfMinute = 8_192;
const auctions = [
  { time: 930, type: 'M' },
  { time: 1600, type: 'C' },
];

/** What a message may leave out, and how often it does, beside what follows from the trade. */
type Omissions = readonly (readonly [chance: number, roles: readonly Role[]])[];

const omittedOf: { readonly [K in EventKind]?: Omissions } = {
  TRADE: [
    [0.3, ['participant_time']],
    [0.3, ['trade_id']],
  ],
  QUOTE: [
    [0.7, ['condition']],
    [0.6, ['indicators']],
    [0.004, ['bid.price', 'bid.size', 'bid.time']],
    [0.004, ['ask.price', 'ask.size', 'ask.time']],
  ],
};
const omittedOfBars: Omissions = [
  [0.3, ['volume_exact', 'accumulated_volume_exact']],
  [0.3, ['end_time']],
];

/** What all messages of an instrument have in common. */
export interface Subject {
  readonly instrument: Instrument;
  readonly grid: Grid;
  readonly habits: Habits;
  readonly tape: number;
  readonly firstSequence: number;
}

export function subjectOf(instrument: Instrument, grid: Grid, habits: Habits): Subject {
  const { seed } = instrument;
  return {
    instrument,
    grid,
    habits,
    tape: 1 + (hash(seed, 1) % tapes),
    firstSequence: 1_000 + (hash(seed, 2) % 900_000),
  };
}

export function describeOccurrence(subject: Subject, occurrence: Occurrence): Said {
  const { atMs, happening, seed } = occurrence;
  const random = new Random(seed);
  const minute = Math.floor(atMs / minuteMs) % dayMinutes;
  const sequence = subject.firstSequence + minute * sequenceOfMinute + happening.sequence;
  const values = { ...valuesOf(subject, occurrence, random), time: atMs, sequence };
  const omissions = omittedOf[happening.kind];
  return { values, omits: omissions && chosen(omissions, random) };
}

function valuesOf(subject: Subject, occurrence: Occurrence, random: Random): Values {
  const { grid, tape, habits } = subject;
  const { happening, price, ask } = occurrence;
  switch (happening.kind) {
    case 'TRADE':
      return tradeValues(subject, occurrence, random);
    case 'QUOTE':
      return quoteValues(subject, occurrence, random);
    case 'INDEX_VALUE':
      return { value: grid.price(price) };
    case 'FAIR_MARKET_VALUE':
      return { fair_value: grid.finePrice((price + ask) / 2 + 0.3 * (ask - price) * (random.next() - 0.5)) };
    case 'LULD':
      return {
        high_limit: grid.price(Math.round(price * (1 + bandWidth))),
        low_limit: grid.price(Math.round(price * (1 - bandWidth))),
        indicators: random.pick(bandIndicators),
        tape,
      };
    case 'IMBALANCE': {
      const auction = random.pick(auctions);
      const side = random.chance(0.5) ? 1 : -1;
      return {
        auction_time: auction.time,
        auction_type: auction.type,
        unmatched_size: side * grid.size(grid.lotUnits * random.integer(1, 400)),
        paired_size: grid.size(grid.lotUnits * random.integer(100, 4_000)),
        clearing_price: grid.price(Math.max(1, Math.round(price) + random.integer(-3, 3))),
        exchange_id: habits.exchanges[0]!,
      };
    }
    default:
      return {};
  }
}

function tradeValues({ grid, habits, tape }: Subject, occurrence: Occurrence, random: Random): Values {
  const { happening, price, units, atMs } = occurrence;
  const { conditions } = happening;
  const isOff = habits.hasFacilities && random.chance(0.3);
  return {
    price: grid.price(price),
    size: grid.size(units),
    exchange_id: isOff ? offExchange : random.pick(habits.exchanges),
    trade_id: random.uuid(),
    tape,
    ...(conditions === undefined ? {} : { conditions }),
    ...(isOff
      ? {
          reporting_facility: random.pick(facilities),
          reporting_time: atMs - random.integer(0, 8),
          size_exact: grid.sizeText(units),
        }
      : {}),
    participant_time: atMs - random.integer(8, 30),
    received_time: atMs + random.integer(1, 45),
  };
}

function quoteValues({ grid, habits, tape }: Subject, occurrence: Occurrence, random: Random): Values {
  const { price, ask, atMs } = occurrence;
  const exchange = random.pick(habits.exchanges);
  return {
    'bid.price': grid.price(price),
    'bid.size': grid.size(grid.quoteUnits(random)),
    'bid.exchange': exchange,
    'bid.time': atMs - random.integer(0, 9),
    'ask.price': grid.price(ask),
    'ask.size': grid.size(grid.quoteUnits(random)),
    'ask.exchange': random.pick(habits.exchanges),
    'ask.time': atMs - random.integer(0, 9),
    exchange_id: exchange,
    tape,
    condition: quoteConditions[0]!,
    conditions: quoteConditions,
    indicators: quoteIndicators,
    received_time: atMs + random.integer(1, 45),
  };
}

/**
 * @param day what the day has printed until the end of the bar
 * @param seed follows from the instrument and the bar
 */
export function describeBar(
  { instrument, grid }: Subject,
  bar: TickBar,
  { bar: day, startMs }: DayBar,
  seed: number,
): Said {
  const values: Values = {
    ...barValues(grid, bar),
    accumulated_volume: grid.size(day.units),
    accumulated_volume_exact: grid.sizeText(day.units),
    day_vwap: grid.mean(instrument.home + day.notional / day.units),
    official_open: grid.price(instrument.home + day.open),
  };
  const omits = chosen(omittedOfBars, new Random(seed));
  if (bar.endMs - startMs <= officialOpenMs) omits.push('official_open');
  return { values, omits };
}

/** What a bar says by itself. */
export function barValues(grid: Grid, bar: TickBar): Values {
  return {
    open: grid.price(bar.open),
    high: grid.price(bar.high),
    low: grid.price(bar.low),
    close: grid.price(bar.close),
    volume: grid.size(bar.units),
    volume_exact: grid.sizeText(bar.units),
    vwap: grid.mean(bar.mean),
    average_size: round(grid.size(bar.units) / bar.trades, grid.sizeDecimals + 4),
    trades: bar.trades,
    dollar_volume: grid.turnover(bar.notional),
    time: bar.startMs,
    end_time: bar.endMs,
  };
}

function chosen(omissions: Omissions, random: Random): Role[] {
  const roles: Role[] = [];
  for (const [chance, some] of omissions) if (random.chance(chance)) roles.push(...some);
  return roles;
}
