/** The vendor's feed as a source: its protocol, spoken over a WebSocket. */
import type { Secret } from '../core/secret.js';
import { ackedChannel, type Status, subscribeFrame, unsubscribeFrame } from '../decode/protocol.js';
import { Connection } from './connection.js';
import { FeedText } from './feed-text.js';
import { FrameUnpacker } from './frame-unpacker.js';
import type { Dial } from './socket.js';
import type { Answer, FeedListener, FeedSource, OpenFeed, SourceServices } from './source.js';
import type { StateName } from './state.js';
import { type Fault, fatalStatuses } from './verdict.js';

/** How the feed is reached. */
export interface VendorRoute {
  /** Of one feed, tried one after the other. */
  readonly urls: readonly string[];
  /** Sent in the auth frame only. */
  readonly key: Secret;
  /** Opens sockets; absent: without a proxy. */
  readonly dial?: Dial | undefined;
}

export function vendorFeed(route: VendorRoute): OpenFeed {
  return (services, listener) => new VendorFeed(route, services, listener);
}

class VendorFeed implements FeedSource {
  private readonly connection: Connection;
  private readonly text: FeedText;

  constructor(
    { urls, key, dial }: VendorRoute,
    private readonly services: SourceServices,
    private readonly listener: FeedListener,
  ) {
    const { options, clock, loopBudget } = services;
    this.text = new FeedText(key);
    const frames = new FrameUnpacker(services, listener, {
      hear: status => this.hear(status),
      refuseText: () => this.connection.refuseText(),
    });
    const owner = {
      frame: (data: Buffer) => frames.unpack(data),
      delivered: () => listener.delivered(),
      changed: (from: StateName) => listener.changed(from),
    };
    this.connection = new Connection(urls, key, options, clock, loopBudget, owner, dial);
  }

  get state(): StateName {
    return this.connection.state.name;
  }

  get lastFault(): Fault | undefined {
    return this.connection.state.lastFault;
  }

  get place(): string {
    return this.connection.url;
  }

  get attempts(): number {
    return this.connection.state.attempt;
  }

  get nextAttemptMs(): number | undefined {
    return this.connection.nextRetryMs;
  }

  get wantsMessages(): boolean {
    return this.connection.wantsMessages;
  }

  start(): void {
    this.connection.start();
  }

  close(): Promise<void> {
    return this.connection.stop();
  }

  subscribe(names: readonly string[]): boolean {
    return this.connection.send(subscribeFrame(names));
  }

  unsubscribe(names: readonly string[]): void {
    const { framePairs } = this.services.options;
    for (let from = 0; from < names.length; from += framePairs) {
      this.connection.send(unsubscribeFrame(names.slice(from, from + framePairs)));
    }
  }

  given(react: () => void): void {
    this.connection.given(react);
  }

  messageCame(): void {
    this.connection.messageCame();
  }

  /** Handles statuses about the connection; the rest are answers. */
  private hear(status: Status): void {
    const { connection, text } = this;
    const fatal = status.means && fatalStatuses[status.means];
    // Before the key is sent, an authentication timeout is not the key's fault.
    if (fatal === 'auth_timeout' && !connection.keySent) {
      const said = `${text.named(status.status)} ${text.quoted(status.message)}`;
      connection.fail({ kind: 'close', message: `The feed said before it was sent a key: ${said}.` });
    } else if (fatal) {
      connection.fail({ kind: fatal, message: `The feed answered: ${text.quoted(status.message)}.` });
    } else if (status.means === 'greeting') connection.greeted();
    else if (status.means === 'authenticated') connection.authenticated();
    else this.listener.answered(answerIn(status));
  }
}

/** @see polygon-docs/websockets/quickstart.md:149-167 `not authorized` */
function answerIn(said: Status): Answer {
  switch (said.means) {
    case 'subscribed':
      return { kind: 'granted', channel: ackedChannel(said.message) };
    case 'unsubscribed':
      return { kind: 'dropped', channel: ackedChannel(said.message), said };
    case 'not_authorized':
      return { kind: 'refused', said };
    case 'limit_exceeded':
      return { kind: 'refused whole', said };
    default:
      return { kind: 'notice', said };
  }
}
