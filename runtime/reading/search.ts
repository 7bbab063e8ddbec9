/** Looks along a stream for what a wait is for. */
import type { WaitArguments } from '../../generated/types.js';
import { ChannelIndex } from '../buffer/channel-index.js';
import type { Entry } from '../buffer/message-buffer.js';
import { unshown } from '../feed/feed-text.js';
import { channelOf, fieldValue, formatFields, type Message } from '../market/format.js';
import { TimeSlice } from '../pacing/time-slice.js';
import type { HubView, StreamView } from '../stream/view.js';
import type { Filter } from '../symbols/channels.js';
import { spellAge } from './ages.js';
import { cursorOf } from './answer.js';
import { type Condition, fieldsOf, isRich, leavesOf, symbolsOf } from './conditions/condition.js';
import { ConditionTracker, type Surroundings } from './conditions/condition-tracker.js';
import { mostLookedBack } from './conditions/earlier-values.js';
import { isAboutLevels, Standing } from './conditions/levels.js';
import { type Choice, choiceOf, mostRecalled, newestIn, recall } from './conditions/recall.js';
import { mostPoints } from './conditions/span.js';
import type { Look, MatchScan } from './match-scan.js';
import { nameOnly, type PageBuilder } from './page.js';

interface Shown {
  readonly entry: Entry;
  readonly message: Message;
}

/** Where to look, and for what. */
export interface SearchTask {
  readonly hub: HubView;
  readonly stream: StreamView;
  readonly matchScan: MatchScan;
  readonly condition: Condition | undefined;
  /** The symbols that the call asks for; absent: all. */
  readonly asked: ReadonlySet<string> | undefined;
  /** Present where the condition has an indicator. */
  readonly compute: Surroundings['compute'];
  readonly args: Pick<WaitArguments, 'count' | 'prints' | 'cursor'>;
  /** Of the answer; that of one about several markets is of all of them. */
  readonly page: PageBuilder;
  /** Whether the answer is about several markets, so that messages say theirs. */
  readonly isOfSeveral?: boolean;
}

/** Looks for messages along a stream until it has what the call waits for. */
export class Search {
  matched = false;
  /** What it put on the page. */
  readonly messages: Message[] = [];
  private readonly said: string[] = [];
  private readonly tracker: ConditionTracker | undefined;
  /** Symbols of which a message can satisfy the condition, see `symbolsOf`; absent: any. */
  private readonly symbols: ReadonlySet<string> | undefined;
  private isFull = false;
  private isShortened = false;
  private last: Message | undefined;
  private lastEntry: Entry | undefined;
  /** Those that are not selected, and that the condition takes in all the same. */
  private readonly beside: Choice | undefined;
  private droppedBefore = 0;
  /** Messages of other symbols than the condition names. */
  private elsewhere = 0;
  /** The message whose earlier values are looked for. */
  private unfinished: Shown | undefined;

  constructor(private readonly task: SearchTask) {
    const { hub, stream, condition, args, asked, compute } = task;
    const { market, buffer, outages } = stream;
    this.tracker =
      condition &&
      new ConditionTracker(market, condition, buffer, args.prints === 'all', {
        hours: hub.hours.of(market),
        outages,
        covers: coverOf(stream),
        compute,
      });
    this.symbols = condition && symbolsOf(condition);
    this.beside = condition && choiceOf(market, condition, asked, 'beside');
  }

