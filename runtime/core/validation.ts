import type { z } from 'zod';

/** The result of a validator. */
export type Validated<Value> =
  | { readonly success: true; readonly data: Value }
  | { readonly success: false; readonly issues: readonly z.core.$ZodIssue[] };

/**
 * Has a validator judge a value of any shape.
 *
 * A check of length looks at the `length` of whatever has one, also of an object, and throws where that cannot be
 * compared. Such a value is wrong, and is no fault of the server.
 */
export function validate<Value>(validator: z.ZodType<Value>, value: unknown): Validated<Value> {
  try {
    const judged = validator.safeParse(value);
    return judged.success ? judged : { success: false, issues: judged.error.issues };
  } catch {
    return { success: false, issues: [] };
  }
}
