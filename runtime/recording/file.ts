import { type FileHandle, open, rm } from 'node:fs/promises';
import type { RecordingName } from './name.js';

const onlyOwner = 0o600;

/** A recording that is being written. It holds only whole members, even after a failure. */
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

  /** @throws Error if the disk refuses; then none of these bytes stay in the file */
  async append(bytes: Buffer): Promise<void> {
    try {
      await this.handle.writeFile(bytes);
      this.written += bytes.length;
    } catch (error) {
      await this.handle.truncate(this.written).catch(() => {});
      throw error;
    }
  }

  /** Whether somebody deleted it; further writes would be lost. */
  async isGone(): Promise<boolean> {
    return (await this.handle.stat()).nlink === 0;
  }

  /** Deletes a file without frames. */
  async close(): Promise<void> {
    await this.handle.close();
    if (this.written === 0) await rm(this.path, { force: true });
  }
}
