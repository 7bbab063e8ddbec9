/** Damages recordings, and checks that the reader treats them as untrusted data. */
import { truncateSync, writeFileSync } from 'node:fs';
import { deflateSync, gzipSync } from 'node:zlib';
import { markets } from '../../generated/suite.js';
import { encodeFrames, encodeHeader } from '../../runtime/recording/frames.js';
import { Index } from '../../runtime/recording/index-reader.js';
import { headBytes, pack } from '../../runtime/recording/member.js';
import { formatName, type RecordingName } from '../../runtime/recording/name.js';
import { Playlist } from '../../runtime/recording/playlist.js';
import type { Random } from '../../runtime/simulator/random.js';
import type { RecordFolder } from './recording.js';

const name: RecordingName = { market: 'stocks', day: '2026-11-23', feed: 'realtime', number: 1 };
const stocks = markets.find(market => market.name === 'stocks')!;
const beginMs = Date.UTC(2026, 10, 23, 15);
const latestMs = Date.UTC(10_000, 0, 2);
const mostFrameBytes = 2 ** 16;
const largeNumbers = [0, 1, 19, 20, 21, 255, 65_535, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const oddTexts = [
  '9999999999999999 10\n',
  '8640000000000001 10\n',
  '0 10\n',
  '-5 10\n',
  '1e9 10\n',
  ' \n',
  '1795446000000 2147483648\n',
  '1795446000000 9999999999\n',
  '1795446000000 -1\n',
  '1795446000000 0\n\n',
  '1795446000000 1.5\n',
  '\0\0\0\0',
  '\n\n\n',
];
const oddHeaders = [
  'null',
  '[]',
  '{}',
  '"x"',
  '{"format":"mcp-polygon frames","version":2}',
  '{"format":"mcp-polygon frames","version":1,"market":{},"feed":[],"started_at":1e400}',
  ...['x', '-271821-04-20T00:00:00Z', '9999-12-31T23:59:59Z', '+275760-09-13T00:00:00Z', '2026-99-99'].map(
    time => `{"format":"mcp-polygon frames","version":1,"market":"a","feed":"b","started_at":"${time}"}`,
  ),
  '{"format":["mcp-polygon frames"],"version":"1"}',
  '{"format":"mcp-polygon frames","version":1,"__proto__":{"market":"x"}}',
  '['.repeat(2_000),
];

const oddLists: readonly (() => string | Buffer)[] = [
  () => '',
  () => '\n\n\n',
  () => 'T.AAPL\n',
  () => 'T.AAPL\nT.\u0000',
  () => 'T.AAPL\nX.AAPL',
  () => 'T.*',
  () => `T.${'A'.repeat(65)}`,
  () => 'T.\n'.repeat(2 ** 15),
  () => Buffer.alloc(2 ** 24, 'T.A\n'),
];

export class RecordingFuzz {
  tried = 0;
  /** Lists of channels that were believed. */
  listed = 0;
  /** Recordings that were not played completely. */
  damaged = 0;
  private parts: readonly Buffer[] | undefined;
  private bomb: Buffer | undefined;

  constructor(
    private readonly random: Random,
    private readonly folder: RecordFolder,
  ) {}

  /** Tries another recording. @returns what should not have happened */
  async try(): Promise<string | undefined> {
    const path = this.folder.pathOf(formatName(name));
    const bytes = await this.mutated();
    writeFileSync(path, bytes);
    // A sparse file: large by its length, small on disk.
    if (this.random.chance(0.01)) truncateSync(path, this.random.pick([2 ** 31, 2 ** 32 + 1, 2 ** 36]));
    const playlist = new Playlist(
      this.folder.path,
      [name],
      this.random.chance(0.8) ? undefined : beginMs + 50,
      mostFrameBytes,
    );
    const beganMs = performance.now();
    let read = 0;
    for await (const { atMs, data } of playlist.frames()) {
      if (!(atMs >= 0 && atMs < latestMs)) return `${describe(bytes)}: a frame of ${atMs}`;
      read += data.length;
    }
    this.tried++;
    this.damaged += playlist.damages.length;
    if (read > 2 ** 20) return `${describe(bytes)}: ${read} bytes came out`;
    if (performance.now() - beganMs > 10_000) return `${describe(bytes)}: it took too long`;
    const wrong = await this.indexFault();
    if (wrong !== undefined) return `${describe(bytes)}: ${wrong}`;
    const odd = playlist.damages.find(damage => !/^2026-11-23\.realtime\.0001 is damaged/.test(damage));
    return odd && `${describe(bytes)}: ${odd}`;
  }

  /** What should not come out of the index. */
  private async indexFault(): Promise<string | undefined> {
    const index = new Index(stocks, this.folder.path, [name], this.random.chance(0.8) ? undefined : beginMs + 1_000);
    let listed = 0;
    for await (const { names } of index.lists()) {
      this.listed += names.length > 0 ? 1 : 0;
      listed += names.length;
      const odd = names.find(one => !/^(T|Q|A|AM|LULD|FMV|NOI)\.[ -~]{0,64}$/.test(one));
      if (odd !== undefined) return `the index has ${JSON.stringify(odd)}`;
    }
    return listed > 2 ** 19 ? `the index has ${listed} channels` : undefined;
  }

  private async mutated(): Promise<Buffer> {
    const { random } = this;
    const parts = [...(await this.whole())];
    const index = random.integer(0, parts.length - 1);
    switch (random.integer(0, 6)) {
      case 0:
        parts[index] = await this.repacked(index);
        break;
      case 1:
        parts[index] = this.headed(parts[index]!);
        break;
      case 2:
        parts.splice(index, random.integer(0, 1), random.pick(parts));
        break;
      case 3:
        if (random.chance(0.02)) parts[index] = await this.exploding();
        break;
      case 4:
        if (index > 0) parts[index] = await pack(encodeFrames(frames(index)), beginMs, this.oddList());
        break;
      default:
    }
    const bytes = Buffer.concat(parts);
    return random.chance(0.6) ? this.scratched(bytes) : bytes;
  }

  /** A valid gzip member with invalid content. */
  private async repacked(index: number): Promise<Buffer> {
    const { random } = this;
    if (index === 0) return pack(Buffer.from(`${random.pick(oddHeaders)}\n`), beginMs);
    const plain = encodeFrames(frames(index));
    const at = random.integer(0, plain.length);
    const odd = Buffer.from(random.pick(oddTexts));
    return pack(Buffer.concat([plain.subarray(0, at), odd, plain.subarray(at + random.integer(0, 30))]), beginMs);
  }

  /** A member with a wrong header. */
  private headed(part: Buffer): Buffer {
    const copy = Buffer.from(part);
    copy.writeUInt32LE(this.random.pick(largeNumbers), this.random.pick([4, 10, headBytes - 4, headBytes - 4]));
    return copy;
  }

  /** A list of channels with invalid content. */
  private oddList(): Buffer {
    const { random } = this;
    const list = deflateSync(random.pick(oddLists)());
    if (random.chance(0.5)) list[random.integer(0, list.length - 1)]! ^= 1 << random.integer(0, 7);
    return random.chance(0.2) ? list.subarray(0, random.integer(0, list.length)) : list;
  }

  /** A gzip bomb: 4 MiB compressed to 4 KiB. */
  private async exploding(): Promise<Buffer> {
    this.bomb ??= await pack(Buffer.alloc(2 ** 22, '0'), beginMs);
    return this.random.chance(0.5) ? this.bomb : Buffer.concat([this.bomb, gzipSync('x')]);
  }

  private scratched(bytes: Buffer): Buffer {
    const { random } = this;
    let copy = Buffer.from(bytes);
    for (let times = random.integer(1, 4); times > 0; times--) {
      const at = random.integer(0, copy.length);
      const count = random.chance(0.5) ? 1 : random.integer(0, 40);
      const odd = Buffer.from(Array.from({ length: random.integer(0, 4) }, () => random.integer(0, 255)));
      copy = Buffer.concat([copy.subarray(0, at), odd, copy.subarray(at + count)]);
    }
    return random.chance(0.2) ? copy.subarray(0, random.integer(0, copy.length)) : copy;
  }

  private async whole(): Promise<readonly Buffer[]> {
    this.parts ??= await Promise.all([
      pack(encodeHeader(name.market, name.feed, beginMs), beginMs),
      ...[1, 2, 3].map(index => pack(encodeFrames(frames(index)), beginMs + 100 * index, deflateSync('T.AAPL'))),
    ]);
    return this.parts;
  }
}

function frames(index: number) {
  return Array.from({ length: 5 }, (_, count) => ({
    atMs: beginMs + 100 * index + count,
    data: Buffer.from(JSON.stringify([{ ev: 'T', sym: 'AAPL', p: index + count }])),
  }));
}

/** The bytes as text, so that a test can try them again. */
function describe(bytes: Buffer): string {
  return bytes.length > 2_000 ? `${bytes.length} bytes` : bytes.toString('base64');
}
