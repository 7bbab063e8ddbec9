import type { Filter } from '../symbols/channels.js';

/** Finds the subscribed channels that a filter selects, without looking at each. */
export class ChannelIndex {
  /** Symbols by prefix. */
  private readonly held = new Map<string, Set<string>>();

  /** @param names of the subscribed channels */
  constructor(names: readonly string[]) {
    for (const name of names) {
      const dot = name.indexOf('.');
      const prefix = name.slice(0, dot);
      this.held.set(prefix, (this.held.get(prefix) ?? new Set()).add(name.slice(dot + 1)));
    }
  }

  has({ prefix, symbol }: Filter): boolean {
    const found = prefix === undefined ? [...this.held.values()] : [this.held.get(prefix)];
    return found.some(symbols => symbols && (symbol === undefined || symbols.has(symbol) || symbols.has('*')));
  }

  /** Names of these channels. */
  of({ prefix, symbol }: Filter): string[] {
    const found = prefix === undefined ? [...this.held.keys()] : [prefix];
    return found.flatMap(held => {
      const symbols = this.held.get(held) ?? new Set();
      const chosen = symbol === undefined ? [...symbols] : [symbol, '*'].filter(one => symbols.has(one));
      return chosen.map(one => `${held}.${one}`);
    });
  }
}
