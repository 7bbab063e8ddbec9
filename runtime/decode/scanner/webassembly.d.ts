/** What is used of WebAssembly, which the types of Node leave out. */
declare namespace WebAssembly {
  class Memory {
    /** @throws RangeError */
    constructor(size: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }

  class Module {
    /** @throws CompileError */
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }

  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>);
    readonly exports: Readonly<Record<string, (...words: number[]) => number>>;
  }
}
