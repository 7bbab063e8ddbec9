/** What a description says, in a form in which two descriptions can be compared. */
import type { RawWhat } from '../load/spec-types.js';
import type { Channel, Field, Model, RawSuite } from '../model.js';

/** What can be said about a subject; the first four also say whether it exists at all. */
export type What = RawWhat;

/** One subject; what `says` leaves out is unsaid. */
export interface Subject {
  readonly kind: 'feeds' | 'market' | 'channel' | 'field';
  readonly says: Readonly<Partial<Record<What, string>>>;
  /** The original prose, which may name units. */
  readonly words?: string;
}

/** Subjects by place, parents first: `feeds`, `stocks`, `stocks.T`, `stocks.T.p`. */
export type Facts = ReadonlyMap<string, Subject>;

/** What our spec says, errata applied. */
export function specFacts({ markets }: Model): Facts {
  const facts = new Map<string, Subject>();
  const feeds = markets.flatMap(({ raw }) => raw.feeds.map(({ feed }) => feed));
  facts.set('feeds', { kind: 'feeds', says: { feeds: list(feeds) } });
  for (const { raw, channels } of markets) {
    facts.set(raw.market, { kind: 'market', says: { market: 'described' } });
    for (const { prefix } of raw.legacy ?? []) {
      facts.set(`${raw.market}.${prefix}`, { kind: 'channel', says: { channel: 'legacy' } });
    }
    for (const channel of channels) {
      const at = `${raw.market}.${channel.raw.prefix}`;
      facts.set(at, channelSubject(channel));
      for (const field of channel.fields) facts.set(`${at}.${field.key}`, fieldSubject(field));
    }
  }
  return facts;
}

function channelSubject({ raw: { prefix, plans, wildcard } }: Channel): Subject {
  const named = plans.text.match(/Starter|Developer|Advanced|Business/g) ?? [];
  const recency = [
    ...(/delay/.test(plans.text) ? ['delayed'] : []),
    ...(/real time/.test(plans.text) ? ['realtime'] : []),
  ];
  return {
    kind: 'channel',
    says: {
      channel: 'current',
      prefix,
      plans: named.length > 0 && named.every(name => name === 'Business') ? 'business' : 'general',
      recency: list(recency),
      wildcard: wildcard.supported ? 'yes' : 'no',
    },
  };
}

function fieldSubject({ type, epoch, unit = 'none', optional }: Field): Subject {
  return {
    kind: 'field',
    says: { field: 'described', type, epoch: epoch ?? 'none', unit, optional: String(optional) },
  };
}

/** Joins names into one text, sorted and without repeats, so that lists can be compared. */
export function list(names: readonly string[]): string {
  return [...new Set(names)].sort().join(', ') || 'none';
}

/** The feed that a host belongs to, or the host itself if no feed has it. */
export function feedOf(host: string, feeds: RawSuite['feeds']): string {
  return feeds.find(({ hosts }) => hosts.includes(host))?.name ?? host;
}
