/** The parts of WebAssembly that are used here; the types of Node lack them. */
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
