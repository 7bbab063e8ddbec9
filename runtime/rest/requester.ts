/** Brings an answer: few requests at once, in the pace that the API allows, again where a failure may pass. */
import { backoffMs } from '../core/back-off.js';
import type { Clock } from '../core/clock.js';
import { StreamError } from '../core/errors.js';
import { emptyFrame, type Secret } from '../core/secret.js';
import { parseHttpDate, readRetryAfter } from '../feed/retry-after.js';
import { Slots } from '../pacing/slots.js';
import { TimeSlice } from '../pacing/time-slice.js';
import type { Address } from './address.js';
import { cancelled } from './flights.js';
import type { RestPlace } from './place.js';
import { CallRate, freePerMinute } from './rate.js';
import type { Reply } from './reply.js';
import { askLess } from './row-scan.js';
import { type Received, type Transport, TransportFault } from './transport.js';
import type { RestWorld } from './world.js';

export interface RequesterOptions {
  readonly place: RestPlace;
  readonly key: Secret;
  readonly timeoutMs: number;
  readonly callsAtOnce: number;
}

const tooOften = 429;
/** Statuses that may pass. */
const passing = [tooOften, 502, 503, 504];
const mostAttempts = 3;
const backoff = { initialMs: 500, maxMs: 4_000 };
/** A longer wait is the caller's to decide. */
const longestWaitMs = 10_000;
/** A step of the search for the key takes as long as so many small ones. */
const stepsAtOnce = 32;

/** What an attempt came to; `waitMs` where it may not go yet. */
type Outcome =
  | { readonly received: Received; readonly host: string }
  | { readonly fault: TransportFault }
  | { readonly waitMs: number };

export class Requester implements RestWorld {
  private readonly slots: Slots;
  private readonly rate: CallRate;
  /** The host that answered last. */
  private origin = 0;

  constructor(
    private readonly options: RequesterOptions,
    private readonly transport: Transport,
    private readonly clock: Clock,
  ) {
    this.slots = new Slots(options.callsAtOnce);
    this.rate = new CallRate(clock);
  }

  /**
   * @param client who asks for it
   * @throws StreamError CONNECT_FAILED, UPSTREAM_ERROR, RATE_LIMITED, LIMIT_EXCEEDED, STOPPED
   */
  async send(address: Address, client: string, abort: AbortSignal): Promise<Reply> {
    const { timeoutMs } = this.options;
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const endMs = this.clock.elapsed() + timeoutMs;
    const stopTimer = this.clock.after(timeoutMs, end);
    abort.addEventListener('abort', end, { once: true });
    if (abort.aborted) end();
    try {
      const reply = await this.attempts(address, client, { signal: ending.signal, endMs });
      return { ...reply, body: await this.clean(reply.body) };
    } catch (error) {
      if (!ending.signal.aborted) throw error;
      throw abort.aborted ? cancelled() : tooLate(timeoutMs);
    } finally {
      stopTimer();
      abort.removeEventListener('abort', end);
    }
  }

  private async attempts(
    address: Address,
    client: string,
    { signal, endMs }: { readonly signal: AbortSignal; readonly endMs: number },
  ): Promise<Reply> {
    for (let attempt = 0; ; ) {
      const outcome = await this.slots.with(client, () => this.attempt(address, signal), signal);
      if (outcome === undefined || signal.aborted) throw cancelled();
      const waitMs = this.waitAfter(outcome, attempt);
      if (waitMs === undefined) return settle(outcome);
      // Waiting for its time is no attempt.
      if (!('waitMs' in outcome)) attempt++;
      const isLate = waitMs > longestWaitMs || this.clock.elapsed() + waitMs >= endMs;
      if (isLate || attempt >= mostAttempts) return giveUp(outcome, waitMs);
      await this.pause(waitMs, signal);
    }
  }

