import type { SummarizeArguments, SummarizeSeveralAnswer } from '../../../generated/types.js';
import type { SymbolStates } from '../../market/totals/symbol-state.js';
import { TimeSlice } from '../../pacing/time-slice.js';
import type { HubView, StreamView } from '../../stream/view.js';
import { roomIn } from '../answer.js';
import { daysOf } from '../daily/join.js';
import type { OfSeveral } from '../of-markets.js';
import { decodeRank, encodeRank, type Rank, type Ranking, rank, rankingOf } from '../summary/ranking.js';
import { judgeKeys } from '../summary/row-keys.js';
import { showRows, takeRows } from '../summary/rows.js';
import { cancelled, fromWindows, type Stretch } from '../summary/windows.js';
import { rowMaker, summaryOf, untilAllCame } from '../summary.js';
import { type Assigned, symbolsIn } from './names.js';
import { explainAside, faultOf, streamsOf } from './streams.js';

/**
 * One row per symbol of several markets, ranked over all of them.
 *
 * @param abort cancels a call that waits, builds windows, or waits for a place to do so
 * @throws StreamError INVALID_ARGUMENT, INVALID_CHANNEL, BAD_CURSOR, STOPPED
 */
export async function summarizeSeveral(hub: HubView, args: OfSeveral<SummarizeArguments>, abort?: AbortSignal) {
  const streams = streamsOf(hub, args.markets);
  judgeKeys(hub.suite.rowKeys, args.fields);
  const ranking = rankingOf(args);
  const after = args.cursor === undefined ? undefined : decodeRank(args.cursor, ranking, namesOf(streams));
  const symbols = symbolsIn(streams, args.symbols);
  if (args.wait_s > 0) {
    const waits = streams.flatMap((stream, place) => {
      const own = symbols.of[place];
      return own?.length === 0 ? [] : [() => untilAllCame(stream, own, args.wait_s * 1_000, abort)];
    });
    await hub.duringWait(() => Promise.all(waits.map(wait => wait())));
  }
  const wanted: Wanted = { streams, args, symbols, ranking, after };
  const found = await fromWindows(
    hub,
    streams,
    args,
    (windows, stretch) => findRows(hub, wanted, windows, stretch),
    abort,
  );
  const asked = streams.map(async stream => {
    const own = found.taken.filter(({ place }) => place.market === stream.market.name);
    return daysOf(
      hub,
      stream,
      own.map(({ place }) => place.symbol),
      args.fields,
      abort,
    );
  });
  const days = await Promise.all(asked);
  if (abort?.aborted) throw cancelled();
  const frame = {
    ...found.frame,
    streams: found.frame.streams.map((own, place) => ({ ...own, notes: [...days[place]!.notes, ...own.notes] })),
  };
  const byMarket = new Map(streams.map(({ market }, place) => [market.name, days[place]!]));
  const room = roomIn(args.max_bytes, frame);
  const { rows, last } = showRows(found, room, args.fields, ({ market }) => byMarket.get(market!));
  const omitted = found.ranked.size;
  return {
    ...frame,
    symbols: rows,
    omitted,
    cursor: omitted > 0 && last ? encodeRank(ranking, last, namesOf(streams)) : null,
  } satisfies SummarizeSeveralAnswer;
}

/** Which rows a call is after. */
interface Wanted {
  readonly streams: readonly StreamView[];
  readonly args: OfSeveral<SummarizeArguments>;
  readonly symbols: Assigned<string>;
  readonly ranking: Ranking;
  readonly after: Rank | undefined;
}

function namesOf(streams: readonly StreamView[]): string[] {
  return streams.map(({ market }) => market.name);
}

/**
 * @param states by the place of a stream
 * @throws where the messages of a window are gone
 */
async function findRows(
  hub: HubView,
  { streams, args, symbols, ranking, after }: Wanted,
  states: readonly SymbolStates[],
  stretch: Stretch,
) {
  const nowMs = hub.clock.elapsed();
  for (const one of states) {
    await one.update(stretch.abort);
    if (stretch.abort?.aborted) throw cancelled();
  }
  const parts = streams.map((stream, place) => {
    const own = symbols.of[place];
    const summary = summaryOf(hub, stream, { states: states[place]!, symbols: own, stretch, nowMs });
    const isAside = own?.length === 0;
    return {
      stream,
      own: summary.found,
      frame: isAside ? { ...summary.frame, silence: explainAside(stream) } : summary.frame,
    };
  });
  const frame = {
    notes: [...symbols.notes, ...noteOnUnits(args)],
    streams: parts.map(({ stream, frame: own }) => ({ ...own, ...(own.silence === null ? {} : faultOf(hub, stream)) })),
  };
  const fields = parts.map(({ stream, own }) => ({ states: own, market: stream.market.name }));
  const ranked = await rank(hub.clock, fields, ranking, after);
  const makers = new Map(streams.map(stream => [stream.market.name, rowMaker(hub, stream, nowMs)]));
  const taken = await takeRows(roomIn(args.max_bytes, frame), ranked, args, {
    slice: new TimeSlice(hub.clock),
    row: place => ({ market: place.market!, ...makers.get(place.market!)!(place) }),
  });
  return { frame, ...taken };
}

function noteOnUnits({ sort, markets }: OfSeveral<SummarizeArguments>): string[] {
  return sort === 'volume' && markets.length > 1
    ? ['Volumes are ranked as numbers, each in the unit of its market.']
    : [];
}
