import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { CallTable, Reply } from './call.js';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A process that does what it is called to do. */
export class Child<Calls extends CallTable> {
  private readonly waiting = new Map<number, Waiting>();
  private id = 0;

  private constructor(private readonly process: ChildProcess) {
    process.on('message', ({ id, result, error }: Reply) => {
      const call = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(new Error(error));
    });
    process.on('exit', code => {
      for (const { reject } of this.waiting.values()) reject(new Error(`the process ended with ${code}`));
    });
  }

  /** @param program file that Node runs as it is, without a loader */
  static start<Calls extends CallTable>(
    program: string,
    args: readonly string[],
    flags: readonly string[] = [],
  ): Child<Calls> {
    return new Child<Calls>(fork(program, args, { execArgv: ['--expose-gc', ...flags] }));
  }

  call<Name extends keyof Calls & string>(
    name: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<Awaited<ReturnType<Calls[Name]>>> {
    const id = ++this.id;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: result => resolve(result as Awaited<ReturnType<Calls[Name]>>), reject });
      this.process.send({ id, name, args }, error => error && reject(error));
    });
  }

  async close(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await gone;
  }
}
