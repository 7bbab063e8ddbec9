/** Cites the forms of a market's symbols. */
import type { RawMarket } from '../model.js';
import type { Citing, Claim } from './citing.js';

/** Makes the claim of a fact of the market. */
export type Fact = (what: string, ...mentions: string[]) => Claim;

export function citeSymbols({ symbol }: RawMarket, citing: Citing, fact: Fact): void {
  citing.cite(symbol.see, ['symbol', 'see'], fact('symbol', symbol.examples[0]!));
  for (const [index, { examples, see }] of (symbol.spellings ?? []).entries()) {
    const [example = ''] = Object.keys(examples);
    citing.cite(see, ['symbol', 'spellings', index, 'see'], fact(`symbol spelled ${example}`, example));
  }
  for (const [index, { examples, see }] of (symbol.slips ?? []).entries()) {
    citing.cite(
      see,
      ['symbol', 'slips', index, 'see'],
      fact(`symbol not ${Object.keys(examples)[0]}`, ...Object.keys(examples)),
    );
  }
  for (const [index, { spelled, see }] of (symbol.stars ?? []).entries()) {
    citing.cite(see, ['symbol', 'stars', index, 'see'], fact(`wildcard spelled ${spelled}`, spelled));
  }
  if (symbol.usual) {
    const { examples, see } = symbol.usual;
    citing.cite(see, ['symbol', 'usual', 'see'], fact('symbol usual', ...examples));
  }
  for (const [index, { examples, see }] of (symbol.wrappers ?? []).entries()) {
    const written = Object.keys(examples);
    citing.cite(see, ['symbol', 'wrappers', index, 'see'], fact(`symbol around ${written[0]}`, ...written));
  }
  for (const [index, { examples, see }] of (symbol.elsewhere ?? []).entries()) {
    const written = Object.entries(examples).flat();
    citing.cite(see, ['symbol', 'elsewhere', index, 'see'], fact(`symbol elsewhere ${written[0]}`, ...written));
  }
  for (const [index, { examples, see }] of (symbol.tolerated ?? []).entries()) {
    citing.cite(see, ['symbol', 'tolerated', index, 'see'], fact(`symbol tolerated ${examples[0]}`, ...examples));
  }
}
