/** Calls from one process to another, over the channel that Node opens for a forked child. */

/** What can be called, by name. */
export type CallTable = Readonly<Record<string, (...args: never[]) => unknown>>;

export interface Call {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** Answers calls until the parent goes away. */
export function answerCalls(table: CallTable): void {
  process.on('message', (call: Call) => {
    void answer(table, call).then(reply => process.send?.(reply));
  });
  process.on('disconnect', () => process.exit());
}

async function answer(table: CallTable, { id, name, args }: Call): Promise<Reply> {
  try {
    const method = table[name] as ((...args: readonly unknown[]) => unknown) | undefined;
    if (!method) throw new Error(`there is no call ${name}`);
    return { id, result: await method(...args) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
