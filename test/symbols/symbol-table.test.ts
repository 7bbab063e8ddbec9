import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOf, otherSymbol, SymbolTable, spellingOf } from '../../runtime/symbols/symbol-table.js';
import { tries } from '../support/property.js';

const asItIs = (spelling: string): string => spelling;
const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `O:AAPL${n}`);

describe('a table of symbols', () => {
  test('numbers a hundred thousand in the order in which they come, and each once', () => {
    const table = new SymbolTable(asItIs);
    const all = names(100_000);
    const numbers = Array.from(all, (_, n) => n + 1);
    for (let times = 0; times < 2; times++) expect(all.map(name => table.internText(name))).toEqual(numbers);
    expect(table.isFull).toBe(true);
    expect(all.filter((name, n) => table.numberOf(name) !== n + 1 || table.nameOf(n + 1) !== name)).toEqual([]);
    expect([table.internText('ONE MORE'), table.numberOf('ONE MORE')]).toEqual([otherSymbol, undefined]);
  });

  test('has one number for all spellings of a symbol', () => {
    const table = new SymbolTable(spelling => spelling.replace('-', '/'));
    expect(['A-B', 'A/B', 'C-D', 'A-B'].map(text => table.internText(text))).toEqual([1, 1, 2, 1]);
    expect([table.numberOf('A/B'), table.numberOf('C/D'), table.numberOf('C-D')]).toEqual([1, 2, undefined]);
  });

  test('begins again when it is cleared', () => {
    const table = new SymbolTable(asItIs);
    for (const name of names(5_000)) table.internText(name);
    table.clear();
    expect([table.size, table.numberOf('O:AAPL7'), table.internText('X')]).toEqual([0, undefined, 1]);
  });

  test('finds what a plain map finds', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ABÄ€😀'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 2_000, size: 'max' }), texts => {
        const table = new SymbolTable(asItIs, 700);
        const model = new Map<string, number>();
        for (const one of texts) {
          if (!model.has(one) && model.size < 700) model.set(one, model.size + 1);
          expect(table.internText(one)).toBe(model.get(one) ?? otherSymbol);
        }
      }),
      tries(30),
    );
  });

  test('does not tell apart symbols that were chosen to hash alike, and takes no longer for them', () => {
    const table = new SymbolTable(asItIs);
    const hash = hashOf(spellingOf('A'));
    const numbers = names(200).map(name => {
      const spelling = spellingOf(name);
      return table.intern(spelling, 0, spelling.length, hash);
    });
    expect(numbers.filter(number => number !== otherSymbol)).toEqual(Array.from({ length: 64 }, (_, n) => n + 1));
    // They agree in the bits that tell parts apart, and in no others.
    const alike = names(2_000).map((name, n) => {
      const spelling = spellingOf(name);
      return table.intern(spelling, 0, spelling.length, n);
    });
    expect(alike.filter(number => number !== otherSymbol).length).toBeGreaterThan(400);
  });
});
