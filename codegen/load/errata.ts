import type { Explanation, RawCorrection, RawErratum, RawField } from '../model.js';
import type { Problem } from '../problem.js';
import type { Loaded } from './file.js';

/**
 * Corrects documented fields to match the wire, and explains where the vendor's own description differs from the spec.
 * An erratum is a problem if its field is gone, if its documentation has changed, or if it neither corrects nor
 * explains anything. Whether an explained difference still exists, only `npm run drift` can tell.
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

  /** The explained differences: those that an erratum lists, and those that follow from a correction. */
  explanations(): Explanation[] {
    const { value, source } = this.loaded;
    return value.flatMap(({ at, says = {}, use = {}, drift = [] }, index) => [
      ...drift.map((difference, number) => ({
        at,
        ...difference,
        owed: true,
        written: source.at([index, 'drift', number]),
      })),
      // Only our spec has notes, so they cannot differ.
      ...entries(use).flatMap(([what, correct]) =>
        what === 'note'
          ? []
          : [
              {
                at,
                what,
                spec: String(correct),
                vendor: String(says[what]),
                owed: false,
                written: source.at([index, 'at']),
              },
            ],
      ),
    ]);
  }

  /** Errata without effect; call it after `correct` has seen every field. */
  problems(): Problem[] {
    return this.loaded.value.flatMap((erratum, index) => {
      const { at, says, drift } = erratum;
      if (this.used.has(erratum) || (drift && !says)) return [];
      const message = changes(erratum)
        ? `the erratum at ${at} no longer meets a field that says ${JSON.stringify(says)}; adapt or delete it`
        : `the erratum at ${at} changes nothing; delete it`;
      return [{ at: this.loaded.source.at([index, 'at']), message }];
    });
  }
}

function holds(erratum: RawErratum, field: RawField): boolean {
  const documented: RawCorrection = { optional: false, ...field };
  return changes(erratum) && entries(erratum.says ?? {}).every(([key, value]) => documented[key] === value);
}

function changes({ says = {}, use = {} }: RawErratum): boolean {
  return entries(use).length > 0 && entries(use).every(([key, value]) => says[key] !== value);
}

function entries(correction: RawCorrection): [keyof RawCorrection, unknown][] {
  return Object.entries(correction) as [keyof RawCorrection, unknown][];
}
