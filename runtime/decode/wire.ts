/** The types of values on the wire, for the generated validators; each is built once. */
import { z } from 'zod';
import type { EpochUnit } from '../contract/channel.js';
import { isTimeIn } from '../core/time.js';

/** Digits of an integer that a double cannot hold, as which it is read. */
const wideDigits = z.string().refine(text => /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text)));
/** Also beyond what a double tells apart: `1e20` is whole. */
const whole = z.number().refine(Number.isInteger);
const integer = z.union([whole, wideDigits]);

function timeIn(unit: EpochUnit): z.ZodType {
  return z.custom(value => isTimeIn(unit, value));
}

export const wire = {
  string: z.string(),
  number: z.union([z.number(), wideDigits]),
  integer,
  boolean: z.boolean(),
  integers: z.array(integer),
  /** A number, or its decimal text. */
  decimal: z.union([z.number(), z.string().regex(/^-?\d+(?:\.\d+)?$/)]),
  identifier: z.union([whole, z.string()]),
  /** A time in this unit: one in another unit, or far from our days, is not what the spec says. */
  ms: timeIn('ms'),
  us: timeIn('us'),
  ns: timeIn('ns'),
  /** A time in any of these units. */
  magnitude: timeIn('magnitude'),
};
