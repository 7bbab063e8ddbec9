/** The handler of each verb. The spec types them: one that takes or answers anything else does not compile. */
import type { Answers, Arguments, OperationAnswer } from '../../generated/types.js';
import type { Market } from '../contract/market.js';
import type { MarketVerb, SharedVerb, Verb } from '../contract/tool.js';
import { backfill } from '../reading/backfill.js';
import { bars } from '../reading/bars.js';
import { isOfSeveral, type OfOne } from '../reading/of-markets.js';
import { read } from '../reading/read.js';
import { readSeveral } from '../reading/several/read.js';
import { summarizeSeveral } from '../reading/several/summary.js';
import { waitInSeveral } from '../reading/several/wait.js';
import { summarize } from '../reading/summary.js';
import { wait } from '../reading/wait.js';
import type { HubView } from '../stream/view.js';
import { callRest } from './finding/call.js';
import { findRest } from './finding/find.js';
import { callOperation } from './requests.js';
import { list } from './verbs/list.js';
import { overview } from './verbs/overview.js';
import { start } from './verbs/start.js';
import { status } from './verbs/status.js';
import { stop } from './verbs/stop.js';
import { stopAll } from './verbs/stop-all.js';
import { subscribe } from './verbs/subscribe.js';
import { unsubscribe } from './verbs/unsubscribe.js';

/** Handlers of the verbs of one market; they get valid arguments. */
export type MarketHandlers = {
  readonly [V in MarketVerb]: (hub: HubView, market: Market, args: Arguments[V]) => Answers[V] | Promise<Answers[V]>;
};

/** Handlers of the verbs that take the market as an argument. */
export type SharedHandlers = {
  /** @param abort cancels a call that is waiting */
  readonly [V in SharedVerb]: (
    hub: HubView,
    args: Arguments[V],
    abort?: AbortSignal,
  ) => Answers[V] | Promise<Answers[V]>;
};

type AnswerOf<Handler> = Handler extends (...args: never[]) => infer Answer ? Awaited<Answer> : never;

/** The keys of each member of a union, and the values under one of them. */
type KeyOf<Union> = Union extends unknown ? keyof Union : never;
type ValueOf<Union, Key> = Union extends unknown ? (Key extends keyof Union ? Union[Key] : never) : never;

/** The keys that something given has, at any depth, beyond what is wanted; `never` where there is none. */
type ExtraKeys<Given, Wanted> = unknown extends Wanted
  ? never
  : Given extends readonly (infer Item)[]
    ? ExtraKeys<Item, ItemOf<Wanted>>
    : Given extends object
      ? { [K in keyof Given]-?: K extends KeyOf<Wanted> ? ExtraKeys<Given[K], ValueOf<Wanted, K>> : K }[keyof Given]
      : never;
type ItemOf<List> = List extends readonly (infer Item)[] ? Item : never;

/**
 * The handlers, with `never` for one that answers a key which the spec does not have. It sees what a handler's answer
 * is inferred to be, keys that are spread into it included, so handlers declare no type of their answer: they say that
 * it satisfies the spec.
 */
type Exact<Handlers> = {
  readonly [V in keyof Handlers]: V extends Verb
    ? [ExtraKeys<AnswerOf<Handlers[V]>, Answers[V]>] extends [never]
      ? Handlers[V]
      : never
    : never;
};

/** A table of handlers, as it was given. */
export function marketTable<Handlers extends MarketHandlers>(handlers: Handlers & Exact<Handlers>): MarketHandlers {
  return handlers;
}

/** A table of handlers, as it was given. */
export function sharedTable<Handlers extends SharedHandlers>(handlers: Handlers & Exact<Handlers>): SharedHandlers {
  return handlers;
}

type Asking = (...args: Parameters<typeof callOperation>) => Promise<OperationAnswer>;

/** The handler of all requests of the REST API, as it was given. */
export function requestHandlerOf<Handler extends Asking>(
  handler: [ExtraKeys<AnswerOf<Handler>, OperationAnswer>] extends [never] ? Handler : never,
): Asking {
  return handler;
}

/** Of the arguments `market` and `markets` one came, or the handler is not called. */
function ofOne<Args extends { readonly market?: string | undefined }>(args: Args): OfOne<Args> {
  return args as OfOne<Args>;
}

export const requestHandler = requestHandlerOf(callOperation);

export const marketHandlers = marketTable({ start, stop, status, subscribe, unsubscribe, list });

export const sharedHandlers = sharedTable({
  read: (hub, args) => (isOfSeveral(args) ? readSeveral(hub, args) : read(hub, ofOne(args))),
  wait: (hub, args, abort) =>
    isOfSeveral(args)
      ? hub.duringWait(() => waitInSeveral(hub, args, abort))
      : hub.duringWait(() => wait(hub, ofOne(args), abort)),
  summarize: (hub, args, abort) =>
    isOfSeveral(args) ? summarizeSeveral(hub, args, abort) : summarize(hub, ofOne(args), abort),
  bars,
  backfill,
  overview,
  stop_all: stopAll,
  find_rest: findRest,
  call_rest: callRest,
});
