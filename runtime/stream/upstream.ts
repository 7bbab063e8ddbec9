/** One source of a market's events, with its subscriptions and its users. */

import type { Options } from '../config/options.js';
import type { Market } from '../contract/market.js';
import type { Decoding } from '../contract/suite.js';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import { FeedText } from '../feed/feed-text.js';
import type { FeedListener, FeedSource } from '../feed/source.js';
import type { StateName } from '../feed/state.js';
import { SubscriptionPump } from '../feed/subscription-pump.js';
import { Subscriptions } from '../feed/subscriptions.js';
import { verdicts } from '../feed/verdict.js';
import { Changes } from '../pacing/changes.js';
import type { LoopBudget } from '../pacing/loop-budget.js';
import type { Recorder } from '../recording/recorder.js';
import type { ChannelName } from '../symbols/channels.js';
import type { SymbolTable } from '../symbols/symbol-table.js';
import { symbolTableOf } from '../symbols/symbol-table.js';
import { Answers } from './answers.js';
import { Arrivals } from './arrivals.js';
import type { Target } from './target.js';
import type { StreamFault, UpstreamUser } from './upstream-user.js';
import { Users } from './users.js';

export interface UpstreamServices {
  readonly options: Options;
  readonly clock: Clock;
  readonly log: Log;
  readonly loopBudget: LoopBudget;
  readonly decoding: Decoding;
  /** Absent if nothing is recorded. */
  readonly recorder?: Recorder | undefined;
}

/** The owner of an upstream. */
export interface UpstreamOwner {
  /** Whether its frames are to be recorded. */
  isRecorded(): boolean;
  /** Its last user left. */
  vacated(): void;
}

export class Upstream {
  readonly subscriptions: Subscriptions;
  /** The table that its events refer to. */
  readonly symbols: SymbolTable;
  private readonly users = new Users();
  private readonly source: FeedSource;
  private readonly changes: Changes;
  private readonly pump: SubscriptionPump;
  private readonly answers: Answers;
  private readonly arrivals: Arrivals;
  private fault: StreamFault | undefined;
  private started = false;
  /** How many times the source became live. */
  private lives = 0;

  constructor(
    readonly market: Market,
    private readonly services: UpstreamServices,
    readonly target: Target,
    private readonly owner: UpstreamOwner,
  ) {
    const { options, clock, log, loopBudget, decoding } = services;
    const { users } = this;
    this.symbols = symbolTableOf(market);
    this.changes = new Changes(clock);
    this.subscriptions = new Subscriptions(market, {
      changed: name => users.tell(user => user.subscriptionChanged(name)),
      turnedDown: rejection => users.tell(user => user.turnedDown(rejection)),
      readmitted: rejection => users.tell(user => user.readmitted(rejection)),
    });
    const { subscriptions, symbols } = this;
    const own = { clock, log, symbols, text: new FeedText(target.key) };
    const askAgain = (): void => void this.pump.run();
    this.answers = new Answers(market, own, subscriptions, users, askAgain);
    this.arrivals = new Arrivals(market, own, subscriptions, this.answers, users, askAgain);
    this.source = target.open({ market, decoding, symbols, options, clock, loopBudget }, this.listener());
    this.pump = new SubscriptionPump(subscriptions, this.changes, clock, options, {
      life: () => (this.state === 'live' ? this.lives : undefined),
      // A frame has names of one user only, so that no refusal is attributed to another.
      next: most => users.namesOfNext(subscriptions.namesIn('pending'), most),
      subscribe: names => this.source.subscribe(names),
      answered: () => this.account(),
    });
  }

  get state(): StateName {
    return this.source.state;
  }

  /** Where it reads from, for display. */
  get place(): string {
    return this.source.place;
  }

  /** The fault that ended it last. */
  get lastFault(): StreamFault | undefined {
    return this.fault;
  }

  /** Monotonic ms of the next attempt, while one is scheduled. */
  get nextAttemptMs(): number | undefined {
    return this.source.nextAttemptMs;
  }

  /** Failed attempts since the source was last stable. */
  get attempts(): number {
    return this.source.attempts;
  }

  /** The first user starts the source. */
  join(user: UpstreamUser): void {
    this.users.add(user);
    if (this.started) return;
    this.started = true;
    this.source.start();
  }

  /** Delivers the frames that arrived, as far as that is done at once. */
  deliver(): void {
    this.source.given(() => {});
  }

  /**
   * The upstream goes on for other users; with the last one it ends. Earlier frames are still the user's; resolves when
   * they are delivered.
   *
   * @param names the user's channels
   */
  async leave(user: UpstreamUser, names: readonly string[]): Promise<void> {
    const { users, source } = this;
    if (!users.has(user)) return;
    const given = users.part(user);
    if (!users.isEmpty) {
      this.unsubscribe(names);
      source.given(() => users.forget(user));
      await given;
      return;
    }
    this.subscriptions.clear();
    this.owner.vacated();
    await source.close();
    users.forget(user);
  }

  /** Delivers nothing more to a user who left, not even earlier frames. */
  forget(user: UpstreamUser): void {
    this.users.forget(user);
  }

  /** Adds channels; they are sent as soon as it is live. */
  subscribe(names: readonly ChannelName[]): void {
    this.subscriptions.want(names);
    void this.pump.run();
  }

  /** Drops the channels that no user asks for any more. */
  unsubscribe(names: readonly string[]): void {
    const { removed } = this.subscriptions.drop(names.filter(name => !this.users.ask(name)));
    this.source.unsubscribe(removed);
    this.changes.notify();
  }

  private listener(): FeedListener {
    const { answers, arrivals, users } = this;
    const came = this.recording();
    return {
      ...(came ? { came } : {}),
      get takers() {
        return users.takers.length;
      },
      changed: from => this.stateChanged(from),
      answered: answer => answers.hear(answer),
      take: (frame, found, arrivedMs) => arrivals.take(frame, found, arrivedMs, this.source),
      delivered: () => {
        answers.conclude();
        this.account();
      },
      ended: () => users.tell(user => user.replayEnded()),
    };
  }

  /** @returns a function that records each frame while it is live; undefined if nothing is recorded */
  private recording(): ((frame: Buffer) => void) | undefined {
    const { market, target, owner } = this;
    const { recorder, loopBudget } = this.services;
    // A replay is recorded already.
    if (!recorder || target.replay) return undefined;
    const { endpoint, key, ownership } = target;
    const origin = { market: market.name, feed: endpoint.feed, ownership, key };
    return frame => {
      if (this.state === 'live' && owner.isRecorded()) recorder.take(origin, loopBudget.nowMs, frame);
    };
  }

  private account(): void {
    this.arrivals.account(this.source);
    this.changes.notify();
  }

  private stateChanged(from: StateName): void {
    const { state, lastFault } = this.source;
    if (state === 'live') {
      this.lives++;
      void this.pump.run();
    }
    if (from === 'live') {
      this.subscriptions.restart();
      this.answers.restart();
    }
    if (state === 'retrying' || state === 'refused') {
      // A source that broke delivers no earlier frames.
      this.users.forgetParting();
      if (lastFault) {
        const { clock, log } = this.services;
        this.fault = { code: verdicts[lastFault.kind].code, message: lastFault.message, atMs: clock.elapsed() };
        log.say(`${this.market.name} ${lastFault.kind}`, `${this.market.name}: ${lastFault.message}`);
      }
    }
    this.users.tell(user => user.stateChanged(from));
    this.changes.notify();
  }
}