  /** @returns how long to wait for the next attempt; nothing where none would go better */
  private waitAfter(outcome: Outcome, attempt: number): number | undefined {
    if ('waitMs' in outcome) return outcome.waitMs;
    const ownMs = backoffMs(backoff, { attempt, fruitless: 0 }, this.clock.random());
    if ('fault' in outcome) return outcome.fault.kind === 'broken' ? ownMs : undefined;
    const { status, headers } = outcome.received;
    if (!passing.includes(status)) return undefined;
    const hostMs = parseHttpDate(headers.date ?? '');
    const saidMs = readRetryAfter(headers['retry-after'], Number.isNaN(hostMs) ? this.clock.now() : hostMs);
    return status === tooOften ? this.rate.refused(saidMs) : Math.max(saidMs ?? 0, ownMs);
  }

  private async attempt({ path, query }: Address, signal: AbortSignal): Promise<Outcome> {
    const waitMs = this.rate.take();
    if (waitMs > 0) return { waitMs };
    const { place, key } = this.options;
    const whole = `${place.base}${path}${query === '' ? '' : `?${query}`}`;
    const { origins } = place;
    const first = this.origin;
    let fault: TransportFault | undefined;
    for (const [index] of origins.entries()) {
      const origin = (first + index) % origins.length;
      try {
        const received = await this.transport.get(origins[origin]!, whole, key, signal);
        this.origin = origin;
        return { received, host: new URL(origins[origin]!).host };
      } catch (error) {
        if (!(error instanceof TransportFault)) throw error;
        fault = error;
        if (error.kind !== 'unreachable' || signal.aborted) break;
      }
    }
    return { fault: fault! };
  }

  private pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const goOn = (): void => {
        stopTimer();
        signal.removeEventListener('abort', goOn);
        resolve();
      };
      const stopTimer = this.clock.after(ms, goOn);
      signal.addEventListener('abort', goOn, { once: true });
      if (signal.aborted) goOn();
    });
  }

  private async clean(body: Buffer): Promise<Buffer> {
    const slice = new TimeSlice(this.clock);
    const cleaning = this.options.key.cleaning(body);
    let step = cleaning.next();
    for (; !step.done; step = cleaning.next()) if (slice.spent(stepsAtOnce)) await slice.rest();
    // An answer without rows would be a lie.
    if (body.length > 0 && step.value === emptyFrame)
      throw new StreamError(
        'UPSTREAM_ERROR',
        'The REST API answered with what would take too long to tell from the key.',
      );
    return step.value;
  }
}

function settle(outcome: Outcome): Reply {
  if ('received' in outcome) {
    const { status, body } = outcome.received;
    return { status, body, host: outcome.host };
  }
  if ('waitMs' in outcome) throw rateLimited(outcome.waitMs);
  const { kind, message } = outcome.fault;
  if (kind === 'unreachable')
    throw new StreamError('CONNECT_FAILED', `No host of the REST API was reached. ${message}`, checkNetwork);
  if (kind === 'too_long')
    throw new StreamError('LIMIT_EXCEEDED', `The REST API was asked for too much. ${message}`, askLess);
  throw new StreamError('UPSTREAM_ERROR', `The REST API gave no answer. ${message}`);
}

const checkNetwork =
  'Check the network, and the proxy if one leads out; doctor says which proxy is used. Then call again.';

/** There is no time, or no attempt left. */
function giveUp(outcome: Outcome, waitMs: number): Reply {
  const isTooOften = 'waitMs' in outcome || ('received' in outcome && outcome.received.status === tooOften);
  if (isTooOften) throw rateLimited(waitMs);
  return { ...settle(outcome), ...(waitMs > longestWaitMs ? { retryAfterMs: waitMs } : {}) };
}

function rateLimited(waitMs: number): StreamError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new StreamError(
    'RATE_LIMITED',
    `The REST API was asked more often than the plan of this key allows; the free plan has ${freePerMinute} requests a minute. The next one may go in ${seconds} s.`,
    `Call again after ${seconds} s, and ask for more rows at once rather than more often.`,
  );
}

function tooLate(timeoutMs: number): StreamError {
  return new StreamError(
    'UPSTREAM_ERROR',
    `The REST API gave no answer within ${timeoutMs} ms.`,
    'Call again, and ask for less: a smaller limit, a shorter range.',
  );
}
