/** What is used of WebAssembly, which the types of Node leave out. */
declare namespace WebAssembly {
  class Memory {
    constructor(size: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }

  /** @throws CompileError */
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }

  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>);
    readonly exports: Readonly<Record<string, (...words: number[]) => number>>;
  }

  function validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}
