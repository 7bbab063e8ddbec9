import { describeTrouble } from '../core/thrown.js';
import { FrameUnpacker } from '../feed/frame-unpacker.js';
import { Intake } from '../feed/intake.js';
import type { Answer, FeedListener, FeedSource, SourceServices } from '../feed/source.js';
import { isWanted, type StateName } from '../feed/state.js';
import type { Fault } from '../feed/verdict.js';
import { Player, type Programme } from './player.js';

/**
 * A recording as a source. It is live at once, accepts every channel, and begins to play with the first one. After the
 * end it stays live in silence. If it cannot play, it fails for good, since a retry would find the same.
 */
export class ReplaySource implements FeedSource {
  readonly attempts = 0;
  readonly nextAttemptMs = undefined;
  readonly wantsMessages = false;
  private current: StateName = 'idle';
  private fault: Fault | undefined;
  readonly held = new Set<string>();
  private readonly player: Player;
  private readonly intake: Intake;
  private playing = false;

  /** @param place what to pass as `endpoint` to get the same replay */
  constructor(
    readonly place: string,
    programme: Programme,
    services: SourceServices,
    private readonly listener: FeedListener,
  ) {
    this.player = new Player(services.clock, programme, this.held, frame => this.intake.push(frame));
    const frames = new FrameUnpacker(services, listener, {
      // Never needed: the filter removes statuses, and empties frames that are not UTF-8.
      hear() {},
      refuseText() {},
    });
    this.intake = new Intake(this.player, services.loopBudget, {
      frame: data => frames.unpack(data),
      delivered: () => listener.delivered(),
      heard() {},
    });
  }

  get state(): StateName {
    return this.current;
  }

  /** Whether nothing more is played. */
  get isOver(): boolean {
    return this.current === 'stopped' || this.current === 'refused';
  }

  get lastFault(): Fault | undefined {
    return this.fault;
  }

  start(): void {
    this.enter('connecting');
    queueMicrotask(() => {
      if (this.current === 'connecting') this.enter('live');
    });
  }

  async close(): Promise<void> {
    const given = this.intake.finish();
    this.player.stop();
    this.enter('stopped');
    await given;
  }

  subscribe(names: readonly string[]): boolean {
    if (this.current !== 'live') return false;
    for (const name of names) this.held.add(name);
    this.answer(names.map(channel => ({ kind: 'granted', channel })));
    this.play();
    return true;
  }

  unsubscribe(names: readonly string[]): void {
    const dropped = names.filter(name => this.held.delete(name));
    this.answer(dropped.map(channel => ({ kind: 'dropped', channel, said: { status: 'dropped', message: channel } })));
  }

  given(react: () => void): void {
    this.intake.after(react);
  }

  messageCame(): void {}

  /** Answers come after the request, and after earlier frames. */
  private answer(answers: readonly Answer[]): void {
    queueMicrotask(() =>
      this.intake.after(() => {
        if (this.current !== 'live') return;
        for (const answer of answers) this.listener.answered(answer);
        this.listener.delivered();
      }),
    );
  }

  private play(): void {
    if (this.playing) return;
    this.playing = true;
    this.player.play().catch((error: unknown) => this.fail(describeTrouble(error)));
  }

  private fail(trouble: string): void {
    if (!isWanted(this.current)) return;
    this.player.stop();
    this.intake.close();
    this.fault = { kind: 'broken_replay', message: `The replay broke off: ${trouble}.` };
    this.enter('refused');
  }

  private enter(state: StateName): void {
    const from = this.current;
    if (from === state) return;
    this.current = state;
    this.listener.changed(from);
  }
}
