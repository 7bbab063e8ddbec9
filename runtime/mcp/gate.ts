import type { OwnedTool, ToolResult } from '../tools/tools.js';

/** What is known of a request before it is checked. */
export interface Asked {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** Methods without a handler, which pass unchecked. */
export const unhandled: Asked = { method: '' };

/** Every request of a client passes through here first. */
export interface Gate {
  /**
   * Admits a request when its turn comes, whatever its method.
   *
   * @param signal cancels it before its turn
   * @throws StreamError LIMIT_EXCEEDED
   */
  enter<T>(asked: Asked, answer: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /**
   * Runs an admitted call, if the client may make it.
   *
   * @param call does what the tool does
   * @throws StreamError READ_ONLY
   */
  call(owned: OwnedTool, call: () => Promise<ToolResult>): Promise<ToolResult>;
}

/** For a single client, who never has to wait. */
export const openGate: Gate = { enter: (_asked, answer) => answer(), call: (_owned, call) => call() };
