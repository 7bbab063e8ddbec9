/** The pictures of all symbols of a stream, brought up to date when somebody asks and not before. */
import type { MessageBuffer } from './buffer.js';
import type { Clock } from './clock.js';
import type { Market } from './contract.js';
import { Picture } from './picture.js';
import { Slice } from './slice.js';

/** Draws the messages of a stretch of the stream, each of them once. */
export class Pictures {
  /** By the symbol's number. */
  private readonly drawn = new Map<number, Picture>();
  private running: Promise<void> | undefined;
  /** Messages that left the buffer before they could be drawn. */
  missed = 0;
  /** Messages of symbols that are not told apart. */
  others = 0;
  /** Arrival of the first message drawn, monotonic ms. */
  firstMs: number | undefined;

  /** @param next seq of the first message to draw */
  constructor(
    private readonly market: Market,
    private readonly buffer: MessageBuffer,
    private readonly clock: Clock,
    private next: number,
  ) {}

  get all(): IterableIterator<Picture> {
    return this.drawn.values();
  }

  /** That of a symbol, empty if nothing of it was drawn. */
  of(symbol: string): Picture {
    const number = this.buffer.symbols.numberOf(symbol);
    const picture = number === undefined ? undefined : this.drawn.get(number);
    return picture ?? new Picture(symbol);
  }

  /**
   * Draws what has arrived since the last time. Callers at the same time share the work.
   *
   * @param abort ends it early; only for pictures that nobody else looks at
   */
  async update(abort?: AbortSignal): Promise<void> {
    this.running ??= this.draw(this.buffer.nextSeq, abort).finally(() => {
      this.running = undefined;
    });
    await this.running;
  }

  private async draw(end: number, abort: AbortSignal | undefined): Promise<void> {
    const slice = new Slice(this.clock);
    await slice.begin();
    while (this.next < end && !abort?.aborted) {
      if (slice.spent()) await slice.rest();
      this.drawNext();
    }
  }

  private drawNext(): void {
    const { buffer } = this;
    if (this.next < buffer.oldestSeq) {
      this.missed += buffer.oldestSeq - this.next;
      this.next = buffer.oldestSeq;
      return;
    }
    const seq = this.next++;
    const channel = this.market.channels[buffer.channelAt(seq)];
    if (!channel) return;
    const arrivedMs = buffer.arrivedMs(seq);
    this.firstMs ??= arrivedMs;
    const number = buffer.symbolNumberAt(seq);
    const name = buffer.symbols.nameOf(number);
    if (name === undefined) {
      this.others++;
      return;
    }
    let picture = this.drawn.get(number);
    if (!picture) {
      picture = new Picture(name);
      this.drawn.set(number, picture);
    }
    picture.add(channel, buffer.parse(seq), arrivedMs);
  }
}
