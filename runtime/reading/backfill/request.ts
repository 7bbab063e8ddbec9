/** What is asked of the REST API for the messages of a channel. */
import type { Channel, Role } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import { regex } from '../../symbols/forms.js';

export interface ChannelRequest {
  readonly operation: string;
  readonly columns: { readonly [R in Role]?: string };
  /** Of bars; 0 of what is of one moment. */
  readonly lengthMs: number;
  argumentsFor(asked: AskedSpan): Readonly<Record<string, string>>;
}

export interface AskedSpan {
  /** Canonical. */
  readonly symbol: string;
  readonly fromMs: number;
  /** Before it. */
  readonly toMs: number;
  /** Rows of a page. */
  readonly rows: number;
}

const barLengths = { AGGREGATE_MINUTE: ['minute', 60_000], AGGREGATE_SECOND: ['second', 1_000] } as const;

/** Nothing where the API keeps no history of the channel's kind. */
export function requestFor({ rest }: Market, channel: Channel): ChannelRequest | undefined {
  const form = rest?.symbol;
  const written = (symbol: string): string => (form ? symbol.replace(regex(form.pattern), form.canonical) : symbol);
  const ticks = rest?.ticks.find(({ event }) => event === channel.event);
  if (ticks) {
    const { operation, columns, args, symbolArgument, fromArgument, toArgument } = ticks;
    return {
      operation,
      columns,
      lengthMs: 0,
      argumentsFor: ({ symbol, fromMs, toMs, rows }) => ({
        ...args,
        [symbolArgument]: written(symbol),
        [fromArgument]: `${fromMs}000000`,
        [toArgument]: `${toMs}000000`,
        limit: `${rows}`,
      }),
    };
  }
  if (channel.event !== 'AGGREGATE_MINUTE' && channel.event !== 'AGGREGATE_SECOND') return undefined;
  const [name, lengthMs] = barLengths[channel.event];
  const length = rest?.bars?.lengths[name];
  if (!rest?.bars || !length) return undefined;
  const { operation, columns, args, asStreamed, symbolArgument, fromArgument, toArgument, epoch } = rest.bars;
  const spelled = (ms: number): string => `${ms}${epoch === 'ns' ? '000000' : ''}`;
  return {
    operation,
    columns,
    lengthMs,
    argumentsFor: ({ symbol, fromMs, toMs, rows }) => ({
      ...args,
      ...length,
      ...asStreamed,
      [symbolArgument]: written(symbol),
      [fromArgument]: spelled(fromMs),
      // The end is taken in.
      [toArgument]: spelled(toMs - 1),
      limit: `${rows}`,
    }),
  };
}
