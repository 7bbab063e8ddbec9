/** The gate of one of many clients: when its calls run, what it may do, and what is logged of it. */

import { StreamError } from '../../core/errors.js';
import { isWanted } from '../../feed/state.js';
import type { HubView } from '../../stream/view.js';
import { listTools, type OwnedTool, type ToolResult } from '../../tools/tools.js';
import type { Asked, Gate } from '../gate.js';
import type { Caller } from './caller.js';
import type { Calls } from './calls.js';

type Verb = OwnedTool['tool']['verb'];

/** What changes a stream. */
const changing: readonly Verb[] = ['start', 'stop', 'stop_all', 'subscribe', 'unsubscribe'];
/** Calls that mostly wait for a feed, for messages or for the REST API. */
const waiting: readonly Verb[] = ['start', 'stop', 'stop_all', 'subscribe', 'wait', 'request'];

/** Whether a call asks to be answered later; what it asks is judged when its turn comes. */
function mayWait(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || !('wait_s' in given)) return false;
  return Number(given.wait_s) > 0;
}

export class ClientGate implements Gate {
  /** Names of tools. */
  private readonly waits: ReadonlySet<unknown>;

  constructor(
    private readonly caller: Caller,
    private readonly view: HubView,
    private readonly calls: Calls,
  ) {
    const tools = listTools(view).filter(({ tool: { verb } }) => waiting.includes(verb));
    this.waits = new Set(tools.map(({ tool: { name } }) => name));
  }

  enter<T>({ method, params }: Asked, answer: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const waits = method === 'tools/call' && (this.waits.has(params?.name) || mayWait(params?.arguments));
    return this.calls.run(this.caller.id, answer, { waits, signal });
  }

  async call(owned: OwnedTool, call: () => Promise<ToolResult>): Promise<ToolResult> {
    const { verb } = owned.tool;
    if (this.caller.reads !== undefined && changing.includes(verb)) {
      throw new StreamError('READ_ONLY', `This token is read-only: it must not ${verb.replace('_', ' ')}.`);
    }
    return changing.includes(verb) ? this.told(owned, call) : call();
  }

  /** Logs which streams a call started or stopped. */
  private async told({ market }: OwnedTool, call: () => Promise<ToolResult>): Promise<ToolResult> {
    const names = (market ? [market] : this.view.markets).map(({ name }) => name);
    const isRunning = (name: string): boolean => isWanted(this.view.stream(name).state);
    const before = new Set(names.filter(isRunning));
    const result = await call();
    for (const name of names) {
      if (!result.isError && isRunning(name) !== before.has(name)) this.tell(before.has(name) ? 'stop' : 'start', name);
    }
    return result;
  }

  /** Once a minute for each client with a name, and once for all others together. */
  private tell(verb: 'start' | 'stop', market: string): void {
    const { name, hasToken } = this.caller;
    const kind = ['http', verb, market, ...(hasToken ? [name] : [])].join(' ');
    this.view.log.say(kind, `http: ${name} ${verb === 'start' ? 'started' : 'stopped'} the ${market} stream`);
  }
}
