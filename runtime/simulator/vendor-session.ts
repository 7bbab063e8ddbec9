import type { Market } from '../contract/market.js';
import { canonicalSymbol } from '../symbols/forms.js';

/** Texts of the vendor's status messages, verbatim. */
const texts = {
  greeting: 'Connected Successfully',
  authenticated: 'authenticated',
  authFailed: 'authentication failed',
  authTimeout: 'No authentication request received.',
  realtimeDenied:
    "You don't have access real-time data. If your plan only includes delayed data, " +
    'you can connect to the delayed websocket at wss://delayed.polygon.io',
  notAuthorized: 'not authorized',
  limit: 'Subscription limit reached for feed. Please remove some subscriptions and try again.',
  maxConnections: 'Maximum number of websocket connections exceeded. ',
  invalidJson: 'Invalid JSON',
} as const;

/** Which keys a session accepts, and what they may subscribe to. */
export interface SessionPolicy {
  /** Accepted keys; absent: every key that is not empty. */
  readonly keys?: readonly string[];
  /** Refuses every key with this text, such as the one for a plan without websocket access. */
  readonly authAnswer?: string;
  /** Whether the plan lacks this channel (`T.AAPL`, `T.*`) of the market. */
  readonly denied?: (market: string, channel: string) => boolean;
  /** Denies real-time data after every authentication; subscriptions are then ignored. */
  readonly realtimeDenied?: boolean;
}

/** What a session can do to its connection. */
export interface SessionLink {
  /** Sends a text frame. */
  send(text: string): void;
  /** Ends the TCP connection without a close frame, once everything is sent. */
  drop(): void;
  /** The key was accepted. */
  admitted(key: string): void;
}

interface Status {
  readonly ev: 'status';
  readonly status: string;
  readonly message: string;
}

/**
 * The server's side of one connection: its answers, and the channels that it holds.
 * Requests that the real feed does not answer (unknown prefixes, channels already held) get no answer here, either.
 */
export class VendorSession {
  private readonly prefixes: ReadonlySet<string>;
  private readonly wildcards: ReadonlySet<string>;
  private readonly heldChannels = new Set<string>();
  private state: 'unknown' | 'authenticated' | 'over' = 'unknown';

  constructor(
    private readonly market: Market,
    private readonly policy: SessionPolicy,
    private readonly link: SessionLink,
  ) {
    this.prefixes = new Set(market.channels.map(({ prefix }) => prefix));
    this.wildcards = new Set(market.channels.filter(({ wildcard }) => wildcard).map(({ prefix }) => prefix));
  }

  /** Channels (`T.AAPL`, `T.*`) with canonical symbols, including those without data. */
  get held(): ReadonlySet<string> {
    return this.heldChannels;
  }

  /** Whether an event of this channel and canonical symbol is to be sent. */
  wants(prefix: string, symbol: string): boolean {
    if (this.heldChannels.has(`${prefix}.${symbol}`)) return true;
    return this.wildcards.has(prefix) && this.heldChannels.has(`${prefix}.*`);
  }

  greet(): void {
    this.say(status('connected', texts.greeting));
  }

  /** Nobody authenticated in time. */
  expire(): void {
    if (this.state !== 'unknown') return;
    this.say(status('auth_timeout', texts.authTimeout));
    this.end();
  }

  /** Another connection replaced this one, which is about to be closed. */
  evict(): void {
    this.state = 'over';
    this.heldChannels.clear();
    this.say(status('max_connections', texts.maxConnections));
  }

  /** A frame from the client. */
  receive(text: string): void {
    if (this.state === 'over') return;
    let request: unknown;
    try {
      request = JSON.parse(text);
    } catch {
      this.say(status('error', texts.invalidJson));
      return;
    }
    if (typeof request !== 'object' || request === null) return;
    const { action, params } = request as { action?: unknown; params?: unknown };
    if (typeof params !== 'string') return;
    if (action === 'auth') this.authenticate(params);
    else if (this.state !== 'authenticated' || this.policy.realtimeDenied) return;
    else if (action === 'subscribe') this.subscribe(params.split(','));
    else if (action === 'unsubscribe') this.unsubscribe(params.split(','));
  }

  private authenticate(key: string): void {
    if (this.state === 'authenticated') return;
    const { keys, authAnswer, realtimeDenied } = this.policy;
    const known = keys === undefined ? key !== '' : keys.includes(key);
    if (!known || authAnswer !== undefined) {
      this.say(status('auth_failed', authAnswer ?? texts.authFailed));
      this.end();
      return;
    }
    this.state = 'authenticated';
    this.say(status('auth_success', texts.authenticated));
    if (realtimeDenied) this.say(status('error', `${texts.realtimeDenied}${this.market.paths[0]}.`));
    this.link.admitted(key);
  }

  private subscribe(channels: readonly string[]): void {
    const accepted = new Map<string, string>();
    const refused: string[] = [];
    for (const sent of channels) {
      const channel = this.canonical(sent);
      if (channel === undefined || this.heldChannels.has(channel) || accepted.has(channel)) continue;
      if (this.policy.denied?.(this.market.name, channel)) refused.push(channel);
      else accepted.set(channel, sent);
    }
    if (this.crossesCap(accepted.keys())) {
      // The real feed answers with fewer objects than channels, so that a client cannot pair them.
      const answers = Math.max(2, Math.ceil(channels.length / 8));
      this.say(...Array.from({ length: answers }, () => status('error', texts.limit)));
      return;
    }
    this.say(...refused.map(() => status('error', texts.notAuthorized)));
    for (const channel of accepted.keys()) this.heldChannels.add(channel);
    this.say(...[...accepted.values()].map(sent => status('success', `subscribed to: ${sent}`)));
  }

  private unsubscribe(channels: readonly string[]): void {
    const released = channels.filter(sent => {
      const channel = this.canonical(sent);
      return channel !== undefined && this.heldChannels.delete(channel);
    });
    this.say(...released.map(sent => status('success', `unsubscribed to: ${sent}`)));
  }

  private crossesCap(more: Iterable<string>): boolean {
    if (this.market.caps.length === 0) return false;
    const prefixes = [...this.heldChannels, ...more].map(channel => splitChannel(channel)[0]);
    return this.market.caps.some(cap => prefixes.filter(prefix => cap.prefixes.includes(prefix)).length > cap.maxHeld);
  }

  /** The channel as it is held; undefined if there is no such prefix. Only `*` itself means all symbols. */
  private canonical(sent: string): string | undefined {
    const [prefix, symbol] = splitChannel(sent);
    if (!this.prefixes.has(prefix) || symbol === '') return undefined;
    const canonical = symbol.includes('*') ? symbol : canonicalSymbol(this.market, symbol);
    return `${prefix}.${canonical ?? symbol}`;
  }

  private end(): void {
    this.state = 'over';
    this.link.drop();
  }

  private say(...statuses: Status[]): void {
    if (statuses.length > 0) this.link.send(JSON.stringify(statuses));
  }
}

/** Prefix and symbol of a channel, `*` included; symbols can contain dots. */
export function splitChannel(channel: string): readonly [prefix: string, symbol: string] {
  const dot = channel.indexOf('.');
  return dot < 0 ? [channel, ''] : [channel.slice(0, dot), channel.slice(dot + 1)];
}

function status(status: string, message: string): Status {
  return { ev: 'status', status, message };
}
