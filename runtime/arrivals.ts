import type { MessageBuffer } from './buffer.js';
import type { ChannelName } from './channels.js';

/** Which channels got messages in the newest stretch of a stream. */
export class Arrivals {
  /** Seq of the newest message by prefix and symbol; `*` is any symbol. */
  private readonly seqs = new Map<string, Map<string | null, number>>();

  /** @param from seq with which the stretch begins */
  constructor(buffer: MessageBuffer, from: number) {
    for (let seq = Math.max(from, buffer.oldestSeq); seq < buffer.nextSeq; seq++) {
      const { ev, symbol } = buffer.at(seq)!;
      const ofKind = this.seqs.get(ev) ?? new Map<string | null, number>();
      this.seqs.set(ev, ofKind.set(symbol, seq).set('*', seq));
    }
  }

  /** Whether a message of the channel came, `since` or later. */
  has({ channel, symbol }: ChannelName, since: number): boolean {
    const newest = this.seqs.get(channel.prefix)?.get(symbol);
    return newest !== undefined && newest >= since;
  }
}
