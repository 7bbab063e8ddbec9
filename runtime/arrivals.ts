import type { MessageBuffer } from './buffer.js';
import type { ChannelName } from './channels.js';
import { type Selection, selectionOf } from './selection.js';

/** Which channels got messages in the newest stretch of a stream. */
export class Arrivals {
  /** Seq of the newest message by prefix, and by symbol below it. */
  private readonly seqs = new Map<string, Map<string | null, number>>();

  /**
   * @param from seq with which the stretch begins
   * @param select which messages count
   */
  constructor(buffer: MessageBuffer, from: number, select: Selection = selectionOf(undefined)) {
    for (let seq = Math.max(from, buffer.oldestSeq); seq < buffer.nextSeq; seq++) {
      const prefix = buffer.prefixAt(seq);
      if (prefix === undefined || !select(buffer, seq)) continue;
      let symbols = this.seqs.get(prefix);
      if (!symbols) {
        symbols = new Map();
        this.seqs.set(prefix, symbols);
      }
      symbols.set(buffer.symbolAt(seq), seq);
    }
  }

  /** Whether a message of the channel came, `since` or later. */
  has({ channel, symbol }: ChannelName, since: number): boolean {
    const symbols = this.seqs.get(channel.prefix);
    if (!symbols) return false;
    if (symbol === '*') return [...symbols.values()].some(seq => seq >= since);
    return (symbols.get(symbol) ?? -1) >= since;
  }
}
