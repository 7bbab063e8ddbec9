/** The terminal's alternate screen: enters it, draws line by line, and leaves it. */

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
    // Erase first: after a full line the cursor is still on its last character.
    const text = begin + changed.map(index => `\u001b[${index + 1};1H\u001b[2K${lines[index] ?? ''}`).join('');
    this.drawn = lines;
    if (text !== '') this.write(text);
  }

  /** The terminal was resized: draw everything again. */
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
