import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Market } from '../contract/contract.js';
import type { Clock } from '../core/clock.js';
import type { ReplayRequest } from '../feed/replay-request.js';
import type { FeedSocket } from '../feed/socket.js';
import { Session } from '../feed/vendor-session.js';
import type { ChannelFilter } from './channel-filter.js';
import type { RecordedFrame } from './frames.js';
import type { Playlist } from './playlist.js';
import type { Progress } from './progress.js';

/** What is played, and how. */
export interface Programme {
  readonly playlist: Playlist;
  readonly filter: ChannelFilter;
  readonly progress: Progress;
  readonly pace: Pick<ReplayRequest, 'speed' | 'loop'>;
}

/** Between two rounds of a loop. */
const breathMs = 1_000;
const normalClosure = 1000;

/**
 * A socket that leads to a recording instead of a host. It keeps to the protocol of the feed: it greets, takes any key,
 * acknowledges channels, and sends what was recorded of those that are held. It begins to play with the first of them,
 * and stays open in silence when all is played.
 */
export class ReplaySocket extends EventEmitter implements FeedSocket {
  isPaused = false;
  private state: number = WebSocket.CONNECTING;
  private readonly session: Session;
  private playing = false;
  /** Ends what the player waits for. */
  private wake: (() => void) | undefined;

  constructor(
    market: Market,
    private readonly clock: Clock,
    private readonly programme: Programme,
  ) {
    super();
    this.session = new Session(market, {}, { send: text => this.say(text), drop: () => {}, admitted: () => {} });
    queueMicrotask(() => this.open());
  }

  get readyState(): number {
    return this.state;
  }

  send(text: string): void {
    this.session.receive(text);
    if (this.playing || this.session.held.size === 0) return;
    this.playing = true;
    this.play().catch((error: Error) => this.emit('error', error));
  }

  ping(): void {
    queueMicrotask(() => this.emit('pong', Buffer.alloc(0)));
  }

  pong(_data: Buffer, _mask: undefined, sent: () => void): void {
    sent();
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.wake?.();
  }

  close(): void {
    if (this.isClosed) return;
    this.state = WebSocket.CLOSED;
    this.wake?.();
    queueMicrotask(() => this.emit('close', normalClosure, Buffer.alloc(0)));
  }

  terminate(): void {
    this.close();
  }

  private get isClosed(): boolean {
    return this.state === WebSocket.CLOSED;
  }

  private open(): void {
    if (this.isClosed) return;
    this.state = WebSocket.OPEN;
    this.emit('open');
    this.session.greet();
  }

  /** An answer comes after the question, as on a network. */
  private say(text: string): void {
    queueMicrotask(() => {
      if (!this.isClosed) this.emit('message', Buffer.from(text));
    });
  }

  private async play(): Promise<void> {
    const { progress, pace } = this.programme;
    let again = true;
    while (again) {
      again = (await this.playOnce()) && pace.loop && !this.isClosed;
      if (again) await this.until(this.clock.elapsed() + breathMs);
    }
    if (!this.isClosed) progress.end();
  }

  /** @returns whether there was a frame */
  private async playOnce(): Promise<boolean> {
    const { playlist, progress, pace } = this.programme;
    const beganMs = this.clock.elapsed();
    let first: number | undefined;
    for await (const frame of playlist.frames()) {
      first ??= frame.atMs;
      progress.waitsFor(frame.atMs);
      await this.until(beganMs + (frame.atMs - first) / pace.speed);
      while (this.isPaused && !this.isClosed) await this.waking(() => undefined);
      if (this.isClosed) break;
      await this.deliver(frame);
    }
    return first !== undefined;
  }

  private async deliver({ data, atMs, cleaned }: RecordedFrame): Promise<void> {
    const { filter, progress } = this.programme;
    progress.passed(atMs, cleaned);
    const steps = filter.pass(data, this.session.held);
    let step = steps.next();
    for (; !step.done && !this.isClosed; step = steps.next()) await nextTurn();
    if (step.value && !this.isClosed) this.emit('message', step.value);
  }

  /** @param dueMs of the monotonic clock */
  private async until(dueMs: number): Promise<void> {
    for (let delayMs = dueMs - this.clock.elapsed(); delayMs > 0; delayMs = dueMs - this.clock.elapsed()) {
      if (this.isClosed) return;
      const wait = delayMs;
      await this.waking(wake => this.clock.after(wait, wake));
    }
  }

  /** Waits until it is woken; what `begin` answers is called then. */
  private waking(begin: (wake: () => void) => (() => void) | undefined): Promise<void> {
    return new Promise(resolve => {
      const wake = (): void => {
        this.wake = undefined;
        end?.();
        resolve();
      };
      this.wake = wake;
      const end = begin(wake);
    });
  }
}
