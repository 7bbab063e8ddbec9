import { ReplayError } from '../core/errors.js';
import { replayFeed } from '../feed/replay-request.js';

/** What can be played instead of what was asked for. */
export interface Offered {
  readonly folder: string;
  /** Titles of recordings, perhaps none. */
  readonly titles: readonly string[];
  /** Names of the markets with recordings of that title. */
  readonly markets: readonly string[];
}

const shown = 10;

/** There is nothing to play. */
export class ReplayRefusal extends ReplayError {
  readonly offered: Offered | undefined;

  /** @param offered absent if there is no folder */
  constructor(message: string, offered?: Offered) {
    const titles = (offered?.titles ?? []).toSorted().slice(-shown).reverse();
    const hint =
      titles.length > 0 ? `Name one: ${titles.map(title => `${replayFeed}:${title}`).join(', ')}.` : undefined;
    super('ENDPOINT_NOT_ALLOWED', message, hint);
    this.offered = offered && { ...offered, titles };
  }
}
