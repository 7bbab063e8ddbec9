import type { OwnedTool, ToolResult } from '../tools/tools.js';

/** What is known of a request before it is judged. */
export interface Asked {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** What no handler is asked, so that it is not looked at. */
export const unhandled: Asked = { method: '' };

/** Stands before the requests of a client. */
export interface Gate {
  /**
   * Lets a request in when its turn comes, whatever it asks for.
   *
   * @param signal ends it before its turn has come
   * @throws StreamError LIMIT_EXCEEDED
   */
  enter<T>(asked: Asked, answer: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /**
   * Lets a call that has its turn do what it may.
   *
   * @param call does what the tool does
   * @throws StreamError READ_ONLY
   */
  call(owned: OwnedTool, call: () => Promise<ToolResult>): Promise<ToolResult>;
}

/** Where there is one client alone, nobody has to wait. */
export const openGate: Gate = { enter: (_asked, answer) => answer(), call: (_owned, call) => call() };
