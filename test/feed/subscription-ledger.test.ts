import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Market } from '../../runtime/contract/market.js';
import { Subscriptions } from '../../runtime/feed/subscriptions.js';
import { parseChannels } from '../../runtime/symbols/channels.js';
import { marketOf } from '../support/markets.js';
import { tries } from '../support/property.js';

const pool = ['T.AAPL', 'T.MSFT', 'Q.AAPL', 'Q.MSFT', 'AM.AAPL', 'AM.*'];
const stocks: Market = { ...marketOf('stocks'), caps: [{ prefixes: ['Q', 'AM'], maxHeld: 2, unit: 'tickers' }] };

const some = fc.uniqueArray(fc.constantFrom(...pool), { minLength: 1, maxLength: 4 });

type Action =
  | { readonly want: readonly string[] }
  | { readonly drop: readonly string[] }
  | { readonly feed: 'works' | 'speaks' | 'hangs up' };

type Answer = { readonly ack: string } | { readonly refusal: true };

/** A book of subscriptions, the frames it leads to, and a feed that answers them in order. */
class RawRequest {
  readonly book: Subscriptions;
  readonly held = new Set<string>();
  readonly refused = new Set<string>();
  private frames: (readonly [action: 'subscribe' | 'unsubscribe', names: readonly string[]])[] = [];
  private answers: Answer[] = [];
  private waiting = false;

  constructor(
    market: Market,
    private readonly denied: readonly string[],
  ) {
    this.book = new Subscriptions(market);
  }

  act(action: Action): void {
    if ('want' in action) this.book.want(parseChannels(stocks, action.want).names);
    else if ('drop' in action) this.frames.push(['unsubscribe', this.book.drop(action.drop).removed]);
    else if (action.feed === 'works') this.work();
    else if (action.feed === 'speaks') this.hear();
    else this.hangUp();
    this.pump();
  }

  finish(): void {
    while (this.frames.length > 0 || this.answers.length > 0) {
      this.work();
      this.hear();
      this.pump();
    }
  }

  private pump(): void {
    if (this.waiting && this.book.settled) {
      this.book.settle();
      this.waiting = false;
    }
    const names = this.book.namesIn('pending').slice(0, 3);
    if (this.waiting || names.length === 0) return;
    this.frames.push(['subscribe', names]);
    this.book.sent(names);
    this.waiting = true;
  }

  private work(): void {
    const [action, names] = this.frames.shift() ?? ['unsubscribe', []];
    if (action === 'unsubscribe') {
      for (const name of names) this.held.delete(name);
      return;
    }
    const fresh = names.filter(name => !this.held.has(name));
    const denied = fresh.filter(name => this.denied.includes(name));
    const served = fresh.filter(name => !this.denied.includes(name));
    for (const name of denied) this.refused.add(name);
    for (const name of served) this.held.add(name);
    this.answers.push(...denied.map(() => ({ refusal: true }) as const), ...served.map(ack => ({ ack })));
  }

  private hear(): void {
    const answer = this.answers.shift();
    if (answer === undefined) return;
    if ('ack' in answer) this.book.acknowledged(answer.ack);
    else this.book.refusedOne();
  }

  private hangUp(): void {
    this.held.clear();
    this.frames = [];
    this.answers = [];
    this.waiting = false;
    this.book.restart();
  }
}

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: some.map(want => ({ want })) },
  { weight: 2, arbitrary: some.map(drop => ({ drop })) },
  { weight: 6, arbitrary: fc.constantFrom('works', 'speaks').map(feed => ({ feed })) },
  { weight: 1, arbitrary: fc.constant({ feed: 'hangs up' } as const) },
);

function play(denied: readonly string[], actions: readonly Action[], market: Market): RawRequest {
  const exchange = new RawRequest(market, denied);
  const asked = new Set<string>();
  for (const one of actions) {
    exchange.act(one);
    if ('want' in one) for (const name of one.want) asked.add(name);
    for (const { channel, code } of exchange.book.rejections) {
      if (code === 'NOT_AUTHORIZED') expect(denied).toContain(channel);
    }
  }
  exchange.finish();
  return exchange;
}

function agrees(exchange: RawRequest): void {
  const { book, held } = exchange;
  expect(book.namesIn('accepted').toSorted()).toEqual([...held].toSorted());
  expect(book.names.toSorted()).toEqual([...held].toSorted());
  expect(book.namesIn('unconfirmed').length).toBe(0);
}

