import { ChannelIndex } from '../buffer/channel-index.js';
import type { SubscriptionsView } from '../feed/subscription-state.js';
import type { Filter } from '../symbols/channels.js';
import { type Condition, dependsOnState } from './condition.js';

/** Tells whether any subscribed channel can bring what a call waits for. */
export class Prospect {
  /** The names of the last look. Messages come often, so look again only after the names changed. */
  private names: readonly string[] | undefined;
  private lost = false;

  /** @param wanted filters of which a message must satisfy one; empty: any message will do */
  constructor(
    private readonly subscriptions: SubscriptionsView,
    private readonly condition: Condition | undefined,
    private readonly wanted: readonly Filter[],
  ) {}

  /** Whether certainly nothing can come. Pending channels, and refused ones that the feed may hold, still can. */
  get isLost(): boolean {
    if (this.condition && dependsOnState(this.condition)) return false;
    const { names } = this.subscriptions;
    if (names !== this.names) {
      this.names = names;
      this.lost = !this.isReached(names);
    }
    return this.lost;
  }

  private isReached(names: readonly string[]): boolean {
    const { subscriptions, wanted } = this;
    const perhaps = subscriptions.rejections.map(({ channel }) => channel).filter(name => subscriptions.mayHold(name));
    const able = [...names, ...perhaps];
    if (wanted.length === 0) return able.length > 0;
    const channelIndex = new ChannelIndex(able);
    return wanted.some(filter => channelIndex.has(filter));
  }
}
