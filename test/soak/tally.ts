import type { Market } from '../../runtime/contract/market.js';
import type { LiveSession } from '../../runtime/simulator/live-connection.js';
import type { ClientStream } from '../../runtime/stream/client-stream.js';

/** What became of the messages of one market. */
export interface Account {
  readonly market: string;
  readonly sent: number;
  readonly received: number;
  readonly lostInOutages: number;
  readonly unaccounted: number;
  readonly outages: number;
  readonly reconnects: number;
  readonly malformed: number;
}

/** What is known of the messages of one market while more are on their way. */
export interface Interim {
  readonly market: string;
  readonly sent: number;
  readonly received: number;
  readonly lostInOutages: number;
  readonly unexplained: number;
  readonly outages: number;
}

/** Numbers every message that is sent, and finds the numbers again in what was received. */
export class Tally {
  private sent = 0;
  /** Numbers that did not arrive, and that an outage explains or not. */
  private lost = 0;
  private unexplained = 0;
  private next = 0;
  private outages = 0;
  private lastOutageSeq = -1;
  private readSeq = 0;
  private readonly symbolKey: string;
  private readonly prefix: string;
  private readonly symbol: string;

  constructor(private readonly market: Market) {
    const [channel] = market.channels;
    this.prefix = channel!.prefix;
    this.symbolKey = channel!.fields.find(({ role }) => role === 'symbol')!.key;
    this.symbol = market.simulation.instruments[0]!.symbol;
  }

  send(session: LiveSession, stream: ClientStream, count: number): void {
    const events = Array.from({ length: count }, () => ({
      ev: this.prefix,
      [this.symbolKey]: this.symbol,
      number: this.sent++,
    }));
    session.send(JSON.stringify(events));
    this.collect(stream);
  }

  /** The market goes on while nobody is connected. */
  miss(count: number): void {
    this.sent += count;
  }

  soFar(stream: ClientStream): Interim {
    this.collect(stream);
    return {
      market: this.market.name,
      sent: this.sent,
      received: stream.totals.received,
      lostInOutages: this.lost,
      unexplained: this.unexplained,
      outages: this.outages,
    };
  }

  account(stream: ClientStream): Account {
    this.collect(stream);
    const { received, reconnects, malformed } = stream.totals;
    const missing = this.sent - received - this.lost;
    return {
      market: this.market.name,
      sent: this.sent,
      received,
      lostInOutages: this.lost,
      unaccounted: this.unexplained + Math.abs(missing),
      outages: this.outages,
      reconnects,
      malformed: malformed!,
    };
  }

  /** Walks over what has arrived; a jump in the numbers must have an outage between its two ends. */
  private collect(stream: ClientStream): void {
    const { buffer, outages } = stream;
    for (let seq = Math.max(this.readSeq, buffer.oldestSeq); seq < buffer.nextSeq; seq++) {
      const number = buffer.at(seq)!.raw.number as number;
      if (number !== this.next) {
        const explained = outages.all.some(outage => outage.seq === seq);
        if (explained && number > this.next) this.lost += number - this.next;
        else this.unexplained += Math.abs(number - this.next);
      }
      this.next = number + 1;
    }
    this.readSeq = buffer.nextSeq;
    for (const { seq } of outages.all.filter(outage => outage.seq > this.lastOutageSeq)) {
      this.outages++;
      this.lastOutageSeq = seq;
    }
  }
}
