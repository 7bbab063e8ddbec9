/** Why there are no bars of a symbol, and which call would bring some. */
import { isoOrNull } from '../../core/time.js';
import { isWanted } from '../../feed/state.js';
import type { Interval } from '../../market/bar-interval.js';
import type { HubView, StreamView } from '../../stream/view.js';
import { spellJson } from '../../symbols/example.js';
import { silenceOf } from '../answer.js';
import { type BarSource, cameOf, canBuild, heldName, sourcesOf } from './source.js';

/** Where there is nothing to build from. */
export function explainNoSource(hub: HubView, stream: StreamView, symbol: string, interval: Interval): string {
  const { market } = stream;
  const shown = stream.text.quote(symbol);
  const all = sourcesOf(market.channels);
  const able = all.filter(source => canBuild(source, interval));
  if (able.length === 0) {
    const other = `call read_bars with {"interval": "${interval.kind === 'ticks' ? '1m' : usualOf(all)}"}.`;
    return interval.kind === 'ticks'
      ? `${market.title} has no trades to count: ${other}`
      : `No channel of ${market.title} has bars so short: ${other}`;
  }
  if (!isWanted(stream.state)) return silenceOf(hub, stream);
  const held = able.filter(source => heldName(stream, source, symbol) !== undefined);
  if (held.some(source => cameOf(stream, source, symbol) === 'gone')) {
    return `What came of ${shown} has left memory; the next message brings a bar.`;
  }
  if (held.length > 0) {
    const filters = held.map(({ channel }) => ({ prefix: channel.prefix, symbol }));
    return silenceOf(hub, stream, { filters, seen: 0, passed: stream.totals.received });
  }
  const call = `call subscribe_${market.name}_channels with ${spellJson({ channels: [`${able[0]!.channel.prefix}.${shown}`] })}`;
  const long = all.find(source => heldName(stream, source, symbol) !== undefined && !canBuild(source, interval));
  if (long) {
    return `${long.channel.prefix}.${shown} brings bars of ${usualOf([long])}, of which ${interval.name} cannot be built: ${call}${interval.kind === 'ticks' ? '.' : `, or ask for ${usualOf([long])}.`}`;
  }
  return `Nothing of ${shown} that makes bars is subscribed: ${call}.`;
}

/** Where there are bars, and none of them was asked for. */
export function explainNoneChosen(bars: readonly { readonly startMs: number }[], isRegularOnly: boolean): string {
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last) {
    return isRegularOnly
      ? 'Nothing of the regular session came: call read_bars without session.'
      : 'What came has no time, so that it belongs to no bar.';
  }
  return `Bars from ${isoOrNull(first.startMs)} to ${isoOrNull(last.startMs)} can be built, and none in the time asked for.`;
}

function usualOf(sources: readonly BarSource[]): string {
  const pieceMs = Math.min(...sources.flatMap(({ pieceMs: ms }) => ms ?? []));
  return pieceMs < 60_000 ? '1s' : '1m';
}
