/** The bearer tokens of the settings and of their file, which is read again when it changes. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import { goneFrom, isValid, type Token } from './token.js';
import { parseTokenFile } from './token-file.js';
import { Tokens } from './token-list.js';

const lookEveryMs = 1_000;
const largestFile = 2 ** 20;
/** Rights of anybody but the owner. */
const ofOthers = 0o077;

export interface TokenSources {
  /** Tokens from the environment. */
  readonly tokens: readonly Token[];
  /** Path of the file of further ones. */
  readonly tokensFile?: string;
}

/** A tokens file that cannot be used; the message says what to do and shows nothing of the file. */
export class TokenFileError extends Error {}

export class TokenStore {
  private tokens: Tokens;
  private valid: readonly Token[];
  private seen = '';
  private cancelLook = (): void => {};
  private closed = false;
  private tell: (gone: readonly Token[]) => void = () => {};

  private constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly sources: TokenSources,
  ) {
    this.tokens = new Tokens(sources.tokens);
    this.valid = this.validNow();
  }

  /** @throws TokenFileError if there is a file that cannot be used */
  static async open(clock: Clock, log: Log, sources: TokenSources): Promise<TokenStore> {
    const store = new TokenStore(clock, log, sources);
    if (sources.tokensFile !== undefined) await store.load(sources.tokensFile);
    store.valid = store.validNow();
    store.lookLater();
    return store;
  }

  /** Whether every call needs a token, even if the file is empty. */
  get required(): boolean {
    return this.tokens.all.length > 0 || this.sources.tokensFile !== undefined;
  }

  /** How many have not expired. */
  get count(): number {
    return this.valid.length;
  }

  find(authorization: string | undefined): Token | undefined {
    return this.tokens.find(authorization, this.clock.now());
  }

  /** @param tell is called with tokens that were revoked, were changed or have expired */
  onGone(tell: (gone: readonly Token[]) => void): void {
    this.tell = tell;
  }

  close(): void {
    this.closed = true;
    this.cancelLook();
  }

  /** Checks file and clock now; a timer does the same every second. */
  async look(): Promise<void> {
    if (this.sources.tokensFile !== undefined) await this.reload(this.sources.tokensFile);
    const valid = this.validNow();
    const gone = goneFrom(this.valid, valid);
    this.valid = valid;
    if (gone.length > 0 && !this.closed) this.tell(gone);
  }

  private lookLater(): void {
    const expires = this.tokens.all.some(({ expiresAtMs }) => expiresAtMs !== undefined);
    if (this.closed || (this.sources.tokensFile === undefined && !expires)) return;
    this.cancelLook = this.clock.after(lookEveryMs, () => void this.look().finally(() => this.lookLater()));
  }

  private validNow(): Token[] {
    const nowMs = this.clock.now();
    return this.tokens.all.filter(token => isValid(token, nowMs));
  }

  /** A file that cannot be used changes nothing: the previous tokens stay valid. */
  private async reload(path: string): Promise<void> {
    try {
      if (await this.load(path))
        this.log.say('http tokens', `http: the tokens file was read again: ${this.describeCount()}`);
    } catch (error) {
      const reason = error instanceof TokenFileError ? error.message : `the tokens file (${codeOf(error)})`;
      this.log.say('http tokens refused', `http: the previous tokens stay in force: ${reason}`);
    }
  }

  private describeCount(): string {
    const { length } = this.tokens.all;
    return length === 1 ? 'there is 1 token' : `there are ${length} tokens`;
  }

  /** @returns whether the file changed since the last look */
  private async load(path: string): Promise<boolean> {
    // Opening a pipe would block.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(error => {
      throw new TokenFileError(`the tokens file cannot be opened (${codeOf(error)})`);
    });
    try {
      const text = await this.readNew(file);
      if (text === undefined) return false;
      const { tokens, problems } = parseTokenFile(text, this.sources.tokens);
      if (problems.length > 0) throw new TokenFileError(`the tokens file: ${problems.slice(0, 10).join('; ')}`);
      this.tokens = new Tokens([...this.sources.tokens, ...tokens]);
      return true;
    } finally {
      await file.close();
    }
  }

  /** Checks the open file, whatever is at its path by now. @returns undefined if it is unchanged */
  private async readNew(file: FileHandle): Promise<string | undefined> {
    const stats = await file.stat();
    const { dev, ino, size, mtimeMs, ctimeMs, mode } = stats;
    const seen = [dev, ino, size, mtimeMs, ctimeMs].join();
    if (seen === this.seen) return undefined;
    this.seen = seen;
    if (!stats.isFile()) throw new TokenFileError('the tokens file must be a plain file');
    if (process.platform !== 'win32' && (mode & ofOthers) !== 0) {
      const found = (mode & 0o777).toString(8).padStart(4, '0');
      throw new TokenFileError(`the tokens file has mode ${found}, so others can use it; run chmod 0600 on it`);
    }
    if (size > largestFile) throw new TokenFileError(`the tokens file must have ${largestFile} bytes at most`);
    const buffer = Buffer.alloc(largestFile + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
