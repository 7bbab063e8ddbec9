import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { encodeFrames, encodeHeader } from '../../runtime/recording/frames.js';
import { pack } from '../../runtime/recording/member.js';

/** A frame as a test sees it. */
export interface PlainFrame {
  readonly atMs: number;
  readonly text: string;
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

  /** Writes a recording, a member for each list of frames. */
  async write(name: string, ...members: readonly (readonly PlainFrame[])[]): Promise<void> {
    const [market, , feed] = name.split('.');
    const [first] = members.flat();
    const parts = [await pack(encodeHeader(market!, feed!, first?.atMs ?? 0), first?.atMs ?? 0)];
    for (const frames of members) {
      const raw = frames.map(({ atMs, text }) => ({ atMs, data: Buffer.from(text) }));
      parts.push(await pack(encodeFrames(raw), frames.at(-1)!.atMs));
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
