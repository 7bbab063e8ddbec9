import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gunzipSync, inflateSync } from 'node:zlib';
import { encodeFrames, encodeHeader } from '../../runtime/recording/frames.js';
import { pack } from '../../runtime/recording/member.js';

/** A frame as a test sees it. */
export interface PlainFrame {
  readonly atMs: number;
  readonly text: string;
}

/** A member of a recording, with its list of channels. */
export interface IndexedMember {
  readonly frames: readonly PlainFrame[];
  readonly list: Buffer | undefined;
}

/** The list of channels in the head of a member, by the documented format. */
export function listOfChannels(...names: readonly string[]): Buffer {
  return names.length === 0 ? Buffer.alloc(0) : deflateSync(names.join('\n'));
}

/** The lists of a recording, by the documented format and without code of the project. */
export function readLists(path: string): (string[] | undefined)[] {
  const bytes = readFileSync(path);
  const lists: (string[] | undefined)[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 16)) {
    const fields = bytes.subarray(at + 12, at + 12 + bytes.readUInt16LE(at + 10));
    const list = fields.toString('latin1', 8, 10) === 'MC' ? fields.subarray(12) : undefined;
    if (list && list.length !== fields.readUInt16LE(10)) throw new Error(`a list of another length at ${at}`);
    lists.push(list && (list.length === 0 ? [] : inflateSync(list).toString('latin1').split('\n')));
  }
  return lists;
}

/** A folder that is removed at the end. */
export class RecordFolder {
  constructor(readonly path = mkdtempSync(join(tmpdir(), 'mcp-polygon-record-'))) {}

  /** Names of the files, in order. */
  get files(): string[] {
    return readdirSync(this.path).toSorted();
  }

  pathOf(file: string): string {
    return join(this.path, file);
  }

  /** Every frame of every file, in the order of the names. */
  get frames(): PlainFrame[] {
    return this.files.flatMap(file => readRecording(this.pathOf(file)).frames);
  }

  /** Everything in the folder, packed and unpacked. */
  get bytes(): string {
    const all = this.files.map(file => readFileSync(this.pathOf(file)));
    return all.flatMap(bytes => [bytes.toString('latin1'), gunzipSync(bytes).toString('latin1')]).join('\n');
  }

  /** Writes a recording as before there was an index, a member for each list of frames. */
  write(name: string, ...members: readonly (readonly PlainFrame[])[]): Promise<void> {
    return this.writeIndexed(name, ...members.map(frames => ({ frames, list: undefined })));
  }

  /** The same, with these bytes as the lists of channels. */
  async writeIndexed(name: string, ...members: readonly IndexedMember[]): Promise<void> {
    const [market, , feed] = name.split('.');
    const firstMs = members[0]?.frames[0]?.atMs ?? 0;
    const parts = [await pack(encodeHeader(market!, feed!, firstMs), firstMs)];
    for (const { frames, list } of members) {
      const raw = frames.map(({ atMs, text }) => ({ atMs, data: Buffer.from(text) }));
      parts.push(await pack(encodeFrames(raw), frames.at(-1)!.atMs, list));
    }
    writeFileSync(this.pathOf(`${name}.frames.gz`), Buffer.concat(parts));
  }

  async close(): Promise<void> {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Reads a whole recording by the documented format, with gzip and without code of the project. */
export function readRecording(path: string): { header: Record<string, unknown>; frames: PlainFrame[] } {
  const text = gunzipSync(readFileSync(path)).toString('latin1');
  const headerEnd = text.indexOf('\n');
  const frames: PlainFrame[] = [];
  for (let at = headerEnd + 1; at < text.length; ) {
    const lineEnd = text.indexOf('\n', at);
    const [atMs, length] = text.slice(at, lineEnd).split(' ').map(Number) as [number, number];
    const data = text.slice(lineEnd + 1, lineEnd + 1 + length);
    if (data.length !== length || text[lineEnd + 1 + length] !== '\n') throw new Error(`no frame at ${at} of ${path}`);
    frames.push({ atMs, text: Buffer.from(data, 'latin1').toString() });
    at = lineEnd + 1 + length + 1;
  }
  return { header: JSON.parse(text.slice(0, headerEnd)), frames };
}
