import type { Patience } from '../core/patience.js';
import { escapeText, longest, quoteText } from '../core/quoting.js';

/** Texts without a key need none; what needs more was made for the purpose. */
const steps = 20_000;

/** Removes the key of a connection from text. */
export interface Cleaner {
  clean(text: string): string;
  /** @param shown how many characters of the text are wanted */
  cleanHead(text: string, shown: number, patience: Patience): string;
}

/** Shows text of one connection: without its key, and as quoted data. */
export class FeedText {
  /**
   * @param key absent if the connection has none
   * @param patience for all texts together; absent: for each by itself
   */
  constructor(
    private readonly key?: Cleaner,
    private readonly patience?: Patience,
  ) {}

  /** The same for the texts of one message, which are looked through no longer than one text. */
  forMessage(): FeedText {
    return this.key ? new FeedText(this.key, { left: steps }) : this;
  }

  /** For text that the feed sent. */
  quote(text: string): string {
    return escapeText(this.cleanHead(text));
  }

  /** The same between quotes; nothing in the text can end them. */
  quoted(text: string): string {
    return quoteText(this.cleanHead(text));
  }

  /** A name that the feed sent, such as of a status: as it is if it is a single word, else between quotes. */
  named(name: string): string {
    const clean = this.cleanHead(name);
    return /^\w{1,64}$/.test(clean) ? clean : quoteText(clean);
  }

  /** A key that consists of digits may arrive as a number. */
  number(value: number): number | string {
    if (!this.key || value < 1e7) return value;
    const digits = String(value);
    const clean = this.cleanHead(digits);
    return clean === digits ? value : clean;
  }

  /** For a sentence of ours that may contain text of the feed, or a URL. */
  clean(sentence: string): string {
    return this.key?.clean(sentence) ?? sentence;
  }

  /** The part that is shown, cleaned before it is cut, since half a key would not be recognized. */
  private cleanHead(text: string): string {
    if (!this.key) return text;
    const clean = this.key.cleanHead(text, longest, this.patience ?? { left: steps });
    return text.length > longest ? `${clean}…` : clean;
  }
}

/** For text that is compared and never shown. */
export const unshown = new FeedText();
