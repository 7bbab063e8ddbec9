/** Monotonic µs, the same in every process of a machine. */
export function stampUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
