import { describe, expect, test } from 'vitest';
import { type ChannelName, parseChannels } from '../runtime/channels.js';
import { Subscriptions } from '../runtime/subscriptions.js';
import { marketOf } from './support/markets.js';

const stocks = marketOf('stocks');
const options = marketOf('options');

function names(...texts: string[]): readonly ChannelName[] {
  return parseChannels(stocks, texts).names;
}

function contracts(prefix: string, from: number, count: number): readonly ChannelName[] {
  const strikes = Array.from({ length: count }, (_, index) => String(from + index).padStart(8, '0'));
  return parseChannels(
    options,
    strikes.map(strike => `${prefix}.O:SPY251219C${strike}`),
  ).names;
}

function sent(...texts: string[]): Subscriptions {
  const book = new Subscriptions(stocks);
  book.want(names(...texts));
  book.sent(texts);
  return book;
}

function statesOf(book: Subscriptions): Record<string, string | undefined> {
  return Object.fromEntries(book.names.map(name => [name, book.stateOf(name)]));
}

describe('what is wanted', () => {
  test('waits for its answer, in the order of the requests', () => {
    const book = new Subscriptions(stocks);
    expect(book.want(names('T.MSFT', 'T.AAPL'))).toEqual({ added: ['T.MSFT', 'T.AAPL'], already: [], rejected: [] });
    expect(book.namesIn('pending')).toEqual(['T.MSFT', 'T.AAPL']);
    expect(book.size).toBe(2);
  });

  test('is not asked for twice', () => {
    const book = sent('T.AAPL');
    book.acknowledged('T.AAPL');
    expect(book.want(names('T.AAPL', 'Q.AAPL'))).toEqual({ added: ['Q.AAPL'], already: ['T.AAPL'], rejected: [] });
    expect(book.stateOf('T.AAPL')).toBe('accepted');
  });

  test('is forgotten when it is dropped, and what was not held is said', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    expect(book.drop(['T.AAPL', 'Q.AAPL', 'T.AAPL'])).toEqual({ removed: ['T.AAPL'], notHeld: ['Q.AAPL'] });
    expect(book.names).toEqual(['T.MSFT']);
  });

  test('is forgotten altogether when the stream ends', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    book.refusedOne();
    book.acknowledged('T.AAPL');
    book.settle();
    book.clear();
    expect([book.size, book.rejections, book.unconfirmedCount]).toEqual([0, [], 0]);
  });
});

