/**
 * A small assembler: writes functions over one memory, put together from expressions, as a WebAssembly module. Words are
 * unsigned and have 32 bits, longs 64, vectors are sixteen bytes.
 */

/** Writes a piece of code. */
export type Code = (out: Output) => void;

/** Code that leaves a value, or a word as it stands. */
export type Operand = Code | number;

/** A local variable: the code that reads it, and that which writes it. */
export interface Local extends Code {
  set(value: Operand): Code;
}

/** A function that takes words and answers one. */
export interface Routine {
  readonly parameters: number;
  /** Types of the locals beside the parameters. */
  readonly locals: readonly number[];
  readonly body: Code;
}

interface Output {
  readonly bytes: number[];
  /** Blocks around the place that is written. */
  depth: number;
}

const type = { word: 0x7f, long: 0x7e, vector: 0x7b, function: 0x60, none: 0x40 } as const;
const section = { types: 1, imports: 2, functions: 3, exports: 7, code: 10 } as const;
const kind = { function: 0, memory: 2 } as const;
const opcode = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  branch: 0x0c,
  return: 0x0f,
  call: 0x10,
  localGet: 0x20,
  localSet: 0x21,
  wordConst: 0x41,
  longConst: 0x42,
  simd: 0xfd,
} as const;
const vectorConst = 12;

/** The locals of one routine. */
export class Locals {
  readonly types: number[] = [];

  word(): Local {
    return this.add(type.word);
  }

  long(): Local {
    return this.add(type.long);
  }

  vector(): Local {
    return this.add(type.vector);
  }

  private add(one: number): Local {
    const index = this.types.push(one) - 1;
    const get: Code = emit(opcode.localGet, ...unsigned(index));
    const set = (value: Operand): Code => join(operand(value), emit(opcode.localSet, ...unsigned(index)));
    return Object.assign(get, { set });
  }
}

/** @param write from the routine's locals and its parameters, its statements; each way through them must answer */
export function routine(parameters: number, write: (locals: Locals, ...given: Local[]) => readonly Code[]): Routine {
  const locals = new Locals();
  const given = Array.from({ length: parameters }, () => locals.word());
  const body = join(...write(locals, ...given), emit(opcode.unreachable));
  return { parameters, locals: locals.types.slice(parameters), body };
}

/** One piece after the other. */
export function join(...pieces: readonly Code[]): Code {
  return out => {
    for (const piece of pieces) piece(out);
  };
}

export function long(value: bigint): Code {
  return emit(opcode.longConst, ...signed(BigInt.asIntN(64, value)));
}

/** A vector of the same byte sixteen times. */
export function sixteen(byte: number): Code {
  return emit(opcode.simd, vectorConst, ...Array<number>(16).fill(byte));
}

export const isZero = operation(0x45);
export const equal = operation(0x46);
export const unequal = operation(0x47);
export const below = operation(0x49);
export const above = operation(0x4b);
export const atLeast = operation(0x4f);
export const trailingZeros = operation(0x68);
export const add = operation(0x6a);
export const subtract = operation(0x6b);
export const multiply = operation(0x6c);
export const and = operation(0x71);
export const or = operation(0x72);
export const xor = operation(0x73);
export const shiftLeft = operation(0x74);
export const shiftRight = operation(0x76);
export const rotateLeft = operation(0x77);

export const equalLongs = operation(0x51);
export const andLongs = operation(0x83);

/** Of each byte of a vector: all bits where it compares so, else none. */
export const equalBytes = vectorOperation(35);
/** Taken as signed. */
export const belowBytes = vectorOperation(37);
export const aboveBytes = vectorOperation(40);
export const orVectors = vectorOperation(80);
/** The highest bit of each byte, as a word; the first byte's is the lowest. */
export const highBits = vectorOperation(100);
export const subtractBytes = vectorOperation(113);

/** What is in memory at an address, the first byte lowest. */
export const byteAt = load(0x2d);
export const pairAt = load(0x2f);
export const wordAt = load(0x28);
export const longAt = load(0x29);
export const vectorAt = load(opcode.simd, 0);

