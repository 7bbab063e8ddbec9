/** Reads the heads of a recording's members without unpacking anything: foreign data, as for the reader of frames. */
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { type MemberHead, readHead, readList } from './member.js';
import { formatName, type RecordingName } from './name.js';
import { DamagedRecording, openRecording } from './reader.js';

/** A member in its file. */
export interface Member extends MemberHead {
  readonly at: number;
  /** Its list of channels; undefined if it has none. */
  readonly list: Buffer | undefined;
}

/** Small members are read many at once. */
const blockBytes = 2 ** 13;
/** A day has fewer seconds, with one member each; a file with more is none of our recordings. */
const mostMembers = 100_000;

/** A file has too many members to look at all their heads. */
export class TooManyMembers extends Error {}

/**
 * The members of a recording, as many at once as were read at once.
 *
 * @throws DamagedRecording after the last whole member
 */
export async function* readMembers(path: string): AsyncGenerator<readonly Member[]> {
  const handle = await openRecording(path);
  try {
    const { size } = await handle.stat();
    let count = 0;
    for (let at = 0; at < size; ) {
      const members = await readSome(handle, at, size);
      const last = members.at(-1);
      if (!last) throw new DamagedRecording('a part is cut off or overwritten');
      count += members.length;
      if (count > mostMembers) throw new TooManyMembers();
      yield members;
      at = last.at + last.length;
    }
  } finally {
    await handle.close();
  }
}

/** The members from a place in a file on, up to the first one whose head must be read anew. */
async function readSome(handle: FileHandle, from: number, size: number): Promise<Member[]> {
  const bytes = await bytesAt(handle, from, blockBytes);
  const members: Member[] = [];
  for (let at = from; ; ) {
    const rest = bytes.subarray(at - from);
    const head = readHead(rest);
    if (!head || at + head.length > size) return members;
    const isWhole = head.contentAt < head.length;
    const isHere = head.contentAt <= rest.length;
    if (isWhole && !isHere && members.length > 0) return members;
    const bytesOfHead = isHere || !isWhole ? rest : await bytesAt(handle, at, head.contentAt);
    members.push({ ...head, at, list: isWhole ? readList(bytesOfHead.subarray(0, head.contentAt)) : undefined });
    if (!isHere) return members;
    at += head.length;
  }
}

async function bytesAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}

/**
 * When the last frame came, to the end of its second, wall clock ms.
 *
 * @returns undefined if the file does not tell; the replay reports what is wrong with it
 */
export async function endOfRecording(folder: string, name: RecordingName): Promise<number | undefined> {
  let endS: number | undefined;
  try {
    for await (const members of readMembers(join(folder, formatName(name)))) {
      for (const { newestS } of members) endS = Math.max(endS ?? 0, newestS);
    }
  } catch {
    return undefined;
  }
  return endS === undefined ? undefined : (endS + 1) * 1_000;
}
