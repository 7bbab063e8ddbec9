import { escapeText, quoteText } from '../core/quoting.js';

/** What a feed says of itself is short; of a longer text only the beginning is looked at. */
const longestCleaned = 16_384;
/** Where a text was cut, so much before the cut could be a part of a key. */
const longestSpelling = 4_096;

/** Takes the key of a connection out of a text that came over it. */
export interface Cleaner {
  clean(text: string): string;
}

/** How the text of one connection is shown: without its key, and as quoted data. */
export class FeedText {
  /** @param key absent where the connection has none */
  constructor(private readonly key?: Cleaner) {}

  /** For text of the feed itself. */
  quote(text: string): string {
    return escapeText(this.cleanHead(text));
  }

  /** The same between quotes, which nothing in it can end. */
  quoted(text: string): string {
    return quoteText(this.cleanHead(text));
  }

  /** A key of digits alone may come as a number. */
  number(value: number): number | string {
    if (!this.key || value < 1e7) return value;
    const digits = String(value);
    const clean = this.key.clean(digits);
    return clean === digits ? value : clean;
  }

  /** For a sentence of ours that may hold text of the feed, or a name of it such as a URL. */
  clean(sentence: string): string {
    return this.key?.clean(sentence) ?? sentence;
  }

  /** Cleaned before anybody cuts it, since nobody would know half a key again. */
  private cleanHead(text: string): string {
    const { key } = this;
    if (!key) return text;
    if (text.length <= longestCleaned) return key.clean(text);
    return `${key.clean(text.slice(0, longestCleaned)).slice(0, -longestSpelling)}…`;
  }
}

/** For what is compared and not shown. */
export const unshown = new FeedText();
