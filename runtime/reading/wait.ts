import type { WaitAnswer, WaitArguments } from '../../generated/types.js';
import { ChannelIndex } from '../buffer/channel-index.js';
import type { Entry } from '../buffer/message-buffer.js';
import { notesOnFilters, parseFilters, selectionOf } from '../buffer/selection.js';
import { StreamError } from '../core/errors.js';
import { isWanted } from '../feed/state.js';
import { notesOnFields } from '../market/field-notes.js';
import { fieldValue, type Message } from '../market/format.js';
import type { TimeSlice } from '../pacing/time-slice.js';
import type { HubView, StreamView } from '../stream/view.js';
import type { Filter } from '../symbols/channels.js';
import { commonAnswer, cursorOf, newestAge, showOutagesSince, silenceOf } from './answer.js';
import { type Condition, fieldsOf, symbolsOf } from './condition.js';
import { parseCondition, type Subject } from './condition-parser.js';
import { ConditionTracker } from './condition-tracker.js';
import { mostLookedBack } from './earlier-values.js';
import { type Look, MatchScan } from './match-scan.js';
import { nameOnly, PageBuilder } from './page.js';
import { Prospect } from './prospect.js';
import { seqOf } from './read.js';
import { unheldOf } from './silence.js';

/**
 * Waits for a number of messages, or of messages for which a condition holds, until the time is up. Answers early when
 * no more fit into an answer, when no subscribed channel can bring what the call waits for, or when the stream ends.
 *
 * @throws StreamError NOT_STARTED, BAD_CONDITION, BAD_CURSOR, INVALID_CHANNEL
 */
export async function wait(hub: HubView, args: WaitArguments, abort?: AbortSignal) {
  const stream = hub.stream(args.market);
  const { buffer, changes, market } = stream;
  const filters = parseFilters(market, args.channels, buffer.knows);
  const condition =
    args.condition === undefined
      ? undefined
      : parseCondition(subjectOf(stream, filters), args.condition, hub.suite.limits.comparisons);
  const since = args.cursor === undefined ? buffer.nextSeq : seqOf(hub, stream, args.cursor);
  if (!isWanted(stream.state) && since >= buffer.nextSeq) throw notStarted(stream);
  const matchScan = new MatchScan(hub.clock, stream, selectionOf(filters), since);
  const search = new Search(hub, stream, matchScan, condition, args);
  const prospect = new Prospect(stream.subscriptions, condition, filters ?? search.decisive);
  const beganMs = hub.clock.elapsed();
  let resting = false;
  const over = (again: () => void): boolean => {
    if (resting) return false;
    search.look();
    if (search.ended) return true;
    if (matchScan.nextSeq >= buffer.nextSeq) return stream.isOver || prospect.isLost;
    resting = true;
    void matchScan.rest().then(() => {
      resting = false;
      again();
    });
    return false;
  };
  await changes.until(over, args.timeout_s * 1_000, abort);
  search.look();
  const hasMore = await matchScan.hasMore();

  const { messages, matched, notes } = search;
  const isSilent = !matched && (messages.length === 0 || stream.isOver);
  return {
    ...commonAnswer(stream, [...notesOnFilters(args.channels, filters), ...notes, ...notesOnFields(market, messages)]),
    messages,
    count: messages.length,
    cursor: cursorOf(hub, stream, matchScan.nextSeq),
    has_more: hasMore,
    dropped: matchScan.dropped,
    ...showOutagesSince(stream, since),
    newest_age_ms: newestAge(stream),
    silence: isSilent ? silenceOf(hub, stream, { filters: filters ?? search.unheld, ...search.outcome }) : null,
    matched,
    waited_ms: Math.round(hub.clock.elapsed() - beganMs),
  } satisfies WaitAnswer;
}

interface Shown {
  readonly entry: Entry;
  readonly message: Message;
}

/** Looks for messages along a stream until it has what the call waits for. */
class Search {
  matched = false;
  private readonly said: string[] = [];
  private readonly count: number;
  private readonly page: PageBuilder;
  private readonly tracker: ConditionTracker | undefined;
  /** Symbols of which a message can satisfy the condition, see `symbolsOf`; absent: any. */
  private readonly symbols: ReadonlySet<string> | undefined;
  private isFull = false;
  private last: Message | undefined;
  /** The message whose earlier values are looked for. */
  private unfinished: Shown | undefined;

