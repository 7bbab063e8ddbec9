/** Which refusals answered somebody on this connection, since a feed may say them again much later. No I/O. */
import type { UpstreamUser } from './upstream-user.js';

/** A refusal that is said again within this time is taken for the earlier one. */
const repeatedWithinMs = 60_000;

/** A feed has few texts for a refusal. */
const mostTexts = 20;

interface Said {
  /** Those whom it answered; weak, since they may leave long before the connection ends. */
  readonly answered: WeakSet<UpstreamUser>;
  /** When it was said last, monotonic. */
  atMs: number;
}

/** To whom an unasked refusal is told. */
export interface Audience {
  /** Whether the same text refused something on this connection before. */
  readonly mayRepeat: boolean;
  has(user: UpstreamUser): boolean;
}

const everyone: Audience = { mayRepeat: false, has: () => true };

export class SaidRefusals {
  private readonly byText = new Map<string, Said>();

  /** A refusal with this text answered these. */
  answered(text: string, users: readonly UpstreamUser[], nowMs: number): void {
    const said = this.byText.get(text) ?? { answered: new WeakSet(), atMs: nowMs };
    said.atMs = nowMs;
    for (const user of users) said.answered.add(user);
    this.byText.set(text, said);
    if (this.byText.size > mostTexts) this.byText.delete(this.byText.keys().next().value!);
  }

  /** The text came again, and nobody asked. One that comes soon is told to nobody but those whom it answered. */
  again(text: string, nowMs: number): Audience {
    const said = this.byText.get(text);
    if (!said) return everyone;
    const isSoon = nowMs - said.atMs <= repeatedWithinMs;
    said.atMs = nowMs;
    return { mayRepeat: true, has: user => !isSoon || said.answered.has(user) };
  }

  /** The connection is new. */
  clear(): void {
    this.byText.clear();
  }
}
