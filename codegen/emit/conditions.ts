import { type CodeTable, codeTables } from '../load/conditions.js';
import type { Model, RawConditions } from '../model.js';
import { emitFile } from './file.js';
import type { Literal } from './literal.js';

/** `generated/conditions.ts`: what the codes of each market stand for. */
export function emitConditions({ conditions, markets }: Model): string {
  return emitFile({
    from: 'spec/conditions/',
    imports: [{ moduleSpecifier: '../runtime/index.js', isTypeOnly: true, namedImports: ['Codes'] }],
    declarations: conditions.map(raw => ({
      name: codesName(raw.market),
      type: 'Codes',
      exported: true,
      docs: [`Codes in the messages of ${markets.find(other => other.raw.market === raw.market)?.raw.title}.`],
      value: Object.fromEntries(
        codeTables.flatMap(table => (raw[table] ? [[table, rowsOf(raw, table)] as const] : [])),
      ),
    })),
  });
}

/** `stocks` is `stocksCodes`. */
export function codesName(market: string): string {
  return `${market}Codes`;
}

function rowsOf(raw: RawConditions, table: CodeTable): Literal[] {
  if (table === 'trades') {
    return raw.trades!.map(({ code, name, updates, outside_regular: outside }) => ({
      code,
      name,
      updates,
      outsideRegular: outside?.updates,
    }));
  }
  // On trades it is the updates that are unsure, and not the name.
  return raw[table]!.map(({ code, name, sure }) => ({ code, name: sure === 'low' ? `${name} (unconfirmed)` : name }));
}
