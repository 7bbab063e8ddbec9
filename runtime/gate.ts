import type { OwnedTool, ToolResult } from './tools.js';

/** Stands before the requests of a client, and lets each in when its turn comes. */
export interface Gate {
  /**
   * @param call does what the tool does
   * @param signal ends it before its turn has come
   * @throws StreamError READ_ONLY, LIMIT_EXCEEDED
   */
  call(owned: OwnedTool, call: () => Promise<ToolResult>, signal?: AbortSignal): Promise<ToolResult>;
  /**
   * The same for what is no tool.
   *
   * @throws StreamError LIMIT_EXCEEDED
   */
  ask<T>(answer: () => Promise<T>): Promise<T>;
}

/** Where there is one client alone, nobody has to wait. */
export const openGate: Gate = { call: (_owned, call) => call(), ask: answer => answer() };
