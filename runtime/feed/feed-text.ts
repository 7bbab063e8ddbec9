import { escapeText, quoteText } from '../core/quoting.js';

/** Text of a feed is short; of a longer one only the beginning is cleaned and shown. */
const longestCleaned = 16_384;
/** Up to this much before a cut can be part of a key. */
const longestSpelling = 4_096;

/** Removes the key of a connection from text. */
export interface Cleaner {
  clean(text: string): string;
}

/** Shows text of one connection: without its key, and as quoted data. */
export class FeedText {
  /** @param key absent if the connection has none */
  constructor(private readonly key?: Cleaner) {}

  /** For text that the feed sent. */
  quote(text: string): string {
    return escapeText(this.cleanHead(text));
  }

  /** The same between quotes; nothing in the text can end them. */
  quoted(text: string): string {
    return quoteText(this.cleanHead(text));
  }

  /** A key that consists of digits may arrive as a number. */
  number(value: number): number | string {
    if (!this.key || value < 1e7) return value;
    const digits = String(value);
    const clean = this.key.clean(digits);
    return clean === digits ? value : clean;
  }

  /** For a sentence of ours that may contain text of the feed, or a URL. */
  clean(sentence: string): string {
    return this.key?.clean(sentence) ?? sentence;
  }

  /** Cleans before cutting, since half a key would not be recognized. */
  private cleanHead(text: string): string {
    const { key } = this;
    if (!key) return text;
    if (text.length <= longestCleaned) return key.clean(text);
    return `${key.clean(text.slice(0, longestCleaned)).slice(0, -longestSpelling)}…`;
  }
}

/** For text that is compared and never shown. */
export const unshown = new FeedText();
