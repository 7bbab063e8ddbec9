import { describe, expect, test } from 'vitest';
import { Phrasings } from '../../../runtime/rest/find/phrasings.js';
import { wordsIn } from '../../../runtime/rest/find/words.js';
import { bars } from '../../support/rest-host.js';

function scores(question: string, ...asked: string[]): number[] {
  return new Phrasings(asked.map(text => ({ ...bars, asked: text }))).score(wordsIn(question));
}

describe('what people say', () => {
  test('counts where it is near, and most where it is the same', () => {
    const [same, near, far] = scores(
      'what do they owe',
      'what do they owe',
      'what do they owe the bank',
      'is it cheap',
    );

    expect(same).toBeGreaterThan(near!);
    expect(near).toBeGreaterThan(0);
    expect(far).toBe(0);
  });

  test('counts by its nearest phrase, so that many are no more than one', () => {
    const [one, many] = scores(
      'is it cheap',
      'is it cheap',
      'is it cheap; cheap stocks; is the stock cheap; how cheap',
    );

    expect(many).toBe(one);
  });

  test('counts nothing in a question of other words, or where nothing was written', () => {
    expect(scores('is the order book of it', 'is it cheap', '')).toEqual([0, 0]);
  });
});