  /**
   * Shows the condition what came before the first message that is judged, and takes the message with which it holds
   * already.
   */
  async begin(since: number, abort: AbortSignal | undefined): Promise<void> {
    const { tracker } = this;
    const { stream, hub, condition, asked } = this.task;
    if (!condition || !tracker) return;
    const { buffer, market } = stream;
    const standing = this.mayStand(condition) ? new Standing(condition) : undefined;
    const choose = choiceOf(market, condition, asked, standing ? 'all' : 'operands');
    if (!choose) return;
    const isHeld = since >= buffer.oldestSeq && since < buffer.nextSeq;
    const slice = new TimeSlice(hub.clock);
    await slice.begin();
    this.isShortened = await recall({
      market,
      buffer,
      condition,
      choose: leavesOf(condition).some(isRich) ? choose : newestIn(market, choose),
      take: (entry, message) =>
        standing ? standing.note(entry, tracker.sees(entry, message)) : tracker.remember(entry, message),
      lostBefore: seq => tracker.lostBefore(seq),
      since,
      atMs: isHeld ? buffer.arrivedMs(since) : hub.clock.elapsed(),
      slice,
      abort,
    });
    const found = standing?.now;
    if (!found || found.seq < (stream.outages.newestSeq ?? 0)) return;
    const ageMs = Math.round(hub.clock.elapsed() - found.arrivedMs);
    this.said.push(`It held before the wait began: the message came ${spellAge(ageMs)} before.`);
    this.take(found, stream.show(found, 'summary'));
  }

  /** Whether a wait from now on ends at once where things stand as it asks. */
  private mayStand(condition: Condition): boolean {
    const { stream, asked, args, isOfSeveral } = this.task;
    if (isOfSeveral || args.cursor !== undefined || args.count > 1 || stream.state !== 'live') return false;
    const isNamed =
      asked !== undefined ||
      this.symbols !== undefined ||
      stream.subscriptions.names.every(name => !name.endsWith('.*'));
    return isNamed && isAboutLevels(stream.market, condition);
  }

  get notes(): readonly string[] {
    const { tracker } = this;
    const far = `A first value crosses nothing and is no change where the ${mostLookedBack} messages before it, of its symbol and channel, have none.`;
    const crowded = `Spans of more than ${mostPoints} values together are not looked at as a whole: name fewer symbols, or a shorter window_s.`;
    const shortened = `Only the newest ${mostRecalled} messages before the wait are counted in: name fewer symbols, or a shorter window_s.`;
    return [
      ...this.said,
      ...(tracker?.isCut ? [far] : []),
      ...(tracker?.isCrowded ? [crowded] : []),
      ...(this.isShortened ? [shortened] : []),
    ];
  }

  /** Whether there is no point in looking further. */
  get ended(): boolean {
    return this.matched || this.isFull;
  }

  /** What it looked at, for the explanation of a silence. */
  get outcome() {
    const { seen, passed } = this.task.matchScan;
    return { seen, passed, last: this.lastValues };
  }

  /** The same, where a call names no channels: what it looks for are the symbols of its condition. */
  get ownOutcome() {
    const { seen, passed, last } = this.outcome;
    return { filters: this.decisive, seen: seen - this.elsewhere, passed: passed + this.elsewhere, last };
  }

  /** Filters for those symbols; empty where a message of any symbol can satisfy the condition. */
  get decisive(): readonly Filter[] {
    return [...(this.symbols ?? [])].map(symbol => ({ symbol }));
  }

  /** Looks at the messages since the last look. */
  look(): void {
    this.lookAtState();
    if (this.ended) return;
    this.task.matchScan.look(
      (seq, slice) => this.lookAt(seq, slice),
      seq => this.passBy(seq),
    );
  }

  /** Looks at the state alone. */
  lookAtState(): void {
    if (!this.ended && this.tracker?.seesState(this.task.stream.state)) this.matched = true;
  }

  /** @returns whether the message is taken in although it is not selected */
  passBy(seq: number): boolean {
    const { tracker, beside } = this;
    const { buffer, market } = this.task.stream;
    if (!tracker || !beside?.(buffer, seq)) return false;
    this.noteLoss(seq);
    const entry = buffer.at(seq)!;
    tracker.takeBeside(entry, formatFields(channelOf(market, entry.ev)!, entry, unshown));
    return true;
  }

