import { Secret } from '../../runtime/core/secret.js';
import { FrameUnpacker } from '../../runtime/feed/frame-unpacker.js';
import type { FeedListener, FeedSource, SourceServices } from '../../runtime/feed/source.js';
import type { StateName } from '../../runtime/feed/state.js';
import type { ClientStream } from '../../runtime/stream/client-stream.js';

/** A source that passes on what a test gives it, and does nothing by itself. */
class HandFeed implements FeedSource {
  state: StateName = 'idle';
  readonly place = 'hand';
  readonly lastFault = undefined;
  readonly attempts = 0;
  readonly nextAttemptMs = undefined;
  readonly wantsMessages = false;
  private readonly frames: FrameUnpacker;

  constructor(
    services: SourceServices,
    private readonly listener: FeedListener,
  ) {
    this.frames = new FrameUnpacker(services, listener, { hear() {}, refuseText() {} });
  }

  /** A frame that comes alone. */
  give(frame: Buffer): void {
    const rest = this.frames.unpack(frame);
    while (rest && !rest.next().done);
    this.listener.delivered();
  }

  start(): void {}

  async close(): Promise<void> {
    this.state = 'stopped';
    this.listener.changed('idle');
  }

  subscribe(): boolean {
    return false;
  }

  unsubscribe(): void {}

  given(react: () => void): void {
    react();
  }

  messageCame(): void {}
}

const feeds = new WeakMap<ClientStream, HandFeed>();
const key = new Secret('none');
const endpoint = { feed: 'custom', spelled: 'hand', urls: [], simulated: false, delayMinutes: 0 };

/** Gives a frame to a stream that was not started, as if a feed had sent it alone. */
export function handFrame(stream: ClientStream, frame: Buffer | string): void {
  if (!feeds.has(stream)) {
    stream.open({
      endpoint,
      urls: [],
      key,
      ownership: { of: 'all' },
      open: (services, listener) => {
        const feed = new HandFeed(services, listener);
        feeds.set(stream, feed);
        return feed;
      },
    });
  }
  if (stream.state !== 'idle') throw new Error('the stream reads from elsewhere');
  feeds.get(stream)!.give(typeof frame === 'string' ? Buffer.from(frame) : frame);
}
