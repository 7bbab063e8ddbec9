/** Prints calls and answers for people: one line per fact, colours only on a terminal. */
const colours = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

const width = 116;

const coloured = process.stdout.isTTY && process.env.NO_COLOR === undefined;

// Whoever reads no further has seen enough.
process.stdout.on('error', () => process.exit());

export function paint(colour: keyof typeof colours, text: string): string {
  return coloured ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text;
}

export function line(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function heading(text: string): void {
  line();
  line(paint('bold', text));
}

export function called(name: string, args: Record<string, unknown>): void {
  const shown = Object.keys(args).length === 0 ? '' : ` ${paint('dim', shorten(JSON.stringify(args), 96))}`;
  line(`${paint('cyan', '→')} ${name}${shown}`);
}

export function answered(text: string, failed: boolean): void {
  for (const row of text.split('\n').flatMap(wrap)) line(`  ${paint(failed ? 'red' : 'green', '│')} ${row}`);
}

/** One message in the words of a trader. */
export function messageRow(message: Record<string, unknown>): string {
  const { event, symbol, timestamp } = message;
  const time = String(timestamp).slice(11, 23);
  return `${paint('dim', time)}  ${String(event).padEnd(17)} ${String(symbol).padEnd(9)} ${content(message)}`;
}

function content(message: Record<string, unknown>): string {
  const { bid, ask } = message as { bid?: Record<string, number>; ask?: Record<string, number> };
  if (bid && ask) return `${bid.price} / ${ask.price}  spread ${message.spread}`;
  if (message.close !== undefined) {
    return `o ${message.open}  h ${message.high}  l ${message.low}  c ${message.close}  v ${message.volume ?? '-'}`;
  }
  if (message.high_limit !== undefined) return `band ${message.low_limit} to ${message.high_limit}`;
  if (message.price !== undefined) return `${message.price} × ${message.size}`;
  return String(message.value ?? message.fair_value ?? '');
}

/** Rows of a table with aligned columns; an absent value is a dash. */
export function table(columns: readonly string[], rows: readonly Record<string, unknown>[]): string {
  const cells = [columns, ...rows.map(row => columns.map(column => String(row[column] ?? '–')))];
  const widths = columns.map((_, index) => Math.max(...cells.map(row => row[index]!.length)));
  return cells
    .map(row =>
      row.map((cell, index) => (index === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[index]!))).join('  '),
    )
    .join('\n');
}

/** Breaks prose at blanks; what comes after the first line is indented. Tables and JSON are left alone. */
function wrap(text: string): string[] {
  if (text.length <= width || /^\S+ {2,}/.test(text)) return [text];
  const cut = text.lastIndexOf(' ', width);
  return cut <= 0 ? [text] : [text.slice(0, cut), ...wrap(`    ${text.slice(cut + 1)}`)];
}

function shorten(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
