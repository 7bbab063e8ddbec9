import type { Programs } from './programs.js';
import type { Row } from './row.js';

/** What the parts of the benchmark share. */
export interface Setting {
  /** For continuous integration: only what is quick, and nothing from the network. */
  readonly short: boolean;
  readonly rounds: number;
  /** Whether there are programs of another checkout to compare with. */
  readonly comparesBefore: boolean;
  readonly programs: Programs;
  /**
   * Installs packages from the npm registry into an empty folder.
   *
   * @returns the folder; nothing where that cannot be, after a note that says so
   */
  install(...packages: readonly string[]): Promise<string | undefined>;
  /** Adds a sentence for those who read the table. */
  note(text: string): void;
}

/** Measures one thing. */
export interface Part {
  readonly name: string;
  /** Whether it is quick enough for the short run. */
  readonly quick: boolean;
  run(setting: Setting): Promise<readonly Row[]>;
}
