import { createHash, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';
import { KeyFinder, shortestCleaned } from './key-finder.js';
import type { Patience } from './patience.js';

export { emptyFrame } from './key-finder.js';

const mask = '[secret]';

/**
 * An API key or a bearer token. Its text leaves in two ways only, into the frame that authenticates and into the header
 * that does so in a request; beside that it can be compared, and be taken out of what the other end of its own connection
 * says.
 */
export class Secret {
  readonly #text: string;
  #digest: Buffer | undefined;
  #finder: KeyFinder | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether it is long enough to be taken out of texts; a shorter one could be a word, a symbol or a price. */
  get isCleaned(): boolean {
    return this.#text.length >= shortestCleaned;
  }

  /** @see polygon-docs/websockets/quickstart.md:79 `"action":"auth"` */
  authFrame(): string {
    return JSON.stringify({ action: 'auth', params: this.#text });
  }

  /** The header `Authorization` of a request to the REST API. */
  authorization(): string {
    return `Bearer ${this.#text}`;
  }

  /** Takes the same time wherever they differ. */
  equals(other: Secret): boolean {
    return timingSafeEqual(this.digest, other.digest);
  }

  /** For each of many, which of those before it is the same, if any; faster than to compare each with each. */
  static twins(secrets: readonly Secret[]): (number | undefined)[] {
    const first = new Map<string, number>();
    return secrets.map((secret, index) => {
      const digest = secret.digest.toString('latin1');
      const earlier = first.get(digest);
      if (earlier === undefined) first.set(digest, index);
      return earlier;
    });
  }

  /** Takes the whole key out of a text that came over its own connection. */
  clean(text: string): string {
    return this.finder?.clean(text) ?? text;
  }

  /**
   * The same for the beginning of a text, which is cut there where it is longer.
   *
   * @param shown how many characters of it are wanted
   */
  cleanHead(text: string, shown: number, patience: Patience): string {
    return this.finder?.cleanHead(text, shown, patience) ?? text.slice(0, shown);
  }

  /** The same for a frame, in short steps; one without the key is given back as it is. */
  *cleaning(frame: Buffer): Generator<void, Buffer> {
    return this.finder ? yield* this.finder.cleaning(frame) : frame;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }

  private get digest(): Buffer {
    this.#digest ??= createHash('sha256').update(this.#text).digest();
    return this.#digest;
  }

  private get finder(): KeyFinder | undefined {
    if (!this.isCleaned) return undefined;
    this.#finder ??= new KeyFinder(this.#text);
    return this.#finder;
  }
}