describe('a book of subscriptions on a feed that answers in its own time', () => {
  test('ends with what the feed holds, and calls nothing refused that was served', () => {
    fc.assert(
      fc.property(fc.subarray(pool), fc.array(action, { maxLength: 40, size: 'max' }), (denied, actions) => {
        agrees(play(denied, actions, { ...stocks, caps: [] }));
      }),
      tries(2_000),
    );
  });

  test('never holds more than a cap allows', () => {
    fc.assert(
      fc.property(fc.subarray(pool), fc.array(action, { maxLength: 40, size: 'max' }), (denied, actions) => {
        const exchange = play(denied, actions, stocks);
        agrees(exchange);
        expect(exchange.book.names.filter(name => !name.startsWith('T.')).length).toBeLessThanOrEqual(2);
      }),
      tries(1_000),
    );
  });

  test('sends a name again that was dropped and wanted anew before its first answer came', () => {
    const exchange = play(
      [],
      [
        { want: ['T.AAPL', 'T.MSFT'] },
        { drop: ['T.AAPL'] },
        { want: ['T.AAPL'] },
        { feed: 'works' },
        { feed: 'speaks' },
      ],
      stocks,
    );
    expect(exchange.held).toContain('T.AAPL');
    agrees(exchange);
  });

  test('does not blame a served name for the refusal of one that was dropped meanwhile', () => {
    const exchange = play(
      ['Q.AAPL'],
      [
        { want: ['Q.AAPL', 'T.AAPL'] },
        { drop: ['Q.AAPL'] },
        { feed: 'works' },
        { feed: 'speaks' },
        { want: ['Q.MSFT'] },
      ],
      stocks,
    );
    expect(exchange.book.rejections).toEqual([]);
    agrees(exchange);
  });
});

describe('a book of subscriptions on a feed that has a limit of its own and says its refusals again, late', () => {
  type Word = { readonly ack: string } | { readonly no: 'not authorized' | 'limit' };
  type Deed =
    | { readonly want: readonly string[] }
    | { readonly drop: readonly string[] }
    | { readonly feed: 'works' | 'speaks' | 'repeats' }
    | { readonly time: 'is up' };

  const deed: fc.Arbitrary<Deed> = fc.oneof(
    { weight: 3, arbitrary: some.map(want => ({ want })) },
    { weight: 1, arbitrary: some.map(drop => ({ drop })) },
    { weight: 8, arbitrary: fc.constantFrom('works', 'speaks', 'repeats').map(feed => ({ feed })) },
    { weight: 1, arbitrary: fc.constant({ time: 'is up' } as const) },
  );

  /** Waits for nothing before the next frame, so that every repeated refusal meets one. */
  class Quarrel {
    readonly book = new Subscriptions({ ...stocks, caps: [] });
    readonly held = new Set<string>();
    private readonly frames: (readonly [action: 'subscribe' | 'unsubscribe', names: readonly string[]])[] = [];
    private readonly words: Word[] = [];
    private last: Word | undefined;
    private flight = 0;
    private size = 3;

    constructor(
      private readonly limit: number,
      private readonly denied: readonly string[],
    ) {}

    act(one: Deed): void {
      if ('want' in one) this.book.want(parseChannels(stocks, one.want).names);
      else if ('drop' in one) this.drop(one.drop);
      else if ('time' in one) this.settle();
      else if (one.feed === 'works') this.work();
      else if (one.feed === 'speaks') this.speak();
      else if (this.last) this.words.push(this.last);
      this.pump();
    }

    finish(): void {
      for (let turns = 0; turns < 1_000; turns++) {
        const isQuiet = this.frames.length + this.words.length === 0;
        if (isQuiet && this.flight === 0 && this.book.namesIn('pending').length === 0) return;
        this.work();
        this.speak();
        if (isQuiet) this.settle();
        this.pump();
      }
      throw new Error('it goes on and on');
    }

    /** Whose answer is under way still cannot be told from one that is asked for anew. */
    private drop(names: readonly string[]): void {
      const answered = names.filter(name => this.book.stateOf(name) === 'accepted');
      this.frames.push(['unsubscribe', this.book.drop(answered).removed]);
    }

    private pump(): void {
      if (this.flight > 0 && this.book.settled) this.settle();
      const names = this.book.namesIn('pending').slice(0, this.size);
      if (this.flight > 0 || names.length === 0) return;
      this.frames.push(['subscribe', names]);
      this.book.sent(names);
      this.flight = names.length;
    }

    private settle(): void {
      if (this.flight === 0) return;
      this.size = this.book.settle() ? Math.ceil(this.flight / 2) : 3;
      this.flight = 0;
    }

    private work(): void {
      const [action, names] = this.frames.shift() ?? ['unsubscribe', []];
      if (action === 'unsubscribe') {
        for (const name of names) this.held.delete(name);
        return;
      }
      const fresh = names.filter(name => !this.held.has(name));
      const served = fresh.filter(name => !this.denied.includes(name));
      const isTooMuch = this.held.size + served.length > this.limit;
      const noes = isTooMuch ? ['limit' as const] : fresh.slice(served.length).map(() => 'not authorized' as const);
      for (const no of noes) this.words.push({ no });
      this.last = noes[0] ? { no: noes[0] } : this.last;
      for (const ack of isTooMuch ? [] : served) {
        this.held.add(ack);
        this.words.push({ ack });
      }
    }

    private speak(): void {
      const word = this.words.shift();
      if (word === undefined) return;
      if ('ack' in word) this.book.acknowledged(word.ack);
      else if (word.no === 'limit') this.book.refusedWhole('The feed answered: "limit".');
      else this.book.refusedOne();
    }
  }

  test('ends with what the feed holds, calls none of that refused, and can give all of it up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.subarray(pool),
        fc.array(deed, { maxLength: 40, size: 'max' }),
        (limit, denied, deeds) => {
          const quarrel = new Quarrel(limit, denied);
          for (const one of deeds) {
            quarrel.act(one);
            // What it may hold can be given up at any time.
            for (const name of quarrel.book.namesIn('accepted')) expect(quarrel.book.mayHold(name)).toBe(true);
          }
          quarrel.finish();
          const { book, held } = quarrel;
          expect(book.namesIn('accepted').toSorted()).toEqual([...held].toSorted());
          expect(book.rejections.filter(({ channel }) => held.has(channel))).toEqual([]);
          expect([...held].filter(name => !book.mayHold(name))).toEqual([]);
        },
      ),
      tries(2_000),
    );
  });
});

