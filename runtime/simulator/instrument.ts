import type { EventKind } from '../contract/channel.js';
import type { Emit, Values } from './event.js';
import type { Grid } from './grid.js';
import { Random } from './random.js';
import { Windows } from './windows.js';

const secondMs = 1000;
const minuteMs = 60_000;

/** What bars can be built from, best first. */
const pulses = ['TRADE', 'QUOTE', 'INDEX_VALUE'] as const;

/** The kinds of ticks by the pulse of the market; a kind listed more often is more likely. */
const ticksOf: Record<(typeof pulses)[number], readonly EventKind[]> = {
  TRADE: ['QUOTE', 'QUOTE', 'QUOTE', 'TRADE', 'TRADE'],
  QUOTE: ['QUOTE'],
  INDEX_VALUE: ['INDEX_VALUE'],
};

const exchanges = [4, 8, 10, 11, 12, 15, 19];
const tradeConditions = [[14], [41], [14, 41]];
const oddLot = 37;
const sell = 1;
const buy = 2;
const quoteConditions = [1];
const quoteIndicators = [604];
const bandIndicators = [[15], [16], [22]];
const bandWidth = 0.05;
const auctions = [
  { time: 930, type: 'M' },
  { time: 1600, type: 'C' },
];

/** Typical spread, as a fraction of the price. */
const typicalSpread = 0.0001;

/** Typical move per tick, as a fraction of the price; higher on a coarse grid, up to `coarseSteps` ticks. */
const volatility = 0.00003;
const coarseVolatility = 0.0002;
const coarseSteps = 0.4;

/** Pull towards the base price per tick; keeps prices plausible for days. */
const pull = 0.00005;

/** Something that recurs in the life of an instrument. */
interface Recurrence {
  dueMs: number;
  /** Milliseconds until it is due again. */
  readonly wait: () => number;
  readonly run: (atMs: number) => void;
}

export class Instrument {
  /** For details that only a listener sees, so that the path is the same in silence, and silence is cheap. */
  private readonly detail: Random;
  private readonly ticks: readonly EventKind[];
  /** What bars are built from. */
  private readonly pulse: EventKind;
  private readonly agenda: readonly Recurrence[];
  private readonly tape: number;
  private readonly windows: Windows;

  /** The base price around which prices move. This and the following are in ticks of the grid. */
  private readonly home: number;
  /** Typical move per tick. */
  private readonly step: number;
  /** The fair value, which bid, ask and trades follow. */
  private value: number;
  private last: number;
  private bid: number;
  private ask: number;
  private bidSetMs = 0;
  private askSetMs = 0;

  private sequence: number;
  private playedToMs = Number.NEGATIVE_INFINITY;
  private listener: Emit | undefined;

  constructor(
    private readonly symbol: string,
    price: number,
    private readonly random: Random,
    private readonly grid: Grid,
    private readonly prefixes: ReadonlyMap<EventKind, readonly string[]>,
  ) {
    const pulse = pulses.find(kind => prefixes.has(kind)) ?? 'TRADE';
    this.pulse = pulse;
    const alsoValues = pulse !== 'INDEX_VALUE' && prefixes.has('INDEX_VALUE');
    this.ticks = alsoValues ? [...ticksOf[pulse], 'INDEX_VALUE'] : ticksOf[pulse];

    this.home = Math.max(2, Math.round(price / grid.tickSize));
    this.step = Math.max(this.home * volatility, Math.min(this.home * coarseVolatility, coarseSteps));
    this.value = this.home;
    this.last = this.home;
    this.bid = this.home - 1;
    this.ask = this.home;
    this.detail = new Random(random.integer(0, 2 ** 32 - 1));
    const officialOpen = grid.price(Math.round(this.home * (0.995 + 0.01 * random.next())));
    this.windows = new Windows(grid, officialOpen, (kind, endMs, values) => this.say(kind, endMs, values));
    this.tape = random.integer(1, 3);
    this.sequence = random.integer(1_000, 900_000);
    const unit = pulse === 'TRADE' ? grid.lotUnits : grid.updateUnits;
    this.windows.addBefore(this.home, unit * random.integer(20_000, 200_000));
    this.agenda = this.plan();
  }

