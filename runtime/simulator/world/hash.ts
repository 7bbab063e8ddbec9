/** Numbers that follow from a seed and a place, in any order; the same on every machine. */

/** 32 mixed bits of a seed and a whole number. */
export function hash(seed: number, place: number): number {
  let bits = Math.imul(seed ^ Math.imul(place, 0x9e3779b1), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 15) ^ place, 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 13), 0x27d4eb2f);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Uniform in [0, 1). */
export function uniform(bits: number): number {
  return bits / 0x1_0000_0000;
}

/** Bell-shaped around 0 with variance 1 and no value beyond 3. */
export function bell(bits: number): number {
  return (2 * ((bits & 1023) + ((bits >>> 10) & 1023) + ((bits >>> 20) & 1023))) / 1023 - 3;
}