export const storeWord = store(0x36);
export const storeVector = store(opcode.simd, 11);

export function when(condition: Code, ...then: readonly Code[]): Code {
  return join(
    condition,
    nest(opcode.if, () => then),
  );
}

/** @param write given the code that leaves the block, its statements */
export function block(write: (leave: Code) => readonly Code[]): Code {
  return nest(opcode.block, write);
}

/** @param write given the code that begins anew, the statements; behind the last one the loop ends */
export function loop(write: (again: Code) => readonly Code[]): Code {
  return nest(opcode.loop, write);
}

export function answer(value: Operand): Code {
  return join(operand(value), emit(opcode.return));
}

/** @param index of a routine in its module */
export function call(index: number, ...operands: readonly Operand[]): Code {
  return join(...operands.map(operand), emit(opcode.call, ...unsigned(index)));
}

/** @returns a module that imports its memory as `host.memory` and exports the last routine as `run` */
export function assemble(routines: readonly Routine[]): Uint8Array<ArrayBuffer> {
  const types = routines.map(({ parameters }) => [
    type.function,
    ...list(Array<number[]>(parameters).fill([type.word])),
    ...list([[type.word]]),
  ]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d],
    ...[0x01, 0x00, 0x00, 0x00],
    ...sized(section.types, list(types)),
    ...sized(section.imports, list([[...name('host'), ...name('memory'), kind.memory, 0, 1]])),
    ...sized(section.functions, list(routines.map((_, index) => unsigned(index)))),
    ...sized(section.exports, list([[...name('run'), kind.function, ...unsigned(routines.length - 1)]])),
    ...sized(section.code, list(routines.map(bytesOf))),
  ]);
}

function bytesOf({ locals, body }: Routine): number[] {
  const out: Output = { bytes: list(locals.map(one => [1, one])), depth: 0 };
  body(out);
  out.bytes.push(opcode.end);
  return [...unsigned(out.bytes.length), ...out.bytes];
}

function emit(...bytes: readonly number[]): Code {
  return out => {
    out.bytes.push(...bytes);
  };
}

function operand(value: Operand): Code {
  return typeof value === 'number' ? emit(opcode.wordConst, ...signed(BigInt(value | 0))) : value;
}

function operation(...code: readonly number[]): (...operands: readonly Operand[]) => Code {
  return (...operands) => join(...operands.map(operand), emit(...code));
}

function vectorOperation(code: number): (...operands: readonly Operand[]) => Code {
  return operation(opcode.simd, ...unsigned(code));
}

function load(...code: readonly number[]): (address: Operand, offset?: number) => Code {
  return (address, offset = 0) => join(operand(address), emit(...code, 0, ...unsigned(offset)));
}

function store(...code: readonly number[]): (address: Operand, value: Operand, offset?: number) => Code {
  return (address, value, offset = 0) => join(operand(address), operand(value), emit(...code, 0, ...unsigned(offset)));
}

/** A branch names its block by how many lie between. */
function nest(code: number, write: (branch: Code) => readonly Code[]): Code {
  return out => {
    out.bytes.push(code, type.none);
    const depth = ++out.depth;
    const branch: Code = inner => {
      inner.bytes.push(opcode.branch, ...unsigned(inner.depth - depth));
    };
    for (const piece of write(branch)) piece(out);
    out.bytes.push(opcode.end);
    out.depth--;
  };
}

function sized(id: number, bytes: readonly number[]): number[] {
  return [id, ...unsigned(bytes.length), ...bytes];
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function name(text: string): number[] {
  return list([...Buffer.from(text)].map(byte => [byte]));
}

/** LEB128: seven bits a byte, the lowest first. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: bigint): number[] {
  const low = Number(BigInt.asUintN(7, value));
  const rest = value >> 7n;
  const isLast = low < 0x40 ? rest === 0n : rest === -1n;
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}
