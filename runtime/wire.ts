/** The types of values on the wire, as the emitted validators name them; shared, so that they are built once. */
import { z } from 'zod';

const digits = z.string().regex(/^-?\d+$/);

export const wire = {
  string: z.string(),
  number: z.number(),
  integer: z.int(),
  boolean: z.boolean(),
  integers: z.array(z.int()),
  /** A number, or its decimal text. */
  decimal: z.union([z.number(), z.string().regex(/^-?\d+(?:\.\d+)?$/)]),
  identifier: z.union([z.int(), z.string()]),
  /** An integer that may exceed 2^53 and is then read as its digits. */
  wideInteger: z.union([z.int(), digits]),
};