  play(fromMs: number, toMs: number, emit: Emit): void {
    const beginMs = Math.floor(fromMs / minuteMs) * minuteMs;
    if (this.playedToMs < beginMs) this.enter(beginMs);
    this.listener = undefined;
    this.playTo(fromMs);
    this.listener = emit;
    this.playTo(toMs);
  }

  /** The clock comes first, so that a window closes before the first event of the next one. */
  private plan(): Recurrence[] {
    const { random, prefixes } = this;
    const shortMs = random.integer(40, 70);
    const tickWait = () => (random.chance(0.15) ? random.integer(1, 9) : random.integer(shortMs, 8 * shortMs));
    const every = (lowMs: number, highMs: number) => () => random.integer(lowMs, highMs);
    const plan: Omit<Recurrence, 'dueMs'>[] = [
      { wait: () => secondMs, run: atMs => this.windows.close(atMs) },
      { wait: tickWait, run: atMs => this.tick(atMs) },
    ];
    if (prefixes.has('FAIR_MARKET_VALUE')) plan.push({ wait: every(500, 2_000), run: atMs => this.estimate(atMs) });
    if (prefixes.has('LULD')) plan.push({ wait: every(8_000, 25_000), run: atMs => this.setBands(atMs) });
    if (prefixes.has('IMBALANCE')) plan.push({ wait: every(5_000, 15_000), run: atMs => this.reportImbalance(atMs) });
    return plan.map(recurrence => ({ ...recurrence, dueMs: 0 }));
  }

  private enter(atMs: number): void {
    this.windows.begin(atMs);
    this.bidSetMs = atMs;
    this.askSetMs = atMs;
    for (const recurrence of this.agenda) recurrence.dueMs = atMs + recurrence.wait();
  }

  private playTo(toMs: number): void {
    for (;;) {
      let next = this.agenda[0]!;
      for (const recurrence of this.agenda) if (recurrence.dueMs < next.dueMs) next = recurrence;
      if (next.dueMs > toMs) break;
      next.run(next.dueMs);
      next.dueMs += next.wait();
    }
    this.playedToMs = Math.max(this.playedToMs, toMs);
  }

  private say(kind: EventKind, atMs: number, values: () => Values): void {
    const { listener, symbol } = this;
    const prefixes = this.prefixes.get(kind);
    if (listener === undefined || prefixes === undefined) return;
    const all = { symbol, time: atMs, ...values() };
    for (const prefix of prefixes) listener({ prefix, symbol, atMs, values: all });
  }

  private tick(atMs: number): void {
    this.value = Math.max(2, this.value + this.random.bell() * this.step + (this.home - this.value) * pull);
    const kind = this.random.pick(this.ticks);
    if (kind === 'QUOTE') this.setQuote(atMs);
    else if (kind === 'TRADE') this.trade(atMs);
    else this.publish(atMs);
  }

  /** Sets a new quote; in a market with trades, it includes the last trade. */
  private setQuote(atMs: number): void {
    const spread = Math.max(1, Math.round(this.home * typicalSpread * (0.4 + this.random.next())));
    let bid = Math.round(this.value - spread / 2);
    if (this.pulse === 'TRADE') bid = Math.min(Math.max(bid, this.last - spread), this.last);
    bid = Math.max(1, bid);
    if (bid !== this.bid) this.bidSetMs = atMs;
    if (bid + spread !== this.ask) this.askSetMs = atMs;
    this.bid = bid;
    this.ask = bid + spread;
    if (this.pulse === 'QUOTE') {
      this.last = (this.bid + this.ask) / 2;
      this.windows.count(this.last, this.grid.updateUnits);
    }
    this.say('QUOTE', atMs, () => this.quoteValues(atMs));
  }