describe('the answers to a frame', () => {
  test('settle it when every name is acknowledged', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    expect(book.acknowledged('T.AAPL')).toBe(true);
    expect(book.settled).toBe(false);
    expect(book.acknowledged('T.MSFT')).toBe(true);
    expect(book.settled).toBe(true);
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'accepted', 'T.MSFT': 'accepted' });
  });

  test('leave out a name that was refused, which is found by elimination', () => {
    const book = sent('T.AAPL', 'NOI.AAPL', 'T.MSFT');
    book.refusedOne();
    book.acknowledged('T.AAPL');
    expect(book.settled).toBe(false);
    book.acknowledged('T.MSFT');
    expect(book.settled).toBe(true);
    book.settle();
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'accepted', 'T.MSFT': 'accepted' });
    expect(book.rejectionOf('NOI.AAPL')).toMatchObject({ channel: 'NOI.AAPL', code: 'NOT_AUTHORIZED' });
    expect(book.rejectionOf('NOI.AAPL')!.message).toContain('not authorized');
  });

  test('refuse all that is left when one refusal stands for several', () => {
    const book = sent('T.AAPL', 'Q.AAPL', 'NOI.AAPL');
    book.refusedOne();
    book.acknowledged('T.AAPL');
    expect(book.settled).toBe(false);
    book.settle();
    expect(book.names).toEqual(['T.AAPL']);
    expect(book.rejections.map(({ channel }) => channel)).toEqual(['Q.AAPL', 'NOI.AAPL']);
  });

  test('that stay out leave a name unconfirmed, not refused', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    book.acknowledged('T.AAPL');
    book.settle();
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'accepted', 'T.MSFT': 'unconfirmed' });
    expect(book.unconfirmedCount).toBe(1);
    expect(book.rejections).toEqual([]);
  });

  test('that come late confirm a name after all', () => {
    const book = sent('T.AAPL');
    book.settle();
    expect(book.acknowledged('T.AAPL')).toBe(true);
    expect([book.stateOf('T.AAPL'), book.unconfirmedCount]).toEqual(['accepted', 0]);
  });

  test('that come late take back a refusal by elimination', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    book.refusedOne();
    book.refusedOne();
    book.settle();
    expect(book.size).toBe(0);
    expect(book.acknowledged('T.AAPL')).toBe(true);
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'accepted' });
    expect(book.rejections.map(({ channel }) => channel)).toEqual(['T.MSFT']);
  });

  test('about what nobody wants change nothing', () => {
    const book = sent('T.AAPL');
    expect(book.acknowledged('T.MSFT')).toBe(false);
    expect(book.names).toEqual(['T.AAPL']);
    expect(book.settled).toBe(false);
  });

  test('about what was dropped meanwhile do not bring it back', () => {
    const book = sent('T.AAPL');
    book.drop(['T.AAPL']);
    expect(book.acknowledged('T.AAPL')).toBe(false);
    expect(book.size).toBe(0);
  });

  test('do not stand for a request that is still to be sent', () => {
    const book = sent('T.AAPL');
    book.drop(['T.AAPL']);
    book.want(names('T.AAPL'));
    expect(book.acknowledged('T.AAPL')).toBe(false);
    expect(book.stateOf('T.AAPL')).toBe('pending');
  });

  test('to the next frame are not mixed up with the refusals of the last', () => {
    const book = sent('T.AAPL');
    book.refusedOne();
    book.settle();
    book.want(names('T.MSFT'));
    book.sent(['T.MSFT']);
    expect(book.settled).toBe(false);
    book.settle();
    expect(book.stateOf('T.MSFT')).toBe('unconfirmed');
  });

  test('of passing the limit refuse the whole frame and leave what was held', () => {
    const book = sent('T.AAPL');
    book.acknowledged('T.AAPL');
    book.want(names('Q.AAPL', 'Q.MSFT'));
    book.sent(['Q.AAPL', 'Q.MSFT']);
    for (let time = 0; time < 27; time++) book.refusedWhole('Subscription limit reached.');
    expect(book.settled).toBe(true);
    expect(book.settle()).toBe(true);
    expect(book.namesIn('accepted')).toEqual(['T.AAPL']);
    expect(book.namesIn('pending')).toEqual(['Q.AAPL', 'Q.MSFT']);
    expect(book.rejections).toEqual([]);
  });

  test('of passing the limit with a single name refuse every name of its kind that waits', () => {
    const book = new Subscriptions(options);
    book.want([...contracts('Q', 10, 1), ...contracts('FMV', 11, 1), ...contracts('T', 12, 1)]);
    book.sent(['Q.O:SPY251219C00000010']);
    book.refusedWhole('Subscription limit reached.');
    expect(book.settle()).toBe(true);
    expect(book.rejections.map(({ channel, code }) => [channel, code])).toEqual([
      ['Q.O:SPY251219C00000010', 'LIMIT_EXCEEDED'],
      ['FMV.O:SPY251219C00000011', 'LIMIT_EXCEEDED'],
    ]);
    expect(book.namesIn('pending')).toEqual(['T.O:SPY251219C00000012']);
  });
});

describe('a limit of the feed', () => {
  test('means nothing while no frame waits for its answer', () => {
    const book = sent('T.AAPL');
    book.acknowledged('T.AAPL');
    book.refusedWhole('Subscription limit reached.');
    expect(book.settle()).toBe(false);
    expect(book.namesIn('accepted')).toEqual(['T.AAPL']);
  });

  test('that the market does not tell of is one of each prefix', () => {
    const book = new Subscriptions({ ...stocks, caps: [] });
    book.want(names('T.AAPL', 'T.MSFT', 'Q.AAPL'));
    book.sent(['T.AAPL']);
    book.refusedWhole('Subscription limit reached.');
    expect(book.settle()).toBe(true);
    expect(statesOf(book)).toEqual({ 'Q.AAPL': 'pending' });
  });
});

