import { hex, va } from '../base/address';
import { unwindAbi } from './abi';
import { type ExpressionContext, evaluateLocation, evaluateNumber, Unavailable } from './expression';
import type { FrameState, Located, Location, Op, Program, ReadMemory, Variable } from './types';

/** Entry values of entry values of ...: so many callers are asked. */
const MAX_CALLERS = 8;

/**
 * Finds where a variable is in a frame. Looks nothing up that disturbs: memory is read only for expressions that ask for it.
 * @returns the place, or `unavailable` with a reason to show.
 */
export function locate(program: Program, variable: Variable, frame: FrameState, readMemory: ReadMemory): Located {
  const at = place(variable.location, frame, frameContext(program, frame, variable.frameBase, readMemory, 0));
  if (at.kind !== 'pieces') return held(at, frame);
  return { kind: 'pieces', pieces: at.pieces.map((p) => ({ ...p, at: held(p.at, frame) })) };
}

/** A register that a called function may have overwritten does not hold the value any more. */
function held<L extends Located>(at: L, frame: FrameState): L | (Located & { kind: 'unavailable' }) {
  if (at.kind !== 'register' || frame.registers.has(at.dwarf)) return at;
  return {
    kind: 'unavailable',
    why: `it was in register ${at.dwarf}, which the functions called from here may have overwritten`,
  };
}

/** What tells where the storage of the running thread is. */
export type ThreadRegisters = Partial<Pick<FrameState, 'registers' | 'special'>>;

/** Finds a variable that needs no frame: one with a fixed address, a constant, or one of the running thread. */
export function locateStatic(program: Program, variable: Variable, slide = 0n, thread: ThreadRegisters = {}): Located {
  const nowhere: FrameState = { pc: va(0n), isCaller: false, registers: new Map(), slide, ...thread };
  return locate(program, variable, nowhere, () => undefined);
}

/** The link address to look a frame up at: its pc or, in a caller, the call before it. */
export function lookupAddress(frame: FrameState): bigint {
  return frame.pc - (frame.slide ?? 0n) - (frame.isCaller ? 1n : 0n);
}

/** A register of a frame; `undefined` when it could not be recovered. */
export const registerOf = (frame: FrameState, dwarf: number): bigint | undefined =>
  frame.registers.get(dwarf) ?? frame.special?.(dwarf);

/** The context of an expression in a frame. */
export function frameContext(
  program: Program,
  frame: FrameState,
  frameBase: Location | undefined,
  readMemory: ReadMemory,
  callers: number,
): ExpressionContext {
  const context: ExpressionContext = {
    addressSize: program.elf.addressSize,
    slide: frame.slide ?? 0n,
    readMemory,
    register(dwarf) {
      const value = registerOf(frame, dwarf);
      if (value !== undefined) return value;
      throw new Unavailable(`register ${dwarf} was not saved by the functions called from here`);
    },
    cfa: () => frame.cfa ?? canonicalFrameAddress(program, frame, context),
    frameBase() {
      if (frameBase === undefined) throw new Unavailable('its function has no frame base');
      const at = place(frameBase, frame, { ...context, frameBase: noFrameBase });
      switch (at.kind) {
        case 'memory':
          return at.address;
        case 'register':
          return context.register(at.dwarf);
        default:
          throw new Unavailable(at.kind === 'unavailable' ? at.why : 'its frame base is not an address');
      }
    },
    threadLocal: (offset) => BigInt.asUintN(64, threadStorage(program, frame) + offset),
    atEntry: (ops) => valueAtEntry(program, frame, ops, readMemory, callers),
  };
  return context;
}

