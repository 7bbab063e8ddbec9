import type { Explanation, RawCorrection, RawErratum, RawField } from '../model.js';
import type { Problem } from '../problem.js';
import type { Loaded } from './file.js';

/**
 * Corrects documented fields to what the wire does, and explains where the vendor's own description differs from the
 * spec. Every erratum must still say something: one whose field is gone, whose documentation has changed, or that
 * neither corrects nor explains anything, is a problem. Whether an explained difference is there, only a comparison shows.
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

  /** Differences that have a reason: those written down, and those that follow from a correction. */
  explanations(): Explanation[] {
    const { value, source } = this.loaded;
    return value.flatMap(({ at, says = {}, use = {}, drift = [] }, index) => [
      ...drift.map((difference, number) => ({
        at,
        ...difference,
        owed: true,
        written: source.at([index, 'drift', number]),
      })),
      // A note is ours alone: the vendor's description has nothing to differ from it.
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

  /** What `correct` did not use, once every field has been through it. */
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
