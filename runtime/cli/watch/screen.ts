/** The terminal's other screen: taken, drawn on line by line, and given back. */

/** Alternate screen; no cursor; no line runs on in the next one. */
const take = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const giveBack = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const wipe = '\u001b[2J';

export class Screen {
  private drawn: readonly string[] | undefined;

  constructor(private readonly write: (text: string) => void) {}

  /** Writes the lines that are not there yet. */
  draw(lines: readonly string[]): void {
    const before = this.drawn;
    const begin = before ? '' : take + wipe;
    const rows = Array.from({ length: Math.max(lines.length, before?.length ?? 0) }, (_, index) => index);
    const changed = rows.filter(index => lines[index] !== before?.[index]);
    // Erased first: behind a full line the cursor still stands on its last character.
    const text = begin + changed.map(index => `\u001b[${index + 1};1H\u001b[2K${lines[index] ?? ''}`).join('');
    this.drawn = lines;
    if (text !== '') this.write(text);
  }

  /** The terminal has another size: what is on it is of no use. */
  forget(): void {
    if (!this.drawn) return;
    this.drawn = [];
    this.write(wipe);
  }

  leave(): void {
    if (this.drawn) this.write(giveBack);
    this.drawn = undefined;
  }
}