/** Where the storage of the running thread begins. */
function threadStorage({ elf }: Program, frame: FrameState): bigint {
  const abi = unwindAbi(elf.machine);
  if (abi === undefined) throw new Unavailable('how this processor finds thread-local variables is not known');
  const pointer = registerOf(frame, abi.threadPointer);
  if (pointer === undefined) throw new Unavailable('it is thread-local, and the thread pointer is not known here');
  if (pointer === 0n) throw new Unavailable('it is thread-local, and the thread pointer is 0: it has not been set yet');
  if (elf.threadLocal === undefined) {
    throw new Unavailable('it is thread-local, and the program has no segment PT_TLS that tells the layout');
  }
  return abi.threadStorage(pointer, elf.threadLocal);
}

function noFrameBase(): never {
  throw new Unavailable('its frame base depends on itself');
}

function place(location: Location, frame: FrameState, context: ExpressionContext): Located {
  switch (location.kind) {
    case 'expression':
      return evaluateLocation(location.ops, context);
    case 'constant':
      return { kind: 'value', bytes: location.bytes };
    case 'none':
      return { kind: 'unavailable', why: location.why };
    case 'list': {
      const at = lookupAddress(frame);
      const entry = location.entries.find((e) => e.lo <= at && at < e.hi);
      const ops = entry?.ops ?? location.fallback;
      if (ops === undefined) return { kind: 'unavailable', why: aliveElsewhere(location, frame.slide ?? 0n) };
      if (ops.length === 0) return { kind: 'unavailable', why: 'optimised out at this point' };
      return evaluateLocation(ops, context);
    }
  }
}

function aliveElsewhere(location: Location & { kind: 'list' }, slide: bigint): string {
  const alive = location.entries.filter((e) => e.ops.length > 0 && e.lo < e.hi);
  if (alive.length === 0) return 'optimised out';
  const ranges = alive.slice(0, 3).map((e) => `${hex(e.lo + slide)}..${hex(e.hi + slide)}`);
  return `optimised out at this point; it is alive at ${ranges.join(', ')}${alive.length > 3 ? ', ...' : ''}`;
}

function canonicalFrameAddress(program: Program, frame: FrameState, context: ExpressionContext): bigint {
  const row = frame.row ?? program.unwind(va(lookupAddress(frame)));
  if (row === undefined) throw new Unavailable('there is no call frame information here');
  return row.cfa.kind === 'registerOffset'
    ? context.register(row.cfa.register) + row.cfa.offset
    : evaluateNumber(row.cfa.ops, context);
}

/** Recovers what a register held at function entry, from what the caller says it passed. */
function valueAtEntry(
  program: Program,
  frame: FrameState,
  ops: readonly Op[],
  readMemory: ReadMemory,
  callers: number,
): bigint {
  const [op] = ops;
  const register = op?.op === 'register' ? op.register : op?.op === 'registerOffset' ? op.register : undefined;
  if (ops.length !== 1 || op === undefined || register === undefined) {
    throw new Unavailable('it was computed from memory as it was when the function was entered');
  }
  const lost = 'its value at function entry is not kept; stop at the beginning of the function to see it';
  const caller = callers < MAX_CALLERS ? frame.caller?.() : undefined;
  if (caller === undefined) throw new Unavailable(lost);
  const offset = op.op === 'registerOffset' ? op.offset : 0n;
  const passed = program.callSiteAt(va(caller.pc - (caller.slide ?? 0n))).get(register);
  if (passed !== undefined) {
    const frameBase = functionFrameBase(program, caller);
    return evaluateNumber(passed, frameContext(program, caller, frameBase, readMemory, callers + 1)) + offset;
  }
  // A register every function preserves holds in the caller what it held at entry.
  if (unwindAbi(program.elf.machine)?.calleeSaved.has(register)) {
    const kept = caller.registers.get(register);
    if (kept !== undefined) return kept + offset;
  }
  throw new Unavailable(lost);
}

/** The frame base of the function a frame is in; any of its variables knows it. */
export function functionFrameBase(program: Program, frame: FrameState): Location | undefined {
  for (const scope of program.scopesAt(va(lookupAddress(frame)))) {
    const base = scope.variables.find((v) => v.frameBase !== undefined)?.frameBase;
    if (base !== undefined) return base;
  }
  return undefined;
}
