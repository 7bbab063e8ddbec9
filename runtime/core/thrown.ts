/** Errors that were caught, for logs and answers. Their messages quote what came in, so those are never shown. */

const mostFrames = 8;
const frame =
  /^ +at (?:(?:async |new )*([\w$.<>#[\] ]{1,80}) \()?(?:file:\/\/|node:)?[^()\n]*?([\w.-]{1,60}:\d+:\d+)\)?$/;

/** Class, code and stack of whatever was thrown, in one line: `TypeError ERR_INVALID_URL at parse (feed.js:3:5)`. */
export function describeThrown(error: unknown): string {
  if (!(error instanceof Error)) return `a ${error === null ? 'null' : typeof error} was thrown`;
  const frames = framesOf(error).slice(0, mostFrames);
  return [describeTrouble(error), ...frames.map(place => `at ${place}`)].join(' ');
}

/** Class and code alone, and for an error of the system what was called: `EADDRINUSE (listen)`. */
export function describeTrouble(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  const { code, syscall } = error as Error & { readonly code?: unknown; readonly syscall?: unknown };
  const call = typeof syscall === 'string' && /^[a-z_]{2,20}$/.test(syscall) ? ` (${syscall})` : '';
  const named = [...(classOf(error) === 'Error' && codeOf(code) !== '' ? [] : [classOf(error)]), codeOf(code)];
  return `${named.filter(text => text !== '').join(' ')}${call}`;
}

function classOf(error: Error): string {
  const name: unknown = error.constructor?.name;
  return typeof name === 'string' && /^[A-Za-z$]\w{0,40}$/.test(name) ? name : 'Error';
}

/** Codes are words of whoever throws. */
function codeOf(code: unknown): string {
  if (typeof code === 'number' && Number.isSafeInteger(code)) return String(code);
  return typeof code === 'string' && /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/.test(code) && code.length <= 40 ? code : '';
}

/** Where it was thrown, the innermost first; nothing where the message cannot be told apart from that. */
function framesOf({ stack, message }: Error): string[] {
  if (typeof stack !== 'string' || typeof message !== 'string') return [];
  const at = stack.indexOf(message);
  if (at < 0) return [];
  return stack
    .slice(at + message.length)
    .split('\n')
    .flatMap(line => {
      const [whole, name, place] = frame.exec(line) ?? [];
      return whole === undefined ? [] : [name === undefined ? place! : `${name} (${place})`];
    });
}
