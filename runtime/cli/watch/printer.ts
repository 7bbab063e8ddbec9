/** Prints views as plain lines, for a file, a pipe or a simple terminal. */
import { describeStream } from './layout.js';
import { showPrice, showVolume, timeOfDay } from './text.js';
import type { Display, Row, View } from './view.js';

/** Prints what is new since the last view: state, remarks, and symbols that changed. */
export class Printer implements Display {
  readonly refreshMs = 1_000;
  readonly stays = false;
  private said: ReadonlySet<string> = new Set();
  private counts: ReadonlyMap<string, number> = new Map();

  constructor(private readonly write: (text: string) => void) {}

  show(view: View): void {
    const remarks = [`${view.market} ${describeStream(view)}`, ...view.remarks, ...view.asides];
    const news = view.rows.filter(({ symbol, messages }) => messages > (this.counts.get(symbol) ?? 0));
    const lines = [...remarks.filter(remark => !this.said.has(remark)), ...news.map(describeRow)];
    this.said = new Set(remarks);
    this.counts = new Map(view.rows.map(({ symbol, messages }) => [symbol, messages]));
    if (lines.length > 0) this.write(lines.map(line => `${timeOfDay(view.atMs)}Z ${line}\n`).join(''));
  }

  close(): void {}
}

function describeRow(row: Row): string {
  const { symbol, direction, ratePerS, halted } = row;
  const prices = (['last', 'bid', 'ask', 'spread'] as const).map(name => `${name} ${showPrice(row, name)}`);
  const parts = [symbol, ...prices, `volume ${showVolume(row)}`, `${ratePerS.toFixed(1)}/s`, direction ?? ''];
  return [...parts, halted ? 'halted' : ''].filter(part => part !== '').join('  ');
}
