import { describe, expect, test } from 'vitest';
import { Subscriptions } from '../../runtime/feed/subscriptions.js';
import { contracts, names, options, sent, statesOf, stocks } from '../support/subscriptions.js';

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
    expect([book.size, book.rejections, book.namesIn('unconfirmed').length]).toEqual([0, [], 0]);
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

  test('call nobody refused where one refusal stands against several, and say so of each', () => {
    const book = sent('T.AAPL', 'Q.AAPL', 'NOI.AAPL');
    book.refusedOne();
    book.acknowledged('T.AAPL');
    expect(book.settled).toBe(false);
    book.settle();
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'accepted', 'Q.AAPL': 'unconfirmed', 'NOI.AAPL': 'unconfirmed' });
    expect(book.rejections).toEqual([]);
    expect(book.doubtsOf(book.names)).toEqual([
      'The feed answered "not authorized" and did not say to which channel: one of these 2 was refused, unknown which: Q.AAPL, NOI.AAPL.',
    ]);
  });

  test('that stay out leave a name unconfirmed, not refused', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    book.acknowledged('T.AAPL');
    book.settle();
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'accepted', 'T.MSFT': 'unconfirmed' });
    expect(book.doubtsOf(book.names)).toEqual([]);
    expect(book.namesIn('unconfirmed').length).toBe(1);
    expect(book.rejections).toEqual([]);
  });

  test('that come late confirm a name after all', () => {
    const book = sent('T.AAPL');
    book.settle();
    expect(book.acknowledged('T.AAPL')).toBe(true);
    expect([book.stateOf('T.AAPL'), book.namesIn('unconfirmed').length]).toEqual(['accepted', 0]);
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

describe('a refusal of a whole frame', () => {
  const limit = 'The feed answered: "limit".';

  test('has no say where every name of the frame is acknowledged', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    book.refusedWhole(limit);
    book.acknowledged('T.AAPL');
    expect([book.settled, book.granted]).toEqual([true, false]);
    book.acknowledged('T.MSFT');
    expect(book.granted).toBe(true);
    expect(book.settle()).toBe(false);
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'accepted', 'T.MSFT': 'accepted' });
  });

  test('leaves what is not acknowledged for a smaller frame, and refuses none of it', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    book.acknowledged('T.AAPL');
    book.refusedWhole(limit);
    expect(book.settle()).toBe(true);
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'accepted', 'T.MSFT': 'pending' });
    expect(book.rejections).toEqual([]);
  });

  test('is answered by an acknowledgement that comes when the names wait for a smaller one', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    book.refusedWhole(limit);
    book.settle();
    expect(book.acknowledged('T.MSFT')).toBe(true);
    expect(book.namesIn('pending')).toEqual(['T.AAPL']);
  });

  test('says nothing of a single name that was dropped before it came', () => {
    const book = sent('T.AAPL');
    book.drop(['T.AAPL']);
    book.want(names('T.MSFT'));
    book.refusedWhole(limit);
    expect(book.settle()).toBe(true);
    expect(book.namesIn('pending')).toEqual(['T.MSFT']);
  });

  test('is taken back by an acknowledgement, and what was not even asked for is asked for then', () => {
    const book = new Subscriptions(options);
    book.want(contracts('Q', 1, 3));
    const [first, second, third] = book.names as [string, string, string];
    book.sent([first]);
    book.refusedWhole(limit);
    book.settle();
    expect(book.rejections.map(({ code }) => code)).toEqual(['LIMIT_EXCEEDED', 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED']);
    book.drop([third]);
    expect([first, second].map(name => book.mayHold(name))).toEqual([true, false]);
    expect(book.acknowledged(second)).toBe(false);
    expect(book.acknowledged(first)).toBe(true);
    expect(statesOf(book)).toEqual({ [first]: 'accepted', [second]: 'pending' });
    expect(book.rejections).toEqual([]);
  });

  test('is taken back for names that were forgotten meanwhile, too', () => {
    const book = new Subscriptions(stocks);
    const many = names(...Array.from({ length: 5_002 }, (_, index) => `T.A${index}`));
    const [first, second] = many.map(({ name }) => name);
    book.want(many);
    for (let times = 0; times < 2; times++) {
      book.want(many.slice(0, 1));
      book.sent([first!]);
      book.refusedWhole(limit);
      book.settle();
    }
    expect(book.rejectionOf(second!)).toBeUndefined();
    expect(book.acknowledged(first!)).toBe(true);
    expect(book.namesIn('pending')).toHaveLength(5_001);
  });

  test('that comes when the time of a frame is up is told of every name of it', () => {
    const book = sent('T.AAPL', 'T.MSFT', 'Q.AAPL');
    book.settle();
    book.acknowledged('T.MSFT');
    book.drop(['Q.AAPL']);
    expect(book.refusedWhole(limit)).toBe('answer');
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'unconfirmed', 'T.MSFT': 'accepted' });
    expect(book.doubtsOf(['T.AAPL', 'T.MSFT', 'Q.AAPL'])).toEqual([
      'The feed answered: "limit". It did not say which channels it means.',
    ]);
    book.acknowledged('T.AAPL');
    expect(book.doubtsOf(['T.AAPL'])).toEqual([]);
  });
});

