import { describe, expect, test } from 'vitest';
import { describeDoubt, Elimination } from '../../runtime/feed/elimination.js';

/** Names of a frame of which so many were refused before its time was up. */
function overdue(names: readonly string[], refused: number): Elimination {
  const answers = new Elimination();
  answers.sent(names);
  for (let count = 0; count < refused; count++) answers.refused();
  answers.settle();
  return answers;
}

function refusedOf(answers: Elimination, name: string): [number, string[]] | undefined {
  const doubt = answers.doubtOf(name);
  return doubt && [doubt.refused, [...doubt.names]];
}

describe('a refusal that names nobody', () => {
  test('means the one that is left when all others are granted', () => {
    const answers = new Elimination();
    answers.sent(['T.A', 'T.B', 'T.C']);
    answers.refused();
    answers.granted('T.C');
    answers.granted('T.A');
    expect(answers.settled).toBe(true);
    expect(answers.settle()).toEqual({ denied: ['T.B'], open: [] });
  });

  test('means none of several, though one of them', () => {
    const answers = new Elimination();
    answers.sent(['T.A', 'T.B']);
    expect(answers.refused()).toEqual([]);
    expect(answers.settled).toBe(false);
    expect(answers.settle()).toEqual({ denied: [], open: ['T.A', 'T.B'] });
    expect(refusedOf(answers, 'T.A')).toEqual([1, ['T.A', 'T.B']]);
    expect(answers.doubtOf('T.C')).toBeUndefined();
  });

  test('means nobody where nothing was asked', () => {
    expect(new Elimination().refused()).toBeUndefined();
    const answers = new Elimination();
    answers.sent(['T.A']);
    answers.granted('T.A');
    expect(answers.refused()).toBeUndefined();
  });

  test('may mean one that was dropped meanwhile', () => {
    const answers = new Elimination();
    answers.sent(['T.A', 'T.B']);
    answers.drop('T.B');
    answers.refused();
    expect(answers.settle()).toEqual({ denied: [], open: ['T.A'] });
    expect(answers.granted('T.B')).toEqual(['T.A']);
  });
});

describe('of names whose time is up', () => {
  test('the rest is refused once as many are left as were refused', () => {
    const answers = overdue(['T.A', 'T.B', 'T.C'], 2);
    expect(answers.served('T.B')).toEqual(['T.A', 'T.C']);
    expect(answers.doubtOf('T.A')).toBeUndefined();
  });

  test('it is known how many were refused also when a newer frame is answered', () => {
    const answers = overdue(['T.A', 'T.B', 'T.C'], 1);
    answers.sent(['Q.A', 'Q.B']);
    // Whose this one is, nobody knows.
    answers.refused();
    expect(answers.granted('Q.A')).toEqual([]);
    expect(refusedOf(answers, 'T.A')).toEqual([1, ['T.A', 'T.B', 'T.C']]);
    expect(answers.served('T.A')).toEqual([]);
    expect(answers.granted('T.C')).toEqual(['T.B']);
    expect(answers.doubtOf('T.B')).toBeUndefined();
    // Of the newer frame nothing is decided by that.
    expect(answers.settled).toBe(false);
    expect(answers.settle()).toEqual({ denied: [], open: ['Q.B'] });
  });

  test('nothing is known where none was refused', () => {
    const answers = overdue(['T.A', 'T.B'], 0);
    answers.sent(['Q.A']);
    answers.granted('Q.A');
    expect(answers.doubtOf('T.A')).toBeUndefined();
    expect(answers.served('T.A')).toEqual([]);
  });

  test('all are refused when there is a refusal for each of them and for each of a newer frame', () => {
    const answers = overdue(['T.A'], 0);
    answers.sent(['Q.A', 'Q.B']);
    answers.refused();
    answers.refused();
    expect(answers.granted('Q.A')).toEqual(['T.A']);
    expect(answers.settle()).toEqual({ denied: ['Q.B'], open: [] });
  });

  test('one that is asked for again is no longer among those of the old frame', () => {
    const answers = overdue(['T.A', 'T.B', 'T.C'], 1);
    answers.sent(['Q.A']);
    answers.granted('Q.A');
    answers.sent(['T.A']);
    expect(answers.doubtOf('T.A')).toBeUndefined();
    expect(answers.granted('T.A')).toEqual([]);
    // It may be the one that was refused then.
    expect(answers.served('T.B')).toEqual([]);
  });

  test('a new connection knows nothing', () => {
    const answers = overdue(['T.A', 'T.B'], 1);
    answers.clear();
    expect([answers.doubtOf('T.A'), answers.late.size, answers.waiting]).toEqual([undefined, 0, 0]);
    expect(answers.refused()).toBeUndefined();
  });
});

test('a frame that was refused whole leaves nothing to answer, and no refusal for the next one', () => {
  const answers = new Elimination();
  answers.sent(['T.A', 'T.B']);
  answers.refused();
  expect(answers.inFlight).toEqual(['T.A', 'T.B']);
  answers.forgetFlight();
  expect([answers.settled, answers.inFlight]).toEqual([true, []]);
  answers.sent(['Q.A']);
  expect(answers.settled).toBe(false);
});

describe('the words for a doubt', () => {
  const names = new Set(['T.A', 'T.B', 'T.C', 'T.D', 'T.E', 'T.F']);

  test.each<[number, readonly string[], readonly string[], string]>([
    [1, ['T.A', 'T.B'], ['T.A', 'T.B'], 'one of these 2 was refused, unknown which: T.A, T.B.'],
    [2, ['T.A', 'T.B', 'T.C'], ['T.A', 'T.B', 'T.C'], '2 of these 3 were refused, unknown which: T.A, T.B, T.C.'],
    [1, [...names], [...names], 'one of these 6 was refused, unknown which: T.A, T.B, T.C, T.D, T.E and others.'],
    // Not a word of what others asked for, not even how many they are.
    [1, [...names], ['T.B', 'Q.A'], 'T.B may be refused.'],
  ])('of %i refusals for %j, to one who holds %j', (refused, asked, own, words) => {
    const sentence = describeDoubt({ names: new Set(asked), refused }, new Set(own));
    expect(sentence).toBe(`The feed answered "not authorized" and did not say to which channel: ${words}`);
  });
});
