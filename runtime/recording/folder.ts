import { lstat, mkdir, opendir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordingFile } from './file.js';
import { formatName, nextNumber, parseName, type RecordingName } from './name.js';

/** Mode of new folders. */
const onlyOwner = 0o700;

/** There is no room for more recordings. */
export class FolderFull extends Error {}

/** A recording on the disk. */
interface Held {
  readonly name: RecordingName;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** The folder of the recordings. Leaves other files in it alone. */
export class Folder {
  private readonly open = new Set<string>();
  /** Bytes of all recordings, by the last look and our own writes. */
  private bytes = 0;
  private last: Promise<unknown> = Promise.resolve();

  /** @param maxBytes of all recordings together */
  constructor(
    private readonly path: string,
    private readonly maxBytes: number,
  ) {}

  /** Begins a new recording; makes the folder if it is missing. */
  create(like: Omit<RecordingName, 'number'>): Promise<RecordingFile> {
    return this.inSequence(() => this.createNext(like));
  }

  /**
   * Writes into a recording that was created here. If there is no room, deletes the oldest recordings, but none that is
   * being written here.
   *
   * @throws Error if there is no room even then, or if the disk refuses
   */
  append(file: RecordingFile, bytes: Buffer): Promise<void> {
    return this.inSequence(async () => {
      await this.makeRoom(bytes.length);
      await file.append(bytes);
    });
  }

  async close(file: RecordingFile): Promise<void> {
    this.open.delete(formatName(file.name));
    await file.close();
  }

  /** Runs tasks one after the other, so that the total size is always known. */
  private inSequence<T>(task: () => Promise<T>): Promise<T> {
    const done = this.last.then(task);
    this.last = done.catch(() => {});
    return done;
  }

  private async createNext(like: Omit<RecordingName, 'number'>): Promise<RecordingFile> {
    await mkdir(this.path, { recursive: true, mode: onlyOwner });
    const held = await this.list();
    this.bytes = sumOf(held);
    const names = held.map(({ name }) => name);
    // Another process may take the same number at the same moment.
    for (let number = nextNumber(names, like); ; number++) {
      const name = { ...like, number };
      const file = formatName(name);
      try {
        const created = await RecordingFile.create(name, join(this.path, file));
        this.open.add(file);
        return created;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  private async makeRoom(bytes: number): Promise<void> {
    this.bytes += bytes;
    if (this.bytes <= this.maxBytes) return;
    const held = (await this.list()).toSorted((a, b) => a.modifiedMs - b.modifiedMs);
    this.bytes = sumOf(held) + bytes;
    for (const { name, bytes: freed } of held) {
      if (this.bytes <= this.maxBytes) return;
      const file = formatName(name);
      if (this.open.has(file)) continue;
      await rm(join(this.path, file), { force: true });
      this.bytes -= freed;
    }
    if (this.bytes > this.maxBytes)
      throw new FolderFull(`the ${this.maxBytes} bytes that recordings may take are full`);
  }

  private async list(): Promise<Held[]> {
    const names = await listRecordings(this.path);
    const held = await Promise.all(
      names.map(async (name): Promise<Held[]> => {
        // Another process may have deleted it meanwhile.
        const facts = await lstat(join(this.path, formatName(name))).catch(() => undefined);
        return facts?.isFile() ? [{ name, bytes: facts.size, modifiedMs: facts.mtimeMs }] : [];
      }),
    );
    return held.flat();
  }
}

/** A folder with more is none of ours, and would take too much time and memory. */
const mostEntries = 100_000;

/**
 * The recordings in a folder, without links and folders of such names.
 *
 * @throws Error if the folder cannot be read, or holds too many files
 */
export async function listRecordings(folder: string): Promise<RecordingName[]> {
  const names: RecordingName[] = [];
  let entries = 0;
  for await (const entry of await opendir(folder)) {
    if (++entries > mostEntries) throw new TooManyEntries(`it holds more than ${mostEntries} files`);
    const name = entry.isFile() ? parseName(entry.name) : undefined;
    if (name) names.push(name);
  }
  return names;
}

/** A folder holds too many files to be read. */
export class TooManyEntries extends Error {}

function sumOf(held: readonly Held[]): number {
  return held.reduce((sum, { bytes }) => sum + bytes, 0);
}
