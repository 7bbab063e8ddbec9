/** Trades whose updates a person keyed from the documentation. */
import { readFileSync } from 'node:fs';

/** Letters for what a print updates: L the last price, H high and low, V the volume. */
export interface Print {
  readonly market: string;
  readonly at: string;
  readonly price: number;
  readonly size: number;
  readonly conditions: readonly number[];
  readonly window: string;
  readonly day: string;
  readonly unknown: string;
  readonly remark: string;
}

/** `test/fixtures/prints.csv`, in order. */
export const prints: readonly Print[] = readFileSync(new URL('../fixtures/prints.csv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map(line => {
    const [market, at, price, size, codes, window, day, unknown, ...remark] = line.split(',');
    return {
      market: market!,
      at: at!,
      price: Number(price),
      size: Number(size),
      conditions: codes === '' ? [] : codes!.split(' ').map(Number),
      window: window!,
      day: day!,
      unknown: unknown!,
      remark: remark.join(',').replaceAll('"', ''),
    };
  });