  constructor(
    private readonly hub: HubView,
    private readonly stream: StreamView,
    private readonly matchScan: MatchScan,
    private readonly condition: Condition | undefined,
    { count, prints }: WaitArguments,
  ) {
    this.count = count;
    const { usualBytes, mostBytes } = hub.suite.limits;
    this.page = new PageBuilder({ limit: count, maxBytes: usualBytes, mostBytes });
    this.tracker = condition && new ConditionTracker(stream.market, condition, stream.buffer, prints === 'all');
    this.symbols = condition && symbolsOf(condition);
  }

  get messages(): readonly Message[] {
    return this.page.messages;
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
    const { seen, passed } = this.matchScan;
    return { seen, passed, last: this.lastValues };
  }

  /** Filters for those symbols; empty where a message of any symbol can satisfy the condition. */
  get decisive(): readonly Filter[] {
    return [...(this.symbols ?? [])].map(symbol => ({ symbol }));
  }

  /** The same filters, if no subscribed channel satisfies any of them. */
  get unheld(): readonly Filter[] | undefined {
    const wanted = this.decisive;
    const unheld = unheldOf(this.stream.subscriptions.names, wanted);
    return unheld.length > 0 && unheld.length === wanted.length ? wanted : undefined;
  }

  /** Looks at the messages since the last look. */
  look(): void {
    if (this.ended) return;
    if (this.tracker?.seesState(this.stream.state)) {
      this.matched = true;
      return;
    }
    this.matchScan.look((seq, slice) => this.lookAt(seq, slice));
  }

  /** The search ends with a message that is taken. */
  private lookAt(seq: number, slice: TimeSlice): Look {
    const { stream, tracker, symbols } = this;
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
      this.matchScan.putBack();
      this.said.push(`${this.page.messages.length} of ${this.count} fill an answer; go on with the cursor.`);
      return 'taken';
    }
    this.matched = this.page.isFull;
    return this.matched ? 'taken' : 'skipped';
  }

  private show(seq: number): Shown {
    const entry = this.stream.buffer.at(seq)!;
    return { entry, message: this.stream.show(entry, 'summary') };
  }

  private keep(message: Message, seq: number): boolean {
    if (this.page.add(message)) return true;
    const { tooLarge } = this.page.overflow;
    if (tooLarge === undefined) return false;
    const cursor = cursorOf(this.hub, this.stream, seq);
    this.said.push(
      `A message of ${tooLarge} bytes is only named here: read_stream_messages with cursor "${cursor}" and a larger max_bytes has it.`,
    );
    return this.page.add(nameOnly(message, tooLarge));
  }

  /** Values of the fields of the condition, in the last message. */
  private get lastValues(): Readonly<Record<string, unknown>> | undefined {
    const { condition, last } = this;
    if (!condition || !last) return undefined;
    const values = fieldsOf(condition).map(field => [field, fieldValue(last, field)] as const);
    return Object.fromEntries(values.filter(([, value]) => value !== undefined));
  }
}

/** The channels and symbols that the filters select: subscribed ones, or any of the market if none is subscribed. */
function subjectOf({ market, subscriptions, buffer }: StreamView, filters: readonly Filter[] | undefined): Subject {
  const channelIndex = new ChannelIndex(subscriptions.names);
  const asked = filters ?? [{}];
  const chosen = market.channels.filter(({ prefix }) => asked.some(filter => (filter.prefix ?? prefix) === prefix));
  const held = chosen.filter(({ prefix }) =>
    asked.some(filter => (filter.prefix ?? prefix) === prefix && channelIndex.has({ ...filter, prefix })),
  );
  const symbols = filters?.flatMap(({ symbol }) => symbol ?? []);
  return {
    market,
    delivered: buffer.knows,
    channels: held.length > 0 ? held : chosen,
    symbols: symbols?.length === filters?.length ? symbols && new Set(symbols) : undefined,
  };
}

function notStarted(stream: StreamView): StreamError {
  const { market, state } = stream;
  return new StreamError(
    'NOT_STARTED',
    `Nothing can come: the ${market.title} stream is ${state === 'idle' ? 'not started' : state}.`,
    undefined,
    commonAnswer(stream),
  );
}
