/** Keeps one WebSocket to a feed alive: carries out the effects of the state machine, and feeds it events. */
import { isUtf8 } from 'node:buffer';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Options } from '../config/options.js';
import { backoffMs, isStable, steadyMs } from '../core/back-off.js';
import type { Clock } from '../core/clock.js';
import type { Secret } from '../core/secret.js';
import { noText } from '../decode/protocol.js';
import type { LoopBudget } from '../pacing/loop-budget.js';
import { faultOfAnswer, faultOfClose, faultOfError, faultOfTimeout, type Situation } from './connection-faults.js';
import { FeedText } from './feed-text.js';
import { answerPings, Heartbeat } from './heartbeat.js';
import { type FrameTaker, Intake } from './intake.js';
import { type Dial, dialNetwork, type FeedSocket, socketOptions } from './socket.js';
import {
  type ConnectionEvent,
  type ConnectionState,
  type Effect,
  idle,
  isKnownFruitful,
  type StateName,
  transition,
} from './state.js';
import { Stretch } from './stretch.js';
import type { Fault } from './verdict.js';

/** What a connection tells its owner. */
export interface ConnectionListener extends FrameTaker {
  /** The state changed. When it becomes `live`, nothing is subscribed on the new connection yet. */
  changed(from: StateName): void;
}

const greetingPatienceMs = 1_000;
const farewellMs = 200;
/** WebSocket close code. */
const invalidText = 1007;

export class Connection {
  private current: ConnectionState = idle;
  private socket: FeedSocket | undefined;
  private readonly cancels = new Set<() => void>();
  private liveAtMs = 0;
  private readonly stretch = new Stretch();
  /** Belongs to the newest socket. */
  private intake: Intake | undefined;
  /** The TCP connection under the WebSocket. */
  private tcp: Socket | undefined;
  private authSent = false;
  /** Resolves when the previous socket is gone. */
  private previousGone: Promise<void> = Promise.resolve();
  /** Monotonic ms. */
  private retryMs: number | undefined;
  private readonly text: FeedText;
  private readonly heartbeat: Heartbeat;

  /**
   * @param urls of one feed, tried one after the other
   * @param key is sent in the auth frame only
   * @param loopBudget shared by all connections of the process
   * @param dial opens a socket
   */
  constructor(
    readonly urls: readonly string[],
    private readonly key: Secret,
    private readonly options: Options,
    private readonly clock: Clock,
    private readonly loopBudget: LoopBudget,
    private readonly listener: ConnectionListener,
    private readonly dial: Dial = dialNetwork,
  ) {
    this.text = new FeedText(key);
    this.heartbeat = new Heartbeat(clock, options, {
      ping: () => this.socket?.ping(),
      bytesRead: () => this.tcp?.bytesRead,
      died: silentMs => {
        const message = `The feed sent nothing for ${silentMs} ms, not even an answer to a ping.`;
        this.fail({ kind: 'dead_peer', message });
      },
    });
  }

  get state(): ConnectionState {
    return this.current;
  }

  /** URL in use. */
  get url(): string {
    return this.urls[this.current.host]!;
  }

  /** Whether the key was sent on this connection. */
  get keySent(): boolean {
    return this.authSent;
  }

  /** Monotonic ms of the next attempt, while one is scheduled. */
  get nextRetryMs(): number | undefined {
    return this.retryMs;
  }

  start(): void {
    this.dispatch({ type: 'start' });
  }

  /** Ends it for good. Resolves when the socket is gone and all earlier frames are delivered. */
  async stop(): Promise<void> {
    const given = this.intake?.finish();
    this.dispatch({ type: 'stop' });
    await Promise.all([this.previousGone, given]);
  }

  /** Calls back once all earlier frames are delivered; never if the connection ends first. */
  given(react: () => void): void {
    if (this.intake) this.intake.after(react);
    else react();
  }

