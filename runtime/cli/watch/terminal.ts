/** Draws views on a terminal, each over the last. */
import type { ReadStream, WriteStream } from 'node:tty';
import { readKeys } from './keys.js';
import { layOut } from './layout.js';
import { paint, textOf } from './line.js';
import { Screen } from './screen.js';
import type { Display, View } from './view.js';

/** For terminals that do not tell their size. */
const usualWidth = 80;
const usualHeight = 24;

export class TerminalDisplay implements Display {
  readonly refreshMs = 500;
  readonly stays = true;
  private readonly screen: Screen;
  private readonly giveKeysBack: () => void;
  private view: View | undefined;
  private readonly resized = (): void => {
    this.screen.forget();
    this.draw();
  };

  /** @param write where everything goes that is meant for `output` */
  constructor(
    input: ReadStream,
    private readonly output: WriteStream,
    write: (text: string) => void,
    private readonly coloured: boolean,
    quit: () => void,
  ) {
    this.screen = new Screen(write);
    // Input may not be a terminal.
    this.giveKeysBack = input.isTTY ? readKeys(input, quit) : () => {};
    output.on('resize', this.resized);
  }

  show(view: View): void {
    this.view = view;
    this.draw();
  }

  close(): void {
    this.view = undefined;
    this.output.off('resize', this.resized);
    this.giveKeysBack();
    this.screen.leave();
  }

  private draw(): void {
    if (!this.view) return;
    const { columns, rows } = this.output;
    const lines = layOut(this.view, columns || usualWidth, rows || usualHeight);
    this.screen.draw(lines.map(this.coloured ? paint : textOf));
  }
}
