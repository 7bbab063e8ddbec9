/** Refuses calls that need a running stream. */
import type { Market } from '../../contract/market.js';
import { type ErrorCode, StreamError } from '../../core/errors.js';
import { isWanted } from '../../feed/state.js';
import { commonAnswer, showFault } from '../../reading/answer.js';
import type { HubView, StreamView } from '../../stream/view.js';
import { wayOutOf } from '../../symbols/way-out.js';

/** @throws StreamError STOPPED, or the code of the refusal, if the stream ended meanwhile */
export function requireRunning(stream: StreamView): void {
  if (stream.state === 'refused') throw refusal(stream);
  if (isWanted(stream.state)) return;
  throw new StreamError('STOPPED', 'The stream was stopped meanwhile.', undefined, commonAnswer(stream));
}

/** @throws StreamError NOT_STARTED */
export function requireStarted(hub: HubView, market: Market): StreamView {
  const stream = hub.stream(market.name);
  if (isWanted(stream.state)) return stream;
  throw new StreamError(
    'NOT_STARTED',
    `The ${market.title} stream is ${stream.state === 'idle' ? 'not started' : stream.state}.`,
    undefined,
    commonAnswer(stream),
  );
}

function refusal(stream: StreamView): StreamError {
  const { lastFault, market } = stream;
  const code = (lastFault?.code ?? 'CONNECT_FAILED') as ErrorCode;
  return new StreamError(code, lastFault?.message ?? 'The feed refused the stream.', wayOutOf(market, code), {
    ...commonAnswer(stream),
    last_error: showFault(stream),
  });
}
