import { describe, expect, test } from 'vitest';
import { Subscriptions } from '../../runtime/feed/subscriptions.js';
import { contracts, names, options, sent, statesOf } from '../support/subscriptions.js';

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
