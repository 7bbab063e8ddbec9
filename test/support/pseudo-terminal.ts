/** The built program in a real pseudo terminal, and what a person would see there. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import headless from '@xterm/headless';
import { bin } from './stdio.js';

/** Why this machine has no pseudo terminal; undefined if it has one. */
export const missing = [
  ['script', 'util-linux'],
  ['stty', 'coreutils'],
]
  .filter(([program, origin]) => !versionOf(program!).includes(origin!))
  .map(([program, origin]) => `no ${program} of ${origin}`)
  .join(', ');

function versionOf(program: string): string {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Prints the terminal and the process, and at the end whether the terminal was restored. */
const frame = [
  'stty cols "$COLUMNS" rows "$LINES"; unset COLUMNS LINES',
  'before=$(stty -g); echo "terminal $(tty)"',
  'sh -c \'echo "process $$"; exec "$@"\' sh "$@"',
  'echo "exit $?"; [ "$before" = "$(stty -g)" ] && echo "as it was"',
].join('\n');

export class PseudoTerminal {
  /** Everything that was written, including escape sequences. */
  written = '';
  private readonly waiting = new Set<() => void>();
  private readonly screen: headless.Terminal;
  private readonly child: ChildProcess;

  /** @param args of the program */
  constructor(args: readonly string[], { columns, rows, env }: TerminalOptions) {
    this.screen = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
    const command = [process.execPath, bin, ...args].map(quote).join(' ');
    this.child = spawn('script', ['-qefc', `sh -c ${quote(frame)} sh ${command}`, '/dev/null'], {
      env: { ...clean(), TERM: 'xterm-256color', COLUMNS: String(columns), LINES: String(rows), ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.child.stdout!.on('data', (data: Buffer) => {
      this.written += data;
      this.screen.write(data, () => {
        for (const look of [...this.waiting]) look();
      });
    });
  }

  /** The lines of the screen, without trailing blanks. */
  get lines(): string[] {
    const { active } = this.screen.buffer;
    return Array.from({ length: this.screen.rows }, (_, row) =>
      active.getLine(active.baseY + row)!.translateToString(true),
    );
  }

  get text(): string {
    return this.lines.join('\n').trimEnd();
  }

  get isAlternate(): boolean {
    return this.screen.buffer.active.type === 'alternate';
  }

  get wrapsLines(): boolean {
    return this.screen.modes.wraparoundMode;
  }

  get showsCursor(): boolean {
    return this.written.lastIndexOf('\u001b[?25l') <= this.written.lastIndexOf('\u001b[?25h');
  }

  /** Resolves when `done` becomes true. */
  async until(done: () => boolean): Promise<void> {
    if (done()) return;
    await new Promise<void>(resolve => {
      const look = (): void => {
        if (!done()) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
    });
  }

  type(keys: string): void {
    this.child.stdin!.write(keys);
  }

  /** Resizes the window. */
  resize(columns: number, rows: number): void {
    this.screen.resize(columns, rows);
    execFileSync('stty', ['-F', this.read(/terminal (\S+)/), 'cols', String(columns), 'rows', String(rows)]);
  }

  /** Sends a signal to the program. */
  signal(name: NodeJS.Signals): void {
    process.kill(Number(this.read(/process (\d+)/)), name);
  }

  /** Resolves when the program and the shell around it have ended. */
  async ended(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    await new Promise<void>(resolve => this.screen.write('', resolve));
  }

  /** Ends what still runs. */
  close(): void {
    this.child.kill('SIGKILL');
    this.screen.dispose();
  }

  private read(pattern: RegExp): string {
    return pattern.exec(this.written)![1]!;
  }
}

function clean(): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
