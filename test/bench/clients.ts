/** Who can take in a feed: the server's own connection, and what it is compared with. */
import { WebSocket } from 'ws';
import { markets as allMarkets, suite } from '../../generated/suite.js';
import { Secret } from '../../runtime/core/secret.js';
import { type RawEvent, subscribeFrame } from '../../runtime/decode/protocol.js';
import type { ClientStream } from '../../runtime/stream/client-stream.js';
import { callOn, hubOn, testKey, testOptions } from '../support/bench.js';
import { marketOf } from '../support/markets.js';
import { loudChannels } from './load.js';

export type ClientName = 'receive' | 'parse' | 'vendor' | 'own';

type Follower = (event: RawEvent) => void;

export interface Client {
  /** What came, in events; frames where the client does not look into them. */
  readonly count: number;
  /** Whether frames only pass by, so that what waits in the kernel is soon gone; the server's own listens always. */
  deaf: boolean;
  /** Calls back with the newest event after each frame, once it can be read; the returned function ends that. */
  follow(newest: Follower): () => void;
  /** Resolves when every market is subscribed. */
  connect(url: string, markets: readonly string[]): Promise<void>;
}

/** @param vendor URL of the vendor's package */
export function clientOf(name: ClientName, vendor: string): Client {
  switch (name) {
    case 'own':
      return new OwnClient();
    case 'parse':
      return new ParseClient();
    case 'receive':
      return new ReceiveClient();
    case 'vendor':
      return new VendorClient(vendor);
  }
}

/** The connection of the server, down to the buffer that tools read. */
class OwnClient implements Client {
  deaf = false;
  private streams: readonly ClientStream[] = [];

  get count(): number {
    return this.streams.reduce((sum, { totals }) => sum + totals.received, 0);
  }

  async connect(url: string, markets: readonly string[]): Promise<void> {
    const hub = hubOn(suite, allMarkets, `${url}/own`);
    for (const market of markets) {
      const { isError, text } = await callOn(hub, `start_${market}_stream`, {
        channels: loudChannels(marketOf(market)),
      });
      if (isError) throw new Error(text);
    }
    this.streams = markets.map(market => hub.stream(market));
  }

  follow(newest: Follower): () => void {
    const ends = this.streams.map(({ buffer, changes }) =>
      changes.listen(() => newest(buffer.parse(buffer.nextSeq - 1))),
    );
    return () => ends.map(end => end());
  }
}

/** A program that looks at events and forgets them. */
abstract class ForgetfulClient implements Client {
  count = 0;
  deaf = false;
  private newest: Follower | undefined;

  abstract connect(url: string, markets: readonly string[]): Promise<void>;

  follow(newest: Follower): () => void {
    this.newest = newest;
    return () => {
      this.newest = undefined;
    };
  }

  protected took(events: readonly RawEvent[]): void {
    this.count += events.length;
    this.newest?.(events[events.length - 1]!);
  }
}

/** A bare socket with the options of the server's own. */
abstract class BareClient extends ForgetfulClient {
  async connect(url: string, markets: readonly string[]): Promise<void> {
    await Promise.all(
      markets.map(market => this.open(`${url}/${this.name}/${market}`, loudChannels(marketOf(market)))),
    );
  }

  protected abstract readonly name: ClientName;
  protected abstract take(data: Buffer): void;

  private open(url: string, channels: readonly string[]): Promise<void> {
    const socket = new WebSocket(url, {
      maxPayload: testOptions.maxFrameBytes,
      perMessageDeflate: false,
      followRedirects: false,
      autoPong: false,
    });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      const shakeHands = (data: Buffer): void => {
        const [{ status }] = JSON.parse(data.toString());
        if (status === 'connected') socket.send(new Secret(testKey).authFrame());
        else if (status === 'auth_success') socket.send(subscribeFrame(channels));
        else {
          socket.off('message', shakeHands);
          socket.on('message', (frame: Buffer) => (this.deaf ? this.count++ : this.take(frame)));
          resolve();
        }
      };
      socket.on('message', shakeHands);
    });
  }
}

/** Takes frames and does nothing with them: no client can be faster. */
class ReceiveClient extends BareClient {
  protected readonly name = 'receive';

  protected take(): void {
    this.count++;
  }
}

/** What the shortest program does. */
class ParseClient extends BareClient {
  protected readonly name = 'parse';

  protected take(data: Buffer): void {
    this.took(JSON.parse(data.toString()));
  }
}

/** The part of a WebSocket as browsers have it that is used here. */
interface BrowserSocket {
  onmessage: (message: { data: string }) => void;
  onerror: (error: unknown) => void;
  send(text: string): void;
}

interface VendorPackage {
  websocketClient(key: string, url: string): Readonly<Record<string, () => BrowserSocket>>;
}

/** The vendor's client, used as its documentation shows. */
class VendorClient extends ForgetfulClient {
  constructor(private readonly location: string) {
    super();
  }

  async connect(url: string, markets: readonly string[]): Promise<void> {
    const { websocketClient }: VendorPackage = await import(this.location);
    const client = websocketClient(testKey, `${url}/vendor`);
    await Promise.all(markets.map(market => this.open(client[market]!(), loudChannels(marketOf(market)))));
  }

  private open(socket: BrowserSocket, channels: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      socket.onerror = reject;
      // It sends the key by itself.
      socket.onmessage = ({ data }) => {
        for (const { status } of JSON.parse(data)) {
          if (status === 'auth_success') socket.send(subscribeFrame(channels));
          if (status !== 'success') continue;
          socket.onmessage = frame => (this.deaf ? this.count++ : this.took(JSON.parse(frame.data)));
          resolve();
        }
      };
    });
  }
}
