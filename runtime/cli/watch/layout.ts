/** Lays a view out in the lines of a terminal. */
import { count } from '../../core/count.js';
import { cutLine, type Line, type Span, wrap } from './line.js';
import { layOutTable } from './table.js';
import { dayAndTime, timeOfDay } from './text.js';
import type { View } from './view.js';

/** Height from which there are blank lines. */
const airyHeight = 12;
/** Lines between header and keys that remarks may always take. */
const shareOfRemarks = 1 / 3;

/** @returns at most `height` lines of at most `width` characters; the keys stand in the last one */
export function layOut(view: View, width: number, height: number): Line[] {
  const blank: Line[] = height >= airyHeight ? [[]] : [];
  const header = [...layOutHeader(view), ...blank];
  const keys: Line[] = [[{ text: 'q quits', style: 'faint' }]];
  const room = Math.max(height - header.length - keys.length, 0);
  const remarks = layOutRemarks(view.remarks, width, blank);
  const wanted = 1 + view.rows.length + (view.omitted > 0 ? 1 : 0);
  const shownRemarks = remarks.slice(0, Math.max(room - wanted, Math.floor(room * shareOfRemarks)));
  const table = layOutRows(view, width, room - shownRemarks.length);
  const left = Math.max(room - table.length - shownRemarks.length, 0);
  const asides = layOutRemarks(view.asides, width, blank).slice(0, left);
  const filling = Array<Line>(left - asides.length).fill([]);
  return [...header, ...table, ...shownRemarks, ...asides, ...filling, ...keys]
    .slice(0, height)
    .map(line => cutLine(line, width));
}

/** States in which all is well. */
const calm: readonly View['state'][] = ['live', 'replay', 'ended'];

/** The header: market, state, feed and rate. */
export function describeStream({ state, feed, lateness }: View): string {
  return `${state}, feed ${feed}, ${lateness}`;
}

function layOutHeader(view: View): Line[] {
  const state: Span = { text: view.state.toUpperCase(), style: calm.includes(view.state) ? 'up' : 'alarm' };
  const recorded = view.replayedMs === undefined ? [] : [`recorded ${dayAndTime(view.replayedMs)}`];
  const times = [`${timeOfDay(view.atMs)} UTC`, ...recorded];
  const counts = [count(view.channels, 'channel'), count(view.messages, 'message'), `${view.ratePerS.toFixed(1)}/s`];
  return [
    [{ text: view.market, style: 'strong' }, { text: '  ' }, state, { text: `  feed ${view.feed}, ${view.lateness}` }],
    [{ text: [...times, ...counts].join('  '), style: 'faint' }],
  ];
}

function layOutRemarks(remarks: readonly string[], width: number, blank: readonly Line[]): Line[] {
  if (remarks.length === 0) return [];
  return [...blank, ...remarks.flatMap(remark => wrap(remark, width)).map(text => [{ text }])];
}

/** If not all rows fit, the last line counts the missing ones. */
function layOutRows({ rows, omitted }: View, width: number, room: number): Line[] {
  const fits = 1 + rows.length <= room && omitted === 0;
  const shown = fits ? rows : rows.slice(0, Math.max(room - 2, 0));
  const missing = omitted + rows.length - shown.length;
  const more: Line[] = fits ? [] : [[{ text: `and ${count(missing, 'symbol')} more`, style: 'faint' }]];
  return [...layOutTable(shown, width), ...more].slice(0, Math.max(room, 0));
}
