/** Why names were rejected when they were last asked for. */
import { type ErrorCode, hintFor } from '../core/errors.js';
import type { Rejection } from '../symbols/channels.js';

/** A call has no more names than this. */
const mostRemembered = 5_000;

export interface RejectionsListener {
  turnedDown(rejection: Rejection): void;
}

export class Rejections {
  private readonly byName = new Map<string, Rejection>();

  constructor(private readonly listener: RejectionsListener) {}

  get all(): Rejection[] {
    return [...this.byName.values()];
  }

  of(name: string): Rejection | undefined {
    return this.byName.get(name);
  }

  add(channel: string, code: ErrorCode, message: string): Rejection {
    const rejection = { channel, code, message: `${message} ${hintFor(code)}` };
    this.byName.set(channel, rejection);
    if (this.byName.size > mostRemembered) this.byName.delete(this.byName.keys().next().value!);
    this.listener.turnedDown(rejection);
    return rejection;
  }

  /** Forgets a name. @returns why it was rejected, if it was */
  take(name: string): Rejection | undefined {
    const rejection = this.byName.get(name);
    this.byName.delete(name);
    return rejection;
  }

  clear(): void {
    this.byName.clear();
  }
}
