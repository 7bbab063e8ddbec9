import type { Loaded } from './load.js';
import type { Correction, RawErratum, RawField } from './model.js';
import type { Problem } from './problem.js';

/**
 * Corrects documented fields to what the wire does. Every erratum must still say something: one whose field is gone,
 * whose documentation has changed, or that corrects nothing, is a problem.
 */
export class Errata {
  private readonly used = new Set<RawErratum>();

  constructor(private readonly loaded: Loaded<readonly RawErratum[]>) {}

  /** @param at `market.PREFIX.key` */
  correct(at: string, field: RawField): RawField {
    let corrected: RawField = field;
    for (const erratum of this.loaded.value) {
      if (erratum.at !== at || !holds(erratum, field)) continue;
      this.used.add(erratum);
      corrected = { ...corrected, ...erratum.use };
    }
    return corrected;
  }

  /** What `correct` did not use, once every field has been through it. */
  problems(): Problem[] {
    return this.loaded.value.flatMap((erratum, index) => {
      if (this.used.has(erratum)) return [];
      const says = JSON.stringify(erratum.says);
      const message = changes(erratum)
        ? `the erratum at ${erratum.at} no longer meets a field that says ${says}; adapt or delete it`
        : `the erratum at ${erratum.at} changes nothing; delete it`;
      return [{ at: this.loaded.source.at([index, 'at']), message }];
    });
  }
}

function holds(erratum: RawErratum, field: RawField): boolean {
  const documented: Correction = { optional: false, ...field };
  return changes(erratum) && entries(erratum.says).every(([key, value]) => documented[key] === value);
}

function changes({ says, use }: RawErratum): boolean {
  return entries(use).every(([key, value]) => says[key] !== value);
}

function entries(correction: Correction): [keyof Correction, unknown][] {
  return Object.entries(correction) as [keyof Correction, unknown][];
}