describe('a refused name', () => {
  test('may be asked for again, and is no longer told as refused then', () => {
    const book = sent('T.AAPL');
    book.refusedOne();
    book.settle();
    expect(book.want(names('T.AAPL')).added).toEqual(['T.AAPL']);
    expect(book.rejections).toEqual([]);
  });

  test('is not asked for again by a new connection', () => {
    const book = sent('T.AAPL', 'NOI.AAPL');
    book.refusedOne();
    book.acknowledged('T.AAPL');
    book.settle();
    book.restart();
    expect(book.namesIn('pending')).toEqual(['T.AAPL']);
  });
});

test('a new connection has nothing subscribed, so all that is wanted waits again', () => {
  const book = sent('T.AAPL', 'T.MSFT');
  book.acknowledged('T.AAPL');
  book.settle();
  book.restart();
  expect(statesOf(book)).toEqual({ 'T.AAPL': 'pending', 'T.MSFT': 'pending' });
  expect([book.unconfirmedCount, book.settled]).toEqual([0, true]);
});

describe('the cap of options', () => {
  test('lets a thousand contracts in, the last one too', () => {
    const book = new Subscriptions(options);
    const { added, rejected } = book.want(contracts('Q', 1, 1_000));
    expect([added.length, rejected.length]).toEqual([1_000, 0]);
  });

  test('turns the next one down before anything is sent', () => {
    const book = new Subscriptions(options);
    book.want(contracts('Q', 1, 1_000));
    const { added, rejected } = book.want(contracts('Q', 5_000, 2));
    expect(added).toEqual([]);
    expect(rejected.map(({ code }) => code)).toEqual(['LIMIT_EXCEEDED', 'LIMIT_EXCEEDED']);
    expect(rejected[0]!.message).toContain('1000 contracts');
    expect(book.size).toBe(1_000);
  });

  test('counts what is held, so that dropping gives room back', () => {
    const book = new Subscriptions(options);
    const first = contracts('Q', 1, 1_000);
    book.want(first);
    book.drop(first.slice(0, 1).map(({ name }) => name));
    expect(book.want(contracts('Q', 5_000, 2)).added).toEqual(['Q.O:SPY251219C00005000']);
  });

  test('does not touch trades and bars', () => {
    const book = new Subscriptions(options);
    book.want(contracts('Q', 1, 1_000));
    expect(book.want(contracts('T', 1, 5)).added).toHaveLength(5);
    expect(book.want(contracts('AM', 1, 5)).added).toHaveLength(5);
  });

  test('does not turn down what is held already', () => {
    const book = new Subscriptions(options);
    const all = contracts('Q', 1, 1_000);
    book.want(all);
    expect(book.want(all.slice(0, 3)).already).toHaveLength(3);
  });
});

