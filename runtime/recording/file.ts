import { type FileHandle, open, rm } from 'node:fs/promises';
import type { RecordingName } from './name.js';

const onlyOwner = 0o600;

/** A recording that is being written. It holds whole members only, also after a failure. */
export class RecordingFile {
  private written = 0;

  private constructor(
    readonly name: RecordingName,
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws Error EEXIST if there is such a file */
  static async create(name: RecordingName, path: string): Promise<RecordingFile> {
    return new RecordingFile(name, path, await open(path, 'wx', onlyOwner));
  }

  get bytes(): number {
    return this.written;
  }

  /** @throws Error where the disk refuses; nothing of it is left in the file then */
  async append(bytes: Buffer): Promise<void> {
    try {
      await this.handle.writeFile(bytes);
      this.written += bytes.length;
    } catch (error) {
      await this.handle.truncate(this.written).catch(() => {});
      throw error;
    }
  }

  /** Whether somebody deleted it; what is written then goes nowhere. */
  async isGone(): Promise<boolean> {
    return (await this.handle.stat()).nlink === 0;
  }

  /** A file without a frame does not stay. */
  async close(): Promise<void> {
    await this.handle.close();
    if (this.written === 0) await rm(this.path, { force: true });
  }
}
