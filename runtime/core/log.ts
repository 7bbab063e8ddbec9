import type { Clock } from './clock.js';
import { oneLine } from './quoting.js';

const quietMs = 60_000;

/** Characters of a line, including its time and without its line feed. */
export const longestLine = 1_000;

/** Writes to stderr, at most once a minute per kind. */
export class Log {
  private readonly kinds = new Map<string, { lastMs: number; skipped: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly write: (line: string) => void,
  ) {}

  /**
   * @param kind what is counted as the same, such as `stocks malformed`; a fixed vocabulary
   * @param text one line
   */
  say(kind: string, text: string): void {
    const nowMs = this.clock.elapsed();
    const last = this.kinds.get(kind);
    if (last && nowMs - last.lastMs < quietMs) {
      last.skipped++;
      return;
    }
    const more = last && last.skipped > 0 ? ` (and ${last.skipped} more like it)` : '';
    this.kinds.set(kind, { lastMs: nowMs, skipped: 0 });
    const time = `${new Date(this.clock.now()).toISOString()} `;
    this.write(`${time}${oneLine(text, longestLine - time.length - more.length)}${more}\n`);
  }
}