  /** @returns whether the text was sent; only a live connection sends */
  send(text: string): boolean {
    if (this.current.name !== 'live' || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(text);
    return true;
  }

  /** The feed sent its greeting. */
  greeted(): void {
    this.sendKey();
  }

  /** The feed accepted the key. */
  authenticated(): void {
    this.dispatch({ type: 'authenticated' });
  }

  /** Whether `messageCame` still has an effect; after enough messages it has none. */
  get wantsMessages(): boolean {
    const { current } = this;
    return current.name === 'live' && (!isKnownFruitful(current) || this.stretch.durationMs < steadyMs);
  }

  /** Market data of a subscribed channel arrived. */
  messageCame(): void {
    this.stretch.messageAt(this.loopBudget.elapsedMs);
    this.dispatch({ type: 'message' });
  }

  /** The feed sent a text frame that is not UTF-8; by the WebSocket protocol this ends the connection. */
  refuseText(): void {
    this.socket?.close(invalidText);
    this.fail(faultOfError(this.situation, new Error('a frame was no text in UTF-8')));
  }

  /** Ends the connection, if it has not ended already. */
  fail(fault: Fault): void {
    const isLive = this.current.name === 'live';
    const stable =
      isLive && isStable(this.clock.elapsed() - this.liveAtMs, this.stretch.durationMs, this.options.stableAfterMs);
    // A URL can hold the key, too.
    const shown = { ...fault, message: this.text.clean(fault.message) };
    this.dispatch({ type: 'failed', fault: shown, stable, hosts: this.urls.length });
  }

  private dispatch(event: ConnectionEvent): void {
    const from = this.current.name;
    const { state, effects } = transition(this.current, event);
    if (state === this.current) return;
    this.current = state;
    for (const effect of effects) this.perform(effect);
    if (state.name !== from) this.listener.changed(from);
  }

  private perform(effect: Effect): void {
    switch (effect.type) {
      case 'connect':
        this.retryMs = undefined;
        this.connect();
        return;
      case 'authenticate':
        this.authenticate();
        return;
      case 'resubscribe':
        this.cancelTimers();
        this.liveAtMs = this.clock.elapsed();
        this.heartbeat.start();
        return;
      case 'disconnect':
        this.disconnect();
        return;
      case 'schedule': {
        const backoff = { initialMs: this.options.backoffInitialMs, maxMs: this.options.backoffMaxMs };
        const delayMs = Math.max(backoffMs(backoff, effect.failures, this.clock.random()), effect.minDelayMs);
        this.retryMs = this.clock.elapsed() + delayMs;
        this.after(delayMs, () => this.dispatch({ type: 'retry' }));
        return;
      }
    }
  }

  private connect(): void {
    const socket = this.dial(this.url, socketOptions(this.options.maxFrameBytes, farewellMs));
    answerPings(socket);
    this.socket = socket;
    this.authSent = false;
    this.stretch.clear();
    this.heartbeat.heard(this.clock.elapsed());
    const { connectTimeoutMs } = this.options;
    this.after(connectTimeoutMs, () => this.fail(faultOfTimeout(this.situation, connectTimeoutMs)));
    const intake = new Intake(socket, this.loopBudget, {
      frame: data => this.listener.frame(data),
      delivered: () => this.listener.delivered(),
      heard: () => this.heard(socket),
    });
    this.intake = intake;
    // Events of an old socket are ignored. Frames that arrived before an event are delivered first.
    const ifCurrent = (react: () => void): void => {
      if (this.socket !== socket) return;
      intake.after(() => {
        if (this.socket === socket) react();
      });
    };
    socket.on('open', () => ifCurrent(() => this.dispatch({ type: 'opened' })));
    socket.on('upgrade', response => {
      this.tcp = response.socket;
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (this.socket !== socket) return;
      // Only a text frame has to be UTF-8.
      intake.push(isBinary && !isUtf8(data) ? noText : data);
    });
    for (const beat of ['ping', 'pong'] as const) {
      socket.on(beat, () => ifCurrent(() => this.heard(socket)));
    }
    socket.on('unexpected-response', (request: ClientRequest, response: IncomingMessage) => {
      request.destroy();
      ifCurrent(() => this.fail(faultOfAnswer(this.situation, response, this.clock.now())));
    });
    // Do not wait for the peer to close after an error.
    socket.on('error', error => ifCurrent(() => this.fail(faultOfError(this.situation, error))));
    socket.on('close', (code, reason) => ifCurrent(() => this.fail(faultOfClose(this.situation, code, reason))));
  }

  private get situation(): Situation {
    const { url, current, text, socket } = this;
    const phase = current.name === 'connecting' || current.name === 'authenticating' ? current.name : 'live';
    return { url, phase, tunnel: socket?.tunnel, text };
  }

  /** @see polygon-docs/websockets/quickstart.md:65-89 `connected` `auth_success` */
  private authenticate(): void {
    const { authTimeoutMs } = this.options;
    this.cancelTimers();
    // The feed greets first; if it does not, the key is sent anyway.
    this.after(Math.min(greetingPatienceMs, authTimeoutMs / 2), () => this.sendKey());
    this.after(authTimeoutMs, () =>
      this.fail({ kind: 'unanswered', message: `The feed did not answer the key within ${authTimeoutMs} ms.` }),
    );
  }

  private sendKey(): void {
    if (this.current.name !== 'authenticating' || this.authSent) return;
    this.authSent = true;
    this.socket?.send(this.key.authFrame());
  }

  private heard(socket: FeedSocket): void {
    if (this.socket === socket) this.heartbeat.heard(this.loopBudget.elapsedMs);
  }

  private disconnect(): void {
    this.cancelTimers();
    this.retryMs = undefined;
    const { socket } = this;
    this.socket = undefined;
    this.intake?.close();
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    const cancel = this.clock.after(farewellMs, () => socket.terminate());
    socket.once('close', cancel);
    const gone = new Promise<void>(resolve => socket.once('close', () => resolve()));
    this.previousGone = this.previousGone.then(() => gone);
    socket.close(1000);
  }

  private after(delayMs: number, callback: () => void): void {
    const cancel = this.clock.after(delayMs, () => {
      this.cancels.delete(cancel);
      callback();
    });
    this.cancels.add(cancel);
  }

  private cancelTimers(): void {
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
    this.heartbeat.stop();
  }
}
