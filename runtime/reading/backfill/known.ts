/** What came by the stream, so that the same by the REST API is told from what is new. */
import type { Channel, Role } from '../../contract/channel.js';
import { epochMs } from '../../core/time.js';
import type { RawEvent } from '../../decode/protocol.js';
import { rawRole } from '../../market/format.js';

/** By what messages of a channel and symbol are the same: the first that both have decides. */
type Identity = 'sequence' | 'id' | 'values';
type Identities = ReadonlyMap<Identity, string>;

/** Sequences and ids begin anew with the day, so that those of other days are no others. */
const nearMs = 60_000;

const idRoles: readonly Role[] = ['exchange_id', 'trade_id', 'reporting_facility'];
const valueRoles: { readonly [event: string]: readonly Role[] } = {
  TRADE: ['price', 'size', 'exchange_id'],
  QUOTE: ['bid.price', 'ask.price', 'bid.size', 'ask.size'],
};

interface Came {
  readonly identities: Identities;
  readonly atMs: number;
  isTaken: boolean;
}

export class Known {
  private readonly index = new Map<string, Came[]>();

  /** Adds a message of the stream. */
  add(channel: Channel, symbol: string, raw: RawEvent): void {
    const atMs = epochMs(rawRole(channel, raw, 'time'));
    if (atMs === undefined) return;
    const came = { identities: identitiesOf(channel, raw, atMs), atMs, isTaken: false };
    for (const [kind, text] of came.identities) {
      const key = keyOf(channel, symbol, kind, text);
      const same = this.index.get(key);
      if (same) same.push(came);
      else this.index.set(key, [came]);
    }
  }

  /** Whether a message came; each is taken once, since others may look the same. */
  take(channel: Channel, symbol: string, raw: RawEvent, atMs: number): boolean {
    const identities = identitiesOf(channel, raw, atMs);
    const stronger: Identity[] = [];
    for (const [kind, text] of identities) {
      const found = this.index
        .get(keyOf(channel, symbol, kind, text))
        ?.find(came => this.isFree(came, atMs) && !stronger.some(other => came.identities.has(other)));
      if (found) {
        // A bar comes again when late trades revise it.
        found.isTaken = kind !== 'values' || channel.event in valueRoles;
        return true;
      }
      stronger.push(kind);
    }
    return false;
  }

  private isFree({ isTaken, atMs: cameMs }: Came, atMs: number): boolean {
    return !isTaken && Math.abs(cameMs - atMs) <= nearMs;
  }
}

function keyOf({ prefix }: Channel, symbol: string, kind: Identity, text: string): string {
  return `${prefix}.${symbol} ${kind} ${text}`;
}

/** The strongest first. */
function identitiesOf(channel: Channel, raw: RawEvent, atMs: number): Identities {
  const sequence = rawRole(channel, raw, 'sequence');
  const values = (valueRoles[channel.event] ?? []).map(role => rawRole(channel, raw, role));
  const isNamed = rawRole(channel, raw, 'trade_id') !== undefined;
  return new Map<Identity, string>([
    ...(sequence === undefined ? [] : [['sequence', String(sequence)] as const]),
    ...(isNamed ? [['id', idRoles.map(role => rawRole(channel, raw, role)).join(' ')] as const] : []),
    ['values', [atMs, ...values].join(' ')],
  ]);
}
