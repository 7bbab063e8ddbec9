/** Makes an event of a row of the REST API, as the feed would have sent it. */
import type { Channel, Field } from '../../contract/channel.js';
import { epochMs } from '../../core/time.js';
import type { RawEvent } from '../../decode/protocol.js';
import type { ChannelRequest } from './request.js';

type Row = Readonly<Record<string, unknown>>;

export interface RowEvent {
  readonly raw: RawEvent;
  readonly atMs: number;
}

/** Fields that the API does not have stay missing; nothing for a row without a time. */
export function eventOf(channel: Channel, { columns, lengthMs }: ChannelRequest, row: Row): RowEvent | undefined {
  const atMs = columns.time === undefined ? undefined : epochMs(row[columns.time]);
  if (atMs === undefined) return undefined;
  const raw: Record<string, unknown> = { ev: channel.prefix };
  for (const field of channel.fields) {
    const column = field.role && columns[field.role];
    const isEnd = field.role === 'end_time' && lengthMs > 0;
    const value = isEnd ? atMs + lengthMs : column === undefined ? undefined : asSent(field, row[column]);
    if (value !== undefined && value !== null) raw[field.key] = value;
  }
  return { raw: raw as RawEvent, atMs };
}

/** In the type and the unit of the feed, which leaves out lists that are empty. */
function asSent({ type, epoch }: Field, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (epoch) return epoch === 'ms' ? (epochMs(value) ?? value) : value;
  if (type === 'integers') {
    const list = Array.isArray(value) ? value : [value];
    return list.length > 0 ? list : undefined;
  }
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (type === 'string' && typeof one === 'number') return String(one);
  const isCount = type === 'integer' && typeof one === 'string' && /^\d{1,15}$/.test(one);
  return isCount ? Number(one) : one;
}