describe('a book of subscriptions whatever the feed says', () => {
  type Move =
    | { readonly op: 'want' | 'drop' | 'ack' | 'leave' | 'prove'; readonly names: readonly string[] }
    | { readonly op: 'send' | 'refuse' | 'refuse whole' | 'settle' | 'restart' | 'clear' };

  const move: fc.Arbitrary<Move> = fc.oneof(
    fc.record({ op: fc.constantFrom('want', 'drop', 'ack', 'leave', 'prove'), names: some }),
    fc.record({ op: fc.constantFrom('send', 'refuse', 'settle') }),
    { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('refuse whole', 'restart', 'clear') }) },
  ) as fc.Arbitrary<Move>;

  const answers = {
    ack: (book: Subscriptions, name: string) => void book.acknowledged(name),
    leave: (book: Subscriptions, name: string) => void book.unsubscribed(name),
    prove: (book: Subscriptions, name: string) => book.proved(book.provenOf([name]) ?? name),
  };

  function make(book: Subscriptions, taken: Move): void {
    if (taken.op === 'want') {
      const before = new Set(book.names);
      const { added, already, rejected } = book.want(parseChannels(stocks, taken.names).names);
      expect([...added, ...already, ...rejected.map(({ channel }) => channel)].toSorted()).toEqual(
        taken.names.toSorted(),
      );
      expect(already).toEqual(taken.names.filter(name => before.has(name)));
    } else if (taken.op === 'drop') {
      const before = new Set(taken.names.filter(name => book.stateOf(name) !== undefined || book.mayHold(name)));
      const { removed, notHeld } = book.drop(taken.names);
      expect(removed).toEqual(taken.names.filter(name => before.has(name)));
      expect(notHeld).toEqual(taken.names.filter(name => !before.has(name)));
      expect(taken.names.filter(name => book.mayHold(name))).toEqual([]);
    } else if ('names' in taken) for (const name of taken.names) answers[taken.op](book, name);
    else if (taken.op === 'send') book.sent(book.namesIn('pending'));
    else if (taken.op === 'refuse') book.refusedOne();
    else if (taken.op === 'refuse whole') book.refusedWhole('Subscription limit reached.');
    else if (taken.op === 'settle') book.settle();
    else if (taken.op === 'restart') book.restart();
    else book.clear();
  }

  test('counts right, and never has a name both held and refused', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40, size: 'max' }), moves => {
        const book = new Subscriptions(stocks);
        for (const taken of moves) {
          make(book, taken);
          const byState = (['pending', 'accepted', 'unconfirmed'] as const).map(state => book.namesIn(state));
          expect(byState.flat().toSorted()).toEqual(book.names.toSorted());
          expect(new Set(book.names).size).toBe(book.size);
          expect(book.namesIn('unconfirmed').length).toBe(byState[2]!.length);
          expect(book.rejections.filter(({ channel }) => book.stateOf(channel) !== undefined)).toEqual([]);
          if (taken.op === 'settle') expect(book.settled).toBe(true);
          if (taken.op === 'restart') expect(book.namesIn('pending')).toEqual(book.names);
          if (taken.op === 'clear') expect([book.size, book.rejections]).toEqual([0, []]);
        }
      }),
      tries(2_000),
    );
  });
});
