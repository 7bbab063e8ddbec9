import type { Options } from '../config/options.js';
import type { Market } from '../contract/market.js';
import type { Decoding } from '../contract/suite.js';
import type { Clock } from '../core/clock.js';
import { count } from '../core/count.js';
import type { Log } from '../core/log.js';
import type { Secret } from '../core/secret.js';
import { describeTrouble } from '../core/thrown.js';
import { isoOrNull, wallMsOf } from '../core/time.js';
import { encodeList } from './channel-list.js';
import { cleanFrames } from './clean.js';
import type { RecordingFile } from './file.js';
import { type Folder, FolderFull } from './folder.js';
import { encodeFrames, encodeHeader, type RecordedFrame } from './frames.js';
import { pack } from './member.js';
import { type RecordingName, titleOf } from './name.js';
import { NewChannels } from './new-channels.js';
import { type FileKind, FrameQueue } from './queue.js';

/** What a recorder needs. */
export interface RecorderServices {
  readonly options: Options;
  readonly clock: Clock;
  readonly log: Log;
  readonly markets: readonly Market[];
  readonly decoding: Decoding;
}

/** Bytes of frames that are packed together. */
const batchBytes = 2 ** 18;

/** At least this many files of this process fit into the folder: one for each market, and some to spare. */
const filesInFolder = 8;

/** The recording of one market. */
export class MarketRecorder {
  private readonly queue: FrameQueue;
  private readonly channels: NewChannels;
  private file: RecordingFile | undefined;
  private drained: Promise<void> | undefined;
  private cancel: (() => void) | undefined;
  private trouble: { readonly message: string; readonly retryElapsedMs: number } | undefined;
  /** Frames that arrived while the queue was full. */
  private lost = 0;
  /** Frames that contained the key of their connection. */
  private cleaned = 0;

  constructor(
    private readonly market: Market,
    private readonly folder: Folder,
    private readonly services: RecorderServices,
  ) {
    this.queue = new FrameQueue(services.options.recordQueueBytes);
    this.channels = new NewChannels(market, services.decoding);
  }

  /** The recording that it writes; undefined until there is something to write. */
  get writes(): RecordingName | undefined {
    return this.file?.name;
  }

  /** What an agent should know about it, in sentences. */
  get notes(): string[] {
    const { trouble, lost, cleaned, file } = this;
    return [
      ...(file ? [`Recorded as ${titleOf(file.name)}.`] : []),
      ...(trouble
        ? [
            `Recording is interrupted: ${trouble.message}; the next attempt is at ${isoOrNull(wallMsOf(this.services.clock, trouble.retryElapsedMs))}.`,
          ]
        : []),
      ...(lost > 0 ? [`${lost} frames were not recorded, since the disk did not keep up.`] : []),
      ...(cleaned > 0
        ? [
            `${count(cleaned, 'frame')} of it held the API key, and ${cleaned === 1 ? 'was' : 'were'} recorded without it.`,
          ]
        : []),
    ];
  }

  /** Queues a frame, and does not wait for the disk. */
  take({ feed, key }: { readonly feed: string; readonly key: Secret }, atMs: number, data: Buffer): void {
    if (!this.queue.offer({ feed, key, atMs, data })) {
      this.lost++;
      this.services.log.say(
        `${this.market.name} record lost`,
        `${this.market.name}: frames are not recorded, since the disk does not keep up; ${this.lost} so far`,
      );
    } else if (this.queue.bytes >= batchBytes && !this.trouble) void this.drain();
    else this.wake(this.services.options.recordFlushMs);
  }

  /** Writes the queued frames now, as far as the disk accepts them. */
  flush(): Promise<void> {
    return this.drain();
  }

  /** Writes the queued frames, as far as the disk accepts them, and ends. */
  async close(): Promise<void> {
    this.trouble = undefined;
    await this.drain();
    this.cancel?.();
    await this.closeFile().catch(() => {});
  }

  private wake(delayMs: number): void {
    if (this.cancel || this.drained) return;
    this.cancel = this.services.clock.after(delayMs, () => void this.drain());
  }

  private drain(): Promise<void> {
    this.cancel?.();
    this.cancel = undefined;
    this.drained ??= this.writeAll().finally(() => {
      this.drained = undefined;
      const { recordFlushMs, recordRetryMs } = this.services.options;
      if (this.queue.size > 0) this.wake(this.trouble ? recordRetryMs : recordFlushMs);
    });
    return this.drained;
  }

  private async writeAll(): Promise<void> {
    try {
      for (let batch = this.queue.next(batchBytes); batch; batch = this.queue.next(batchBytes)) {
        const frames = await cleanFrames(this.services.clock, batch.frames);
        await this.write({ ...batch, frames });
        this.queue.drop(batch);
        this.cleaned += frames.filter(({ cleaned }) => cleaned).length;
        this.trouble = undefined;
      }
    } catch (error) {
      await this.fail(error);
    }
  }

  private async write(batch: FileKind & { readonly frames: readonly RecordedFrame[] }): Promise<void> {
    const { frames, day, feed } = batch;
    const newestMs = frames.at(-1)!.atMs;
    if (this.file && (this.isOver(this.file, batch) || (await this.file.isGone()))) await this.closeFile();
    const list = await this.channels.listOf(frames, this.services.clock);
    const member = await pack(encodeFrames(frames), newestMs, list);
    if (this.file) {
      await this.folder.append(this.file, member);
      return;
    }
    const { name: market } = this.market;
    const header = await pack(encodeHeader(market, feed, frames[0]!.atMs), newestMs, encodeList([]));
    this.file = await this.folder.create({ market, day, feed });
    await this.folder.append(this.file, Buffer.concat([header, member]));
  }

  /** A file is of one day and feed, and small enough that old ones can be deleted while new ones are written. */
  private isOver({ name, bytes }: RecordingFile, { day, feed }: FileKind): boolean {
    const { recordFileBytes, recordTotalBytes } = this.services.options;
    const full = bytes >= Math.min(recordFileBytes, recordTotalBytes / filesInFolder);
    return full || name.day !== day || name.feed !== feed;
  }

  private async fail(error: unknown): Promise<void> {
    const { clock, log, options } = this.services;
    const message = error instanceof FolderFull ? error.message : describeTrouble(error);
    this.trouble = { message, retryElapsedMs: clock.elapsed() + options.recordRetryMs };
    log.say(`${this.market.name} record`, `${this.market.name}: recording is interrupted: ${message}`);
    await this.closeFile().catch(() => {});
  }

  private async closeFile(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    this.channels.restart();
    if (file) await this.folder.close(file);
  }
}
