/** The users of an upstream: present ones, and those who left and still get earlier frames. */
import type { UpstreamUser } from './upstream-user.js';

export class Users {
  /** Everyone who gets frames. */
  takers: readonly UpstreamUser[] = [];
  private present: readonly UpstreamUser[] = [];
  /** Users who left and still get earlier frames, with a callback for when these are delivered. */
  private readonly parting = new Map<UpstreamUser, () => void>();
  /** Rotates through the users, so that each gets its names sent. */
  private rotation = 0;

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

  /** Earlier frames are still the user's. Resolves when all are delivered, or the user is forgotten. */
  part(user: UpstreamUser): Promise<void> {
    this.present = this.present.filter(other => other !== user);
    const given = new Promise<void>(resolve => this.parting.set(user, resolve));
    this.countTakers();
    return given;
  }

  /** Delivers nothing more to a user who left. */
  forget(user: UpstreamUser): void {
    const tell = this.parting.get(user);
    this.parting.delete(user);
    this.countTakers();
    tell?.();
  }

  /** Delivers nothing more to any user who left. */
  forgetParting(): void {
    for (const user of [...this.parting.keys()]) this.forget(user);
  }

  tell(event: (user: UpstreamUser) => void): void {
    for (const user of this.present) event(user);
  }

  ask(name: string): boolean {
    return this.present.some(user => user.asks(name));
  }

  /** Those who ask for any of these names. */
  askingAny(names: readonly string[]): UpstreamUser[] {
    return this.present.filter(user => names.some(name => user.asks(name)));
  }

  /** The first names of the next user in rotation. */
  namesOfNext(names: readonly string[], most: number): string[] {
    const { present } = this;
    for (const _ of present) {
      const user = present[this.rotation++ % present.length]!;
      const own = names.filter(name => user.asks(name));
      if (own.length > 0) return own.slice(0, most);
    }
    return [];
  }

  private countTakers(): void {
    this.takers = [...this.present, ...this.parting.keys()];
  }
}