describe('a refusal while nothing waits for an answer', () => {
  type Refuse = (book: Subscriptions) => unknown;
  const kinds: [string, Refuse][] = [
    ['of one name', book => book.refusedOne()],
    ['of a whole frame', book => book.refusedWhole('limit')],
  ];

  test.each(kinds)('%s was not asked for', (_, refuse) => {
    const book = sent('T.AAPL');
    book.acknowledged('T.AAPL');
    book.settle();
    expect([book.echoes.isEchoing, book.echoes.mayRepeat, refuse(book)]).toEqual([false, false, 'unasked']);
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'accepted' });
  });

  test.each(kinds)('%s is one said again, right after a frame that was refused', (_, refuse) => {
    const book = sent('T.AAPL');
    refuse(book);
    book.settle();
    expect([book.echoes.isEchoing, refuse(book), refuse(book)]).toEqual([true, 'repeat', 'repeat']);
    book.echoes.areOver();
    expect([book.echoes.isEchoing, book.echoes.mayRepeat, refuse(book)]).toEqual([false, true, 'unasked']);
    expect(book.echoes.answersHeard).toBe(4);
  });

  test.each(kinds)('%s is one said again, also where earlier names are owed an answer', (_, refuse) => {
    const book = sent('Q.AAPL', 'Q.MSFT');
    book.settle();
    book.want(names('T.AAPL'));
    book.sent(['T.AAPL']);
    book.refusedWhole('limit');
    book.settle();
    expect(book.echoes.isEchoing).toBe(true);
    refuse(book);
    expect(statesOf(book)).toEqual({ 'Q.AAPL': 'unconfirmed', 'Q.MSFT': 'unconfirmed' });
  });

  test('is not expected to be said again on a new connection', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    book.refusedWhole('limit');
    book.settle();
    book.restart();
    expect([book.echoes.isEchoing, book.echoes.mayRepeat, book.settled]).toEqual([false, false, true]);
  });
});

describe('what the feed may hold', () => {
  test('can be unsubscribed, whatever it is called; what was never asked for cannot', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    book.refusedOne();
    book.refusedOne();
    book.settle();
    book.want(names('Q.AAPL'));
    expect(book.names).toEqual(['Q.AAPL']);
    expect(['T.AAPL', 'T.MSFT', 'Q.AAPL'].map(name => book.mayHold(name))).toEqual([true, true, false]);
    expect(book.drop(['T.AAPL', 'Q.AAPL', 'Q.MSFT'])).toEqual({ removed: ['T.AAPL', 'Q.AAPL'], notHeld: ['Q.MSFT'] });
    expect([book.mayHold('T.AAPL'), book.rejections.map(({ channel }) => channel)]).toEqual([false, ['T.MSFT']]);
    expect(book.drop(['T.AAPL']).notHeld).toEqual(['T.AAPL']);
    expect(book.acknowledged('T.AAPL')).toBe(false);
    book.restart();
    expect(book.drop(['T.MSFT']).notHeld).toEqual(['T.MSFT']);
  });

  test('is doubtful where it says that it dropped it, if nobody had asked', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    book.acknowledged('T.AAPL');
    book.acknowledged('T.MSFT');
    expect(book.unsubscribed('T.AAPL')).toBe(true);
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'unconfirmed', 'T.MSFT': 'accepted' });
    expect(book.doubtsOf(book.names)).toEqual([
      'The feed dropped T.AAPL without being asked; it may no longer be served.',
    ]);
    book.drop(['T.MSFT']);
    book.want(names('T.MSFT'));
    book.sent(['T.MSFT']);
    book.acknowledged('T.MSFT');
    // This one was asked for, and the next one not.
    expect([book.unsubscribed('T.MSFT'), book.unsubscribed('T.MSFT')]).toEqual([false, true]);
    expect([book.unsubscribed('T.MSFT'), book.unsubscribed('Q.AAPL')]).toEqual([false, false]);
  });
});

