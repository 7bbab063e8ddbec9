/**
 * Handles arguments that are not an object, such as JSON text of one. The protocol's package refuses them before any
 * tool sees them; they are carried past it as JSON text in an object, so that tools and prompts can read them.
 */

/** A name that no argument has. */
const carrier = '\u0000whole';

const methods: ReadonlySet<unknown> = new Set(['tools/call', 'prompts/get']);

interface Loose {
  readonly [name: string]: unknown;
}

/**
 * @param message of a client, or several of them, of any shape
 * @returns the message unchanged if its arguments are an object or absent
 */
export function packArguments<Message>(message: Message): Message;
export function packArguments(message: unknown): unknown {
  if (Array.isArray(message)) return message.map(pack);
  return pack(message);
}

function pack(message: unknown): unknown {
  if (!isObject(message) || !methods.has(message.method)) return message;
  const { params, method } = message;
  if (!isObject(params) || !('arguments' in params)) return message;
  const { arguments: given } = params;
  // Arguments of a prompt are strings; the package accepts nothing else.
  const passes = isObject(given) && (method === 'tools/call' || Object.values(given).every(isText));
  if (passes) return message;
  return { ...message, params: { ...params, arguments: { [carrier]: JSON.stringify(given) } } };
}

/** @returns the arguments as received, of any shape */
export function unpackArguments(args: Loose | undefined): unknown {
  const text = args?.[carrier];
  return isText(text) ? parse(text) : args;
}

/** The arguments as strings: numbers as their digits; other types are left out. */
export function textsOf(given: unknown): Readonly<Record<string, string>> {
  const whole = isText(given) ? parse(given) : given;
  if (!isObject(whole)) return {};
  return Object.fromEntries(
    Object.entries(whole).flatMap(([name, value]) =>
      isText(value) || typeof value === 'number' ? [[name, String(value)]] : [],
    ),
  );
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error's message quotes the text.
    return undefined;
  }
}
