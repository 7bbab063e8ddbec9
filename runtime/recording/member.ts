/**
 * Gzip members that state their length. A recording is a series of them: any gzip tool can read it, a truncated file is
 * good up to its last whole member, and members can be skipped without unpacking them.
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** The head of a member. */
export interface MemberHead {
  /** Bytes of the whole member. */
  readonly length: number;
  /** Wall clock second in which its newest frame arrived. */
  readonly newestS: number;
}

const compress = promisify<Buffer, { level: number }, Buffer>(gzip);
const expand = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** Fast: the last percent of size is not worth the time. */
const level = 4;

/** gzip's own ten bytes, a length, and one extra field ("MP") with the length of the member in four bytes. */
const plainHeadBytes = 10;
export const headBytes = 20;
const magic = 0x1f8b08;
const hasExtra = 4;
const extra = { flags: 3, time: 4, length: 10, name: 12, size: 14, value: 16 } as const;
const fieldName = 'MP';

/** @param newestMs arrival of the newest frame in it, wall clock ms */
export async function pack(bytes: Buffer, newestMs: number): Promise<Buffer> {
  const plain = await compress(bytes, { level });
  const head = Buffer.alloc(headBytes);
  plain.copy(head, 0, 0, plainHeadBytes);
  head[extra.flags] = hasExtra;
  head.writeUInt32LE(Math.floor(newestMs / 1_000), extra.time);
  head.writeUInt16LE(headBytes - extra.name, extra.length);
  head.write(fieldName, extra.name, 'latin1');
  head.writeUInt16LE(headBytes - extra.value, extra.size);
  head.writeUInt32LE(plain.length + headBytes - plainHeadBytes, extra.value);
  return Buffer.concat([head, plain.subarray(plainHeadBytes)]);
}

/** @returns undefined if the bytes do not begin a member */
export function readHead(bytes: Buffer): MemberHead | undefined {
  if (bytes.length < headBytes || bytes.readUIntBE(0, 3) !== magic || bytes[extra.flags] !== hasExtra) return undefined;
  if (bytes.toString('latin1', extra.name, extra.size) !== fieldName) return undefined;
  const length = bytes.readUInt32LE(extra.value);
  return length > headBytes ? { length, newestS: bytes.readUInt32LE(extra.time) } : undefined;
}

/** @throws Error if the member is damaged, or holds more than `mostBytes` */
export function unpack(member: Buffer, mostBytes: number): Promise<Buffer> {
  return expand(member, { maxOutputLength: mostBytes });
}
