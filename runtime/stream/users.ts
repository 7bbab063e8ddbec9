/** Who uses an upstream: those who are there, and those who left and still have something to come. */
import type { UpstreamUser } from './upstream-user.js';

export class Users {
  /** All for whom frames are. */
  takers: readonly UpstreamUser[] = [];
  private present: readonly UpstreamUser[] = [];
  /** Those who left, but for whom something that came before is still to be given; each is told when it was. */
  private readonly parting = new Map<UpstreamUser, () => void>();
  /** Whose names went into frames, counted on and on. */
  private turns = 0;

  get isEmpty(): boolean {
    return this.present.length === 0;
  }

  has(user: UpstreamUser): boolean {
    return this.present.includes(user);
  }

  add(user: UpstreamUser): void {
    this.present = [...this.present, user];
    this.countTakers();
  }

  /** What came before is still the user's. @returns when all of it was given, or is for nobody */
  part(user: UpstreamUser): Promise<void> {
    this.present = this.present.filter(other => other !== user);
    const given = new Promise<void>(resolve => this.parting.set(user, resolve));
    this.countTakers();
    return given;
  }

  /** Gives nothing more to somebody who left. */
  forget(user: UpstreamUser): void {
    const tell = this.parting.get(user);
    this.parting.delete(user);
    this.countTakers();
    tell?.();
  }

  /** Gives nothing more to anybody who left. */
  forgetParting(): void {
    for (const user of [...this.parting.keys()]) this.forget(user);
  }

  tell(event: (user: UpstreamUser) => void): void {
    for (const user of this.present) event(user);
  }

  ask(name: string): boolean {
    return this.present.some(user => user.asks(name));
  }

  /** The first names that one of them asked for; in turns. */
  namesOfNext(names: readonly string[], most: number): string[] {
    const { present } = this;
    for (const _ of present) {
      const user = present[this.turns++ % present.length]!;
      const own = names.filter(name => user.asks(name));
      if (own.length > 0) return own.slice(0, most);
    }
    return [];
  }

  private countTakers(): void {
    this.takers = [...this.present, ...this.parting.keys()];
  }
}
