import { ChannelIndex } from '../buffer/channel-index.js';
import type { SubscriptionsView } from '../feed/subscription-state.js';
import type { Filter } from '../symbols/channels.js';
import { type Condition, dependsOnState } from './condition.js';

/** Whether what is waited for can come at all, by what is subscribed. */
export class Prospect {
  /** What was looked at last; looked at anew only where it has changed, since messages come often. */
  private names: readonly string[] | undefined;
  private lost = false;

  /** @param wanted of which messages must be; none: any message will do */
  constructor(
    private readonly subscriptions: SubscriptionsView,
    private readonly condition: Condition | undefined,
    private readonly wanted: readonly Filter[],
  ) {}

  /** Only where that is certain: what the feed was asked for, or may hold although it refused it, can still bring it. */
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
