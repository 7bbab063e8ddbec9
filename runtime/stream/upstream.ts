/** One source of a market's events: what is subscribed at it, and the clients for whom its frames are. */
import { symbolTableOf } from '../buffer/message-buffer.js';
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
  /** Absent where nothing is recorded. */
  readonly recorder?: Recorder | undefined;
}

/** Whoever keeps an upstream. */
export interface UpstreamKeeper {
  /** Whether what comes over it is to be recorded. */
  isRecorded(): boolean;
  /** Nobody uses it any more. */
  vacated(): void;
}

export class Upstream {
  readonly subscriptions: Subscriptions;
  /** As its events number them. */
  readonly symbols: SymbolTable;
  private readonly users = new Users();
  private readonly source: FeedSource;
  private readonly changes: Changes;
  private readonly pump: SubscriptionPump;
  private readonly answers: Answers;
  private readonly arrivals: Arrivals;
  private fault: StreamFault | undefined;
  private started = false;
  /** Counts the times that the source became live. */
  private lives = 0;

  constructor(
    readonly market: Market,
    private readonly services: UpstreamServices,
    readonly target: Target,
    private readonly keeper: UpstreamKeeper,
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
      // Names of one user, so that no refusal is taken for that of another's.
      next: most => users.namesOfNext(subscriptions.namesIn('pending'), most),
      subscribe: names => this.source.subscribe(names),
      answered: () => this.account(),
    });
  }

  get state(): StateName {
    return this.source.state;
  }

  /** Where it reads from, as people know it. */
  get place(): string {
    return this.source.place;
  }

  /** Why it went down the last time. */
  get lastFault(): StreamFault | undefined {
    return this.fault;
  }

  /** Monotonic ms of the next attempt, while one is scheduled. */
  get nextAttemptMs(): number | undefined {
    return this.source.nextAttemptMs;
  }

  /** Failed attempts since the source last was stable. */
  get attempts(): number {
    return this.source.attempts;
  }

  /** The first who comes has it start. */
  join(user: UpstreamUser): void {
    this.users.add(user);
    if (this.started) return;
    this.started = true;
    this.source.start();
  }

  /** Takes in what came, as far as that is done at once. */
  deliver(): void {
    this.source.given(() => {});
  }

  /**
   * What others asked for goes on for them; with the last one it ends. What came before is still the user's; resolves
   * when that was given.
   *
   * @param names that the user asked for
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
    this.keeper.vacated();
    await source.close();
    users.forget(user);
  }

  /** Gives nothing more to somebody who left, not even what came before. */
  forget(user: UpstreamUser): void {
    this.users.forget(user);
  }

  /** Adds channels; they are asked for as soon as it is live. */
  subscribe(names: readonly ChannelName[]): void {
    this.subscriptions.want(names);
    void this.pump.run();
  }

  /** Lets go of the channels that nobody asks for any more. */
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

  /** @returns what writes down each frame that comes while it is live; nothing where nothing is recorded */
  private recording(): ((frame: Buffer) => void) | undefined {
    const { market, target, keeper } = this;
    const { recorder, loopBudget } = this.services;
    // A replay is recorded already.
    if (!recorder || target.replay) return undefined;
    const { endpoint, key, keeper: owner } = target;
    const origin = { market: market.name, feed: endpoint.feed, keeper: owner, key };
    return frame => {
      if (this.state === 'live' && keeper.isRecorded()) recorder.take(origin, loopBudget.nowMs, frame);
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
    if (from === 'live') this.subscriptions.restart();
    if (state === 'retrying' || state === 'refused') {
      // What a source that broke still had to give is for nobody.
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