  private noteLoss(seq: number): void {
    const { dropped } = this.task.matchScan;
    if (dropped > this.droppedBefore) this.tracker?.lostBefore(seq);
    this.droppedBefore = dropped;
  }

  /** Looks at one message. The search ends with a message that is taken. */
  lookAt(seq: number, slice: TimeSlice): Look {
    const { tracker, symbols } = this;
    const { stream } = this.task;
    // A message that cannot satisfy the condition is not even parsed.
    if (symbols && !symbols.has(stream.buffer.symbolAt(seq) ?? '')) {
      this.elsewhere++;
      return 'skipped';
    }
    const shown = this.unfinished?.entry.seq === seq ? this.unfinished : this.show(seq);
    const { entry, message } = shown;
    const isReady = tracker?.looksBack(entry, message, slice) ?? true;
    this.unfinished = isReady ? undefined : shown;
    if (!isReady) return 'unfinished';
    this.last = message;
    this.lastEntry = entry;
    this.noteLoss(seq);
    if (tracker && !tracker.sees(entry, message)) return 'skipped';
    return this.take(entry, message);
  }

  private take(entry: Entry, message: Message): Look {
    const { matchScan, page, args } = this.task;
    if (!this.keep(message, entry.seq)) {
      this.isFull = true;
      matchScan.putBack();
      this.said.push(`${page.messages.length} of ${args.count} fill an answer; go on with the cursor.`);
      return 'taken';
    }
    this.matched = page.isFull;
    if (this.matched) this.noteValues(entry);
    return this.matched ? 'taken' : 'skipped';
  }

  /** What is in no message is said beside the last one. */
  private noteValues(entry: Entry): void {
    const values = Object.entries(this.tracker?.show(entry) ?? {});
    if (values.length === 0) return;
    this.said.push(`At the last message: ${values.map(([name, value]) => `${name} ${value}`).join(', ')}.`);
  }

  private show(seq: number): Shown {
    const { stream } = this.task;
    const entry = stream.buffer.at(seq)!;
    return { entry, message: stream.show(entry, 'summary') };
  }

  private keep(message: Message, seq: number): boolean {
    const { hub, stream, page, isOfSeveral } = this.task;
    const { name } = stream.market;
    const shown = isOfSeveral ? { market: name, ...message } : message;
    if (!page.add(shown)) {
      const { tooLarge } = page.overflow;
      if (tooLarge === undefined) return false;
      const cursor = cursorOf(hub, stream, seq);
      const market = isOfSeveral ? `market "${name}", ` : '';
      this.said.push(
        `A message of ${tooLarge} bytes is only named here: read_stream_messages with ${market}cursor "${cursor}" and a larger max_bytes has it.`,
      );
      if (!page.add(nameOnly(shown, tooLarge))) return false;
    }
    this.messages.push(page.messages.at(-1)!);
    return true;
  }

  /** Values of the fields of the condition, in the last message. */
  private get lastValues(): Readonly<Record<string, unknown>> | undefined {
    const { last, lastEntry, tracker } = this;
    const { condition } = this.task;
    if (!condition || !last) return undefined;
    const values = fieldsOf(condition).map(field => [field, fieldValue(last, field)] as const);
    const plain = Object.fromEntries(values.filter(([, value]) => value !== undefined));
    return { ...plain, ...(lastEntry && tracker?.show(lastEntry)) };
  }
}

/** Whether a channel of a symbol is subscribed, or was and brought something. */
function coverOf({ subscriptions, buffer }: StreamView): NonNullable<Surroundings['covers']> {
  let names: readonly string[] | undefined;
  let channelIndex = new ChannelIndex([]);
  return (channel, symbol) => {
    if (subscriptions.names !== names) {
      names = subscriptions.names;
      channelIndex = new ChannelIndex(names);
    }
    return (
      channelIndex.has({ prefix: channel.prefix, symbol }) ||
      (buffer.knows(symbol) && buffer.newestOf({ channel, symbol }) >= buffer.oldestSeq)
    );
  };
}
