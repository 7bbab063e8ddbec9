/** Short words, compared as numbers of up to eight bytes. */
import { andLongs, type Code, equalLongs, long } from './assembler.js';

const longBytes = 8;

export function begins(letters: Code, prefix: string): Code {
  return equalLongs(andLongs(letters, long(maskOf(prefix))), long(bytesOf(prefix)));
}

export function fits(word: string): boolean {
  return Buffer.byteLength(word) <= longBytes;
}

/** The bytes of a short word as one number, the first one lowest. */
export function bytesOf(word: string): bigint {
  return Buffer.from(word).reduceRight((sum, next) => (sum << 8n) | BigInt(next), 0n);
}

export function maskOf(word: string): bigint {
  return (1n << BigInt(8 * Buffer.byteLength(word))) - 1n;
}

export function byte(character: string): number {
  return character.charCodeAt(0);
}

export function pair(characters: string): number {
  return Number(bytesOf(characters));
}
