/** Short words, compared as numbers of up to eight bytes. */

const longBytes = 8;

export function fits(word: string): boolean {
  return Buffer.byteLength(word) <= longBytes;
}

/** The bytes of a short word as one number, the first one lowest. */
export function bytesOf(word: string): bigint {
  return Buffer.from(word).reduceRight((sum, next) => (sum << 8n) | BigInt(next), 0n);
}

/** Which bytes of a number the word fills. */
export function maskOf(word: string): bigint {
  return (1n << BigInt(8 * Buffer.byteLength(word))) - 1n;
}