  private quoteValues(atMs: number): Values {
    const { detail, grid } = this;
    const exchange = detail.pick(exchanges);
    return {
      'bid.price': grid.price(this.bid),
      'bid.size': grid.size(grid.quoteUnits(detail)),
      'bid.exchange': exchange,
      'bid.time': this.bidSetMs,
      'ask.price': grid.price(this.ask),
      'ask.size': grid.size(grid.quoteUnits(detail)),
      'ask.exchange': detail.pick(exchanges),
      'ask.time': this.askSetMs,
      exchange_id: exchange,
      tape: this.tape,
      condition: quoteConditions[0]!,
      conditions: quoteConditions,
      ...(detail.chance(0.2) ? { indicators: quoteIndicators } : {}),
      received_time: atMs + detail.integer(1, 45),
      sequence: this.nextSequence(),
    };
  }

  /** Prints a trade at the bid, at the ask or between, preferably on the side nearer to the value. */
  private trade(atMs: number): void {
    const { random, grid } = this;
    const lean = (this.value - this.bid) / (this.ask - this.bid);
    const bought = random.chance(0.25 + 0.5 * lean);
    const outside = bought ? this.ask : this.bid;
    this.last = random.chance(0.1) ? random.integer(this.bid, this.ask) : outside;
    const units = grid.tradeUnits(random);
    this.windows.count(this.last, units);
    this.say('TRADE', atMs, () => this.tradeValues(atMs, units, bought));
  }

  private tradeValues(atMs: number, units: number, bought: boolean): Values {
    const { detail, grid } = this;
    const conditions = this.tradeConditionsOf(units, bought);
    return {
      price: grid.price(this.last),
      size: grid.size(units),
      size_exact: grid.sizeText(units),
      exchange_id: detail.pick(exchanges),
      trade_id: detail.uuid(),
      tape: this.tape,
      ...(conditions === undefined ? {} : { conditions }),
      participant_time: atMs - detail.integer(0, 20),
      received_time: atMs + detail.integer(1, 45),
      sequence: this.nextSequence(),
    };
  }

  private tradeConditionsOf(units: number, bought: boolean): readonly number[] | undefined {
    if (!this.grid.whole) return [bought ? buy : sell];
    if (this.grid.roundLots && units < this.grid.lotUnits) return [oddLot];
    return this.detail.chance(0.2) ? this.detail.pick(tradeConditions) : undefined;
  }

  private publish(atMs: number): void {
    this.last = Math.round(this.value);
    if (this.pulse === 'INDEX_VALUE') this.windows.count(this.last, this.grid.updateUnits);
    this.say('INDEX_VALUE', atMs, () => ({ value: this.grid.price(this.last) }));
  }

  private estimate(atMs: number): void {
    const middle = this.pulse === 'INDEX_VALUE' ? this.last : (this.bid + this.ask) / 2;
    const fair = middle + 0.3 * (this.ask - this.bid) * (this.random.next() - 0.5);
    this.say('FAIR_MARKET_VALUE', atMs, () => ({ fair_value: this.grid.finePrice(fair) }));
  }

  private setBands(atMs: number): void {
    this.say('LULD', atMs, () => ({
      high_limit: this.grid.price(Math.round(this.last * (1 + bandWidth))),
      low_limit: this.grid.price(Math.round(this.last * (1 - bandWidth))),
      indicators: this.detail.pick(bandIndicators),
      tape: this.tape,
      sequence: this.nextSequence(),
    }));
  }

  private reportImbalance(atMs: number): void {
    this.say('IMBALANCE', atMs, () => {
      const { detail, grid } = this;
      const auction = detail.pick(auctions);
      const side = detail.chance(0.5) ? 1 : -1;
      return {
        auction_time: auction.time,
        auction_type: auction.type,
        unmatched_size: side * grid.size(grid.lotUnits * detail.integer(1, 400)),
        paired_size: grid.size(grid.lotUnits * detail.integer(100, 4_000)),
        clearing_price: grid.price(Math.max(1, Math.round(this.last) + detail.integer(-3, 3))),
        exchange_id: exchanges[0]!,
        sequence: this.nextSequence(),
      };
    });
  }

  private nextSequence(): number {
    this.sequence += this.detail.integer(1, 20);
    return this.sequence;
  }
}