describe('answers that come late', () => {
  /** Two names of a frame that was not answered in time, and perhaps one of a newer frame. */
  function late(...newer: string[]): Subscriptions {
    const book = sent('Q.AAPL', 'T.AAPL');
    book.settle();
    book.want(names(...newer));
    if (newer.length > 0) book.sent(newer);
    return book;
  }

  test('settle the names that they are for, one by one', () => {
    const book = late();
    expect(statesOf(book)).toEqual({ 'Q.AAPL': 'unconfirmed', 'T.AAPL': 'unconfirmed' });
    book.acknowledged('T.AAPL');
    expect(book.rejections).toEqual([]);
    book.refusedOne();
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'accepted' });
    expect(book.rejections).toMatchObject([{ channel: 'Q.AAPL', code: 'NOT_AUTHORIZED' }]);
  });

  test('refuse by elimination in whatever order they come', () => {
    const book = late();
    book.refusedOne();
    expect(book.rejections).toEqual([]);
    book.acknowledged('T.AAPL');
    expect(book.rejections).toMatchObject([{ channel: 'Q.AAPL' }]);
  });

  test('are over once a newer frame is answered', () => {
    const book = late('T.MSFT', 'T.NVDA');
    book.refusedOne();
    book.refusedOne();
    book.acknowledged('T.NVDA');
    // Two refusals for three names: whose they are, nobody can tell.
    expect(book.rejections).toEqual([]);
    expect(book.settled).toBe(false);
    book.refusedOne();
    expect(book.settled).toBe(true);
    book.settle();
    expect(book.rejections).toMatchObject([{ channel: 'T.MSFT' }]);
    expect(statesOf(book)).toEqual({ 'Q.AAPL': 'unconfirmed', 'T.AAPL': 'unconfirmed', 'T.NVDA': 'accepted' });
  });

  test('of a newer frame are no refusal of it while older names are owed theirs', () => {
    const book = late('T.MSFT');
    book.refusedOne();
    expect(book.settled).toBe(false);
    book.settle();
    expect(book.rejections).toEqual([]);
    expect(book.stateOf('T.MSFT')).toBe('unconfirmed');
  });

  test('refuse all, where there is one for each name, old or new', () => {
    const book = late('T.MSFT');
    for (let count = 0; count < 3; count++) book.refusedOne();
    expect(book.settled).toBe(true);
    book.settle();
    expect(book.rejections.map(({ channel }) => channel).sort()).toEqual(['Q.AAPL', 'T.AAPL', 'T.MSFT']);
  });

  test('are those of the newer frame where it is acknowledged and all the rest refused', () => {
    const book = late('T.MSFT', 'T.NVDA');
    for (let count = 0; count < 3; count++) book.refusedOne();
    book.acknowledged('T.NVDA');
    expect(book.settled).toBe(true);
    book.settle();
    expect(book.names).toEqual(['T.NVDA']);
  });

  test('are none of a name that was dropped, or of an earlier connection', () => {
    const book = late();
    book.drop(['Q.AAPL']);
    book.refusedOne();
    // Perhaps it was for the name that was dropped.
    expect(book.rejections).toEqual([]);
    book.refusedOne();
    expect(book.rejections).toMatchObject([{ channel: 'T.AAPL' }]);
    const again = late();
    again.restart();
    again.refusedOne();
    expect(again.rejections).toEqual([]);
  });

  test('are none of the rest of a frame from which a name was dropped in time', () => {
    const book = sent('Q.AAPL', 'T.AAPL');
    book.drop(['Q.AAPL']);
    book.settle();
    book.refusedOne();
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'unconfirmed' });
    book.acknowledged('T.AAPL');
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'accepted' });
  });

  test('do not say which frame they answer where a name was dropped and wanted again', () => {
    const book = late();
    book.drop(['T.AAPL']);
    book.want(names('T.AAPL', 'T.MSFT'));
    book.sent(['T.AAPL', 'T.MSFT']);
    book.acknowledged('T.AAPL');
    book.refusedOne();
    expect(book.settled).toBe(false);
    book.acknowledged('T.MSFT');
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'accepted', 'T.MSFT': 'accepted' });
    expect(book.rejections).toMatchObject([{ channel: 'Q.AAPL', code: 'NOT_AUTHORIZED' }]);
  });

  test('that nothing waits for are no answer to the next frame', () => {
    const book = sent('T.AAPL');
    book.acknowledged('T.AAPL');
    book.refusedOne();
    book.want(names('T.MSFT'));
    book.sent(['T.MSFT']);
    expect(book.settled).toBe(false);
  });
});

test('the revision differs after every change, and only then', () => {
  const book = sent('T.AAPL', 'T.MSFT');
  const seen = [book.revision];
  for (const change of [() => book.acknowledged('T.AAPL'), () => book.settle(), () => book.drop(['T.MSFT'])]) {
    change();
    seen.push(book.revision);
  }
  expect(new Set(seen).size).toBe(4);
  book.acknowledged('T.AAPL');
  book.drop(['T.MSFT']);
  expect(book.revision).toBe(seen.at(-1));
});

test('what was refused is remembered up to a bound', () => {
  const book = new Subscriptions(options);
  for (let from = 0; from < 12_000; from += 3_000) book.want(contracts('Q', from, 3_000));
  expect(book.rejections).toHaveLength(5_000);
  expect(book.rejections.at(-1)).toMatchObject({ channel: 'Q.O:SPY251219C00011999' });
});
