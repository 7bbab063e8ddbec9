/** Makes the columns of an operation's rows of what the document and the spec say of them. */
import type { RawRestColumn, RawRestColumns } from '../load/spec-types.js';
import { suggest } from '../nearest.js';
import type { Layers, Report } from './arguments.js';
import type { RestColumn } from './model.js';
import type { VendorOperation } from './vendor.js';

/** @param dictionaries texts and units for columns wherever they are: of the group, then of all groups */
export function columnsOf(
  { raw, parts }: Layers,
  dictionaries: readonly (RawRestColumns | undefined)[],
  vendor: VendorOperation,
  report: Report,
): RestColumn[] {
  const names = [...vendor.columns.keys()];
  for (const [layer, some] of [raw.columns, ...parts.map(part => part.columns)].entries()) {
    for (const name of Object.keys(some ?? {}).filter(other => !vendor.columns.has(other))) {
      const at = layer === 0 ? ['columns', name] : ['use'];
      report(at, `its rows have no column ${name}${suggest(name, names, 'columns')}`);
    }
  }
  const layers = [raw.columns, ...parts.map(part => part.columns), ...dictionaries];
  return [...vendor.columns].map(([name, documented]) => {
    const { type, unit, about }: RawRestColumn = Object.assign({}, ...layers.map(some => some?.[name]).reverse());
    const [documentedType = 'text', documentedUnit] = documented.split(' ');
    const measure = documentedUnit ?? unit;
    return {
      name,
      type: type ?? documentedType,
      ...(measure === undefined ? {} : { unit: measure }),
      ...(about === undefined ? {} : { about }),
    };
  });
}
