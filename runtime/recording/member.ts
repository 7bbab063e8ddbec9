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
  /** Where its packed content begins, by what it says. */
  readonly contentAt: number;
}

const compress = promisify<Buffer, { level: number }, Buffer>(gzip);
const expand = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** Fast: the last percent of size is not worth the time. */
const level = 4;

/**
 * gzip's own ten bytes, a length, and one extra field ("MP") with the length of the member in four bytes; then perhaps
 * another one ("MC") with the channels that came in it, see `channel-list.ts`. Readers that know no second one skip it.
 */
const plainHeadBytes = 10;
export const headBytes = 20;
const magic = 0x1f8b08;
const hasExtra = 4;
const extra = { flags: 3, time: 4, length: 10, name: 12, size: 14, value: 16 } as const;
const fieldName = 'MP';
const channels = { name: headBytes, size: headBytes + 2, value: headBytes + 4 } as const;
const channelsName = 'MC';

/**
 * @param newestMs arrival of the newest frame in it, wall clock ms
 * @param list of channels, as `channel-list.ts` encodes it; absent if it is not known
 */
export async function pack(bytes: Buffer, newestMs: number, list?: Buffer): Promise<Buffer> {
  const plain = await compress(bytes, { level });
  const head = Buffer.alloc(list ? channels.value + list.length : headBytes);
  plain.copy(head, 0, 0, plainHeadBytes);
  head[extra.flags] = hasExtra;
  head.writeUInt32LE(Math.floor(newestMs / 1_000), extra.time);
  head.writeUInt16LE(head.length - extra.name, extra.length);
  head.write(fieldName, extra.name, 'latin1');
  head.writeUInt16LE(headBytes - extra.value, extra.size);
  head.writeUInt32LE(plain.length + head.length - plainHeadBytes, extra.value);
  if (list) {
    head.write(channelsName, channels.name, 'latin1');
    head.writeUInt16LE(list.length, channels.size);
    list.copy(head, channels.value);
  }
  return Buffer.concat([head, plain.subarray(plainHeadBytes)]);
}

/** @returns undefined if the bytes do not begin a member */
export function readHead(bytes: Buffer): MemberHead | undefined {
  if (bytes.length < headBytes || bytes.readUIntBE(0, 3) !== magic || bytes[extra.flags] !== hasExtra) return undefined;
  if (bytes.toString('latin1', extra.name, extra.size) !== fieldName) return undefined;
  const length = bytes.readUInt32LE(extra.value);
  if (length <= headBytes) return undefined;
  return {
    length,
    newestS: bytes.readUInt32LE(extra.time),
    contentAt: extra.name + bytes.readUInt16LE(extra.length),
  };
}

/**
 * @param head the bytes of a member up to its content
 * @returns the list of channels in it; undefined if it has none
 */
export function readList(head: Buffer): Buffer | undefined {
  if (head.length < channels.value || head.toString('latin1', channels.name, channels.size) !== channelsName) {
    return undefined;
  }
  const list = head.subarray(channels.value);
  return list.length === head.readUInt16LE(channels.size) ? list : undefined;
}

/** @throws Error if the member is damaged, or holds more than `mostBytes` */
export function unpack(member: Buffer, mostBytes: number): Promise<Buffer> {
  return expand(member, { maxOutputLength: mostBytes });
}
