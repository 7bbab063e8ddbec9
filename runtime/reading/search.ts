/** Looks for what a wait is after. */
import type { WaitArguments } from '../../generated/types.js';
import type { Entry } from '../buffer/message-buffer.js';
import { fieldValue, type Message } from '../market/format.js';
import type { TimeSlice } from '../pacing/time-slice.js';
import type { HubView, StreamView } from '../stream/view.js';
import type { Filter } from '../symbols/channels.js';
import { cursorOf } from './answer.js';
import { type Condition, fieldsOf, symbolsOf } from './condition.js';
import { ConditionTracker } from './condition-tracker.js';
import { mostLookedBack } from './earlier-values.js';
import type { Look, MatchScan } from './match-scan.js';
import { nameOnly, type PageBuilder } from './page.js';
import { unheldOf } from './silence.js';

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
  readonly args: Pick<WaitArguments, 'count' | 'prints'>;
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
  private last: Message | undefined;
  /** The message whose earlier values are looked for. */
  private unfinished: Shown | undefined;

  constructor(private readonly task: SearchTask) {
    const { stream, condition, args } = task;
    this.tracker = condition && new ConditionTracker(stream.market, condition, stream.buffer, args.prints === 'all');
    this.symbols = condition && symbolsOf(condition);
  }

  get notes(): readonly string[] {
    if (!this.tracker?.isCut) return this.said;
    const far = `A first value crosses nothing and is no change where the ${mostLookedBack} messages before it, of its symbol and channel, have none.`;
    return [...this.said, far];
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

  /** Filters for those symbols; empty where a message of any symbol can satisfy the condition. */
  get decisive(): readonly Filter[] {
    return [...(this.symbols ?? [])].map(symbol => ({ symbol }));
  }

  /** The same filters, if no subscribed channel satisfies any of them. */
  get unheld(): readonly Filter[] | undefined {
    const wanted = this.decisive;
    const unheld = unheldOf(this.task.stream.subscriptions.names, wanted);
    return unheld.length > 0 && unheld.length === wanted.length ? wanted : undefined;
  }

  /** Looks at the messages since the last look. */
  look(): void {
    this.lookAtState();
    if (!this.ended) this.task.matchScan.look((seq, slice) => this.lookAt(seq, slice));
  }

  /** Looks at the state alone. */
  lookAtState(): void {
    if (!this.ended && this.tracker?.seesState(this.task.stream.state)) this.matched = true;
  }

  /** Looks at one message. The search ends with a message that is taken. */
  lookAt(seq: number, slice: TimeSlice): Look {
    const { tracker, symbols } = this;
    const { stream, matchScan, page, args } = this.task;
    // A message that cannot satisfy the condition is not even parsed.
    if (symbols && !symbols.has(stream.buffer.symbolAt(seq) ?? '')) return 'skipped';
    const shown = this.unfinished?.entry.seq === seq ? this.unfinished : this.show(seq);
    const { entry, message } = shown;
    const isReady = tracker?.looksBack(entry, message, slice) ?? true;
    this.unfinished = isReady ? undefined : shown;
    if (!isReady) return 'unfinished';
    this.last = message;
    if (tracker && !tracker.sees(entry, message)) return 'skipped';
    if (!this.keep(message, seq)) {
      this.isFull = true;
      matchScan.putBack();
      this.said.push(`${page.messages.length} of ${args.count} fill an answer; go on with the cursor.`);
      return 'taken';
    }
    this.matched = page.isFull;
    return this.matched ? 'taken' : 'skipped';
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
    const { last } = this;
    const { condition } = this.task;
    if (!condition || !last) return undefined;
    const values = fieldsOf(condition).map(field => [field, fieldValue(last, field)] as const);
    return Object.fromEntries(values.filter(([, value]) => value !== undefined));
  }
}