describe('data', () => {
  /** T.AAPL is refused, T.* and Q.* are not answered, A.AAPL is held. */
  function half(): Subscriptions {
    const book = sent('T.AAPL');
    book.refusedOne();
    book.settle();
    book.want(names('T.*', 'Q.*', 'A.AAPL'));
    book.sent(['T.*', 'Q.*', 'A.AAPL']);
    book.acknowledged('A.AAPL');
    book.settle();
    return book;
  }

  test.each<[readonly string[], string | undefined, string]>([
    [['T.MSFT', 'T.*'], 'T.*', 'nothing else can have brought them'],
    [['T.AAPL', 'T.*'], 'T.*', 'the other one is refused'],
    [['Q.AAPL', 'Q.*'], 'Q.*', 'nothing else can have brought them'],
    [['A.AAPL', 'A.*'], undefined, 'it was known'],
    [['AM.AAPL', 'AM.*'], undefined, 'nothing of it was asked for'],
  ])('of %j prove %s, since %s', (able, name) => {
    expect(half().provenOf(able)).toBe(name);
  });

  test('prove a refused name where nothing else can have brought them', () => {
    const book = half();
    book.drop(['T.*']);
    // What was given up still comes for a while.
    expect(book.provenOf(['T.AAPL', 'T.*'])).toBeUndefined();
    book.unsubscribed('T.*');
    expect(book.provenOf(['T.AAPL', 'T.*'])).toBe('T.AAPL');
    book.proved('T.AAPL');
    expect([book.stateOf('T.AAPL'), book.rejections]).toEqual(['accepted', []]);
  });

  test('prove neither of two that are not answered', () => {
    const book = sent('T.AAPL', 'T.*');
    book.settle();
    expect([...book.unprovenPrefixes]).toEqual(['T']);
    expect(book.provenOf(['T.AAPL', 'T.*'])).toBeUndefined();
  });

  test('decide who was refused, where one was', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    book.refusedOne();
    book.settle();
    book.proved('T.MSFT');
    expect(statesOf(book)).toEqual({ 'T.MSFT': 'accepted' });
    expect(book.rejections).toMatchObject([{ channel: 'T.AAPL', code: 'NOT_AUTHORIZED' }]);
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
  expect([book.namesIn('unconfirmed').length, book.settled]).toEqual([0, true]);
});

test('whoever listens is told of every change, and of nothing else', () => {
  const told: string[] = [];
  const book = new Subscriptions(options, {
    changed: name => told.push(`${name} ${book.stateOf(name)}`),
    turnedDown: ({ channel, code }) => told.push(`${channel} ${code}`),
    readmitted: ({ channel }) => told.push(`${channel} readmitted`),
  });
  const [kept, refused] = contracts('T', 0, 2);
  book.want([kept!, refused!]);
  book.sent([kept!.name, refused!.name]);
  book.acknowledged(kept!.name);
  book.acknowledged(kept!.name);
  book.refusedOne();
  book.settle();
  book.acknowledged(refused!.name);
  book.drop([refused!.name, refused!.name]);
  expect(told).toEqual([
    `${kept!.name} pending`,
    `${refused!.name} pending`,
    `${kept!.name} accepted`,
    `${refused!.name} undefined`,
    `${refused!.name} NOT_AUTHORIZED`,
    `${refused!.name} accepted`,
    `${refused!.name} readmitted`,
    `${refused!.name} undefined`,
  ]);
});

test('what was refused is remembered up to a bound', () => {
  const book = new Subscriptions(options);
  for (let from = 0; from < 12_000; from += 3_000) book.want(contracts('Q', from, 3_000));
  expect(book.rejections).toHaveLength(5_000);
  expect(book.rejections.at(-1)).toMatchObject({ channel: 'Q.O:SPY251219C00011999' });
});

describe('a refusal of what nobody asked for', () => {
  test('puts in doubt what was accepted, and leaves alone what still waits for its answer', () => {
    const book = sent('T.AAPL', 'T.MSFT');
    book.acknowledged('T.AAPL');
    book.suspect('T.AAPL');
    book.suspect('T.MSFT');
    expect(statesOf(book)).toEqual({ 'T.AAPL': 'unconfirmed', 'T.MSFT': 'pending' });
  });
});
