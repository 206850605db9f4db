/**
 * Frames: physical ones by call frame information (else by frame pointer), across trap frames, and the inlined calls of
 * each as frames of their own. How the frames of all worlds become one stack is in stack-walk.ts.
 */
import { hex, type Va, va } from '../base/address';
import { t } from '../base/l10n';
import { causeOf, type Isa } from '../isa/core/isa';
import type { DisassembledInsn } from '../isa/core/registers';
import type { World } from '../isa/core/world';
import type { Cpu, Machine, TrapEvent } from '../machine/contract';
import type { FrameState, InlineFrame, SourceFile } from '../symbols/types';
import { callerAtEntry, frameAddress, framePointerStep, unwindStep } from '../symbols/unwind';
import { epilogueRow } from './epilogues';
import type { Image, ImageSet } from './images';
import { lostCaller } from './lost-callers';
import type { TargetMemory } from './memory';
import { withTarget } from './regions';
import { isLibraryPath } from './sources';
import { suspendedCpu } from './suspended-cpu';
import { type InterruptedContext, readTrapFrame } from './trap-frames';

/** One activation record: registers as they were, and the image its code belongs to. */
export interface PhysicalFrame {
  readonly cpu: Cpu;
  readonly image: Image | undefined;
  /** Run-time minus link address of the image at this pc. */
  readonly slide: bigint;
  /** Run-time program counter; a return address in callers. */
  readonly pc: Va;
  /** The same as a link address, for asking the image's program. */
  readonly link: Va;
  readonly state: FrameState;
  /** Canonical frame address, when it is known. Identifies the activation. */
  readonly cfa: bigint | undefined;
  /** What called it, where that was observed and cannot be found in the registers. */
  readonly calledFrom?: PhysicalFrame;
}

/** A row of the Call Stack. */
export interface CodeFrame {
  readonly kind: 'code';
  readonly name: string;
  readonly source: SourceFile | undefined;
  readonly line: number;
  readonly column: number;
  readonly isInlined: boolean;
  /** Library code (core, alloc, std), dimmed. */
  readonly isSubtle: boolean;
  readonly physical: PhysicalFrame;
  /** Index into the logical frames at this pc, innermost 0. */
  readonly inlineIndex: number;
}

/** A border between worlds, or the reason why the stack ends. */
export interface LabelFrame {
  readonly kind: 'label';
  readonly name: string;
  readonly hart: number;
}

export type Frame = CodeFrame | LabelFrame;

/** A trap the hart has just taken: it stands at the first instruction of the handler. */
export interface FreshTrap {
  readonly handlerPc: Va;
  readonly epc: Va;
  readonly label: string;
  /** The code it interrupted, whose registers are still those of the handler's frame. */
  interrupted(handler: PhysicalFrame): PhysicalFrame;
}

/** What was observed where worlds change, and cannot be read off registers and memory. */
export interface Observed {
  /** What is above the innermost frame of a hart; `undefined` when nothing special is known. */
  above(frame: PhysicalFrame): Caller | undefined;
  /** Whether the frame's code changes worlds: the return-address register need not hold a return address there. */
  isCrossing(frame: PhysicalFrame): boolean;
  /** The trap to `world` that stopped code at `pc` with these registers. */
  exitAt(world: World, pc: Va, registers: ReadonlyMap<number, bigint>): { readonly trap: TrapEvent } | undefined;
}

/** Most frames that are unwound to find the end of a stack. */
const DEEPEST = 500;

/** Unwinds the stacks of one machine. Holds nothing between stops. */
export class Unwinder {
  constructor(
    private readonly machine: Machine,
    private readonly images: ImageSet,
    private readonly memory: TargetMemory,
    /** The last trap of a hart. */
    private readonly lastTrap: (hart: number) => TrapEvent | undefined = () => undefined,
  ) {}

  /** What was observed where worlds change. */
  observed: Observed = { above: () => undefined, isCrossing: () => false, exitAt: () => undefined };

  /** The machine's instruction set. */
  get isa(): Isa {
    return this.machine.isa;
  }

  /** The innermost frame of a hart. */
  top(cpu: Cpu): PhysicalFrame {
    const registers = new Map<number, bigint>();
    for (const spec of this.machine.isa.registers) {
      if (spec.dwarf !== undefined && spec.group !== 'system') registers.set(spec.dwarf, cpu.readRegister(spec.name));
    }
    return this.frame(cpu, cpu.pc, registers, false, this.systemRegisters(cpu));
  }

  /** The hart's system registers by DWARF number, as they are when asked. */
  systemRegisters(cpu: Cpu): (dwarf: number) => bigint | undefined {
    return (dwarf) => {
      const spec = this.machine.isa.registerOfDwarf(dwarf);
      return spec?.group === 'system' ? cpu.readRegister(spec.name) : undefined;
    };
  }

  /**
   * A frame from its run-time pc and registers, with its canonical frame address when that can be computed.
   * @param special system registers as they were there, when they are known
   */
  frame(
    cpu: Cpu,
    pc: Va,
    registers: ReadonlyMap<number, bigint>,
    isCaller: boolean,
    special?: (dwarf: number) => bigint | undefined,
  ): PhysicalFrame {
    const found = this.images.find(isCaller ? pc - 1n : pc, this.reader(cpu), cpu.world);
    const slide = found?.slide ?? 0n;
    const link = va(pc - slide);
    const row = found === undefined || isCaller ? undefined : epilogueRow(found.image.program, link, this.machine.isa);
    const state: FrameState = { pc, isCaller, registers, slide, ...(special && { special }), ...(row && { row }) };
    const bare: PhysicalFrame = { cpu, image: found?.image, slide, pc, link, state, cfa: undefined };
    if (found === undefined) return bare;
    const cfa = frameAddress(found.image.program, state, this.reader(cpu));
    const lazy = cfa === undefined ? state : { ...state, cfa, caller: () => this.callerState(bare) };
    return { ...bare, state: lazy, cfa };
  }

  /** Reads memory as frames of this hart see it. */
  reader(cpu: Cpu): (address: bigint, length: number) => Uint8Array | undefined {
    return (address, length) => this.memory.read(cpu, BigInt.asUintN(64, address), length);
  }

  private callerState(frame: PhysicalFrame): FrameState | undefined {
    const up = this.caller(frame);
    return up.kind === 'frame' ? up.frame.state : undefined;
  }

  /** The frame that called `frame`, or the context it interrupted, or why there is none. */
  caller(frame: PhysicalFrame): Caller {
    const { cpu } = frame;
    if (frame.calledFrom !== undefined) return { kind: 'frame', frame: frame.calledFrom };
    const read = this.reader(cpu);
    if (frame.image !== undefined) {
      const up = unwindStep(frame.image.program, frame.state, read);
      if (up.kind === 'frame') {
        const next = this.frame(cpu, va(up.frame.pc), up.frame.registers, up.frame.isCaller);
        if (this.isBottom(frame, next)) return { kind: 'end' };
        // Between the two instructions of a far call the return-address register holds neither caller nor callee.
        const isCertain = frame.state.isCaller || !next.state.isCaller || this.isAfterCall(cpu, next.pc);
        if (isCertain) return { kind: 'frame', frame: next };
        return this.lost(frame) ?? { kind: 'missing', why: whyMissing(frame) };
      }
      if (up.kind === 'end') return { kind: 'end' };
      const trap = this.observed.above(frame) ?? this.interrupted(frame);
      if (trap !== undefined) return trap;
      const lost = frame.state.isCaller ? this.lost(frame) : undefined;
      if (lost !== undefined) return lost;
      if (this.observed.isCrossing(frame)) return { kind: 'missing', why: whyMissing(frame) };
    }
    return this.withoutCfi(frame) ?? { kind: 'missing', why: whyMissing(frame) };
  }

  /** The frame that called the function whose first instruction is at `frame`. */
  callerAtEntry(frame: PhysicalFrame): PhysicalFrame | undefined {
    if (frame.image === undefined) return undefined;
    const up = callerAtEntry(frame.image.program, frame.state, this.reader(frame.cpu));
    if (up === undefined || !this.isCallOf(frame.cpu, up.pc, frame.pc)) return undefined;
    return this.frame(frame.cpu, up.pc, up.registers, true);
  }

  /** Whether call frame information covers a frame. */
  hasRules(frame: PhysicalFrame): boolean {
    return frame.image?.program.unwind(lookupPc(frame)) !== undefined;
  }

  /** Where the stack ends that `frame` is on, as far as call frame information leads: the end of one of its frames. */
  stackEnd(frame: PhysicalFrame): bigint | undefined {
    let last = frame;
    for (let depth = 0; depth < DEEPEST; depth++) {
      const next = this.recordedCaller(last);
      if (next === undefined) break;
      last = next;
    }
    return this.frameEnd(last);
  }

  /** The caller that needs no search: observed, or by call frame information. */
  private recordedCaller(frame: PhysicalFrame): PhysicalFrame | undefined {
    if (frame.calledFrom !== undefined || frame.image === undefined) return frame.calledFrom;
    const up = unwindStep(frame.image.program, frame.state, this.reader(frame.cpu));
    if (up.kind !== 'frame') return undefined;
    const next = this.frame(frame.cpu, up.frame.pc, up.frame.registers, up.frame.isCaller);
    return this.isBottom(frame, next) ? undefined : next;
  }

  /** The highest address that is known of a frame. */
  frameEnd(frame: PhysicalFrame): bigint | undefined {
    return frame.cfa ?? this.registerOf(frame, this.machine.isa.stackPointer);
  }

  /**
   * The first function of a task was entered without a call: what stands in its return address is 0, itself, or some
   * function's start that no call precedes.
   */
  private isBottom(frame: PhysicalFrame, next: PhysicalFrame): boolean {
    if (next.pc === 0n) return true;
    if (!next.state.isCaller) return false;
    const found = this.images.find(next.pc, this.reader(next.cpu), next.cpu.world);
    const start = found?.image.program.symbolAt(found.link);
    if (start === undefined || start.offset !== 0n || start.symbol.kind !== 'function') return false;
    const own = frame.image?.program.symbolAt(lookupPc(frame))?.symbol;
    return own?.address === start.symbol.address || !this.isAfterCall(next.cpu, next.pc);
  }

  private isAfterCall(cpu: Cpu, pc: Va): boolean {
    const { isa } = this.machine;
    for (let length = isa.minLength; length <= isa.maxLength; length += isa.minLength) {
      if (this.insnBefore(cpu, pc, length)?.kind === 'call') return true;
    }
    return false;
  }

  /** Code without call frame information may be a trap vector, whose saved context lies at its stack pointer. */
  private interrupted(frame: PhysicalFrame): Caller | undefined {
    const sp = this.registerOf(frame, this.machine.isa.stackPointer);
    if (frame.image === undefined || sp === undefined) return undefined;
    if (frame.image.program.unwind(lookupPc(frame)) !== undefined) return undefined;
    const context = readTrapFrame(this.machine.isa, frame.image.program, this.reader(frame.cpu), sp);
    if (context === undefined) return undefined;
    const trap = this.trapOf(frame.cpu, context);
    const cpu = trap === undefined ? frame.cpu : suspendedCpu(frame.cpu, trap.from);
    if (!this.isPlausible(cpu, context)) return undefined;
    const next = this.frame(cpu, context.pc, context.registers, false);
    const border = trap === undefined ? this.olderLabel(cpu, context) : trapLabel(this.machine.isa, trap);
    return { kind: 'frame', frame: next, border };
  }

  /** The trap that interrupted a context: the hart's last, or an earlier one from another world. */
  private trapOf(cpu: Cpu, { pc, registers }: InterruptedContext): TrapEvent | undefined {
    const last = this.lastTrap(cpu.hart);
    if (last !== undefined && this.isReturnOf(cpu, last.instruction, pc, last.from)) return last;
    return this.observed.exitAt(cpu.world, pc, registers)?.trap;
  }

  /** The caller of a function that never returns and has not kept its return address. */
  private lost(frame: PhysicalFrame): Caller | undefined {
    const { image, cpu } = frame;
    const { isa } = this.machine;
    const sp = isa.register(isa.stackPointer)?.dwarf;
    const row = image?.program.unwind(lookupPc(frame));
    const held = sp === undefined ? undefined : frame.state.registers.get(sp);
    if (image === undefined || sp === undefined || held === undefined) return undefined;
    if (row?.cfa.kind !== 'registerOffset' || row.cfa.register !== sp) return undefined;
    const cfa = held + row.cfa.offset;
    const context = {
      isa,
      program: image.program,
      word: (at: bigint) => this.word(cpu, at),
      followsCall: (at: bigint, callee: bigint) => this.isCallOf(cpu, va(at), callee + frame.slide),
    };
    const back = lostCaller(context, lookupPc(frame), cfa);
    if (back === undefined) return undefined;
    return { kind: 'frame', frame: this.frame(cpu, va(back + frame.slide), new Map([[sp, cfa]]), true) };
  }

  private word(cpu: Cpu, at: bigint): bigint | undefined {
    const bytes = this.memory.read(cpu, BigInt.asUintN(64, at), 8);
    return bytes === undefined ? undefined : new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  }

  /** Whether the instruction before `pc` calls `callee`, or calls indirectly. */
  private isCallOf(cpu: Cpu, pc: Va, callee: bigint): boolean {
    const { isa } = this.machine;
    for (let length = isa.minLength; length <= isa.maxLength; length += isa.minLength) {
      const insn = this.insnBefore(cpu, pc, length);
      if (insn?.kind !== 'call') continue;
      const earlier = insn.target === undefined ? this.insnBefore(cpu, va(insn.address), isa.maxLength) : undefined;
      const target = withTarget(isa, earlier, insn).target;
      if (target === undefined || target === callee) return true;
    }
    return false;
  }

  private insnBefore(cpu: Cpu, pc: Va, length: number): DisassembledInsn | undefined {
    if (length <= 0 || length > this.machine.isa.maxLength) return undefined;
    const from = BigInt.asUintN(64, pc - BigInt(length));
    const bytes = this.memory.read(cpu, from, length);
    const insn = bytes === undefined ? undefined : this.machine.isa.disassemble(bytes, from, cpu.world.codeMode);
    return insn?.isValid === true && insn.length === length ? insn : undefined;
  }

  private isPlausible(cpu: Cpu, context: InterruptedContext): boolean {
    const { isa } = this.machine;
    const saved = (name: string): bigint | undefined => context.registers.get(isa.register(name)?.dwarf ?? -1);
    if (isa.canBeInterrupted?.(saved) === false) return false;
    const found = this.images.find(context.pc, this.reader(cpu), cpu.world);
    if (found === undefined) return context.pc > 4096n && context.pc % BigInt(isa.minLength) === 0n;
    return found.image.placements.some(
      (place) => place.isExecutable && found.link >= place.link && found.link < place.link + place.size,
    );
  }

  /** Whether a handler of a trap at `epc` returns to `pc`: there, or behind the instruction when it did its work. */
  private isReturnOf(cpu: Cpu, epc: bigint, pc: Va, world: World): boolean {
    if (epc === pc) return true;
    const length = Number(BigInt.asIntN(32, pc - epc));
    return this.insnBefore(suspendedCpu(cpu, world), pc, length) !== undefined;
  }

  /** A trap that others came after; the system registers may still tell its cause. */
  private olderLabel(cpu: Cpu, context: InterruptedContext): string {
    const current = context.causeRegister !== undefined && cpu.readRegister(context.epcRegister) === context.pc;
    if (!current || context.causeRegister === undefined) return t`── trap taken at ${hex(context.pc)}`;
    const raw = cpu.readRegister(context.causeRegister);
    const isInterrupt = raw >> 63n === 1n;
    const cause = Number(BigInt.asUintN(32, raw));
    return t`── trap: ${causeText(this.machine.isa, { cause, isInterrupt })} at ${hex(context.pc)}`;
  }

  /** The return address of a leaf that has no information at all, in its register, else the frame pointer's chain. */
  private withoutCfi(frame: PhysicalFrame): Caller | undefined {
    const { returnAddress } = this.machine.isa;
    const ra = returnAddress === undefined ? undefined : this.registerOf(frame, returnAddress);
    if (!frame.state.isCaller && ra !== undefined && this.isReturnAddress(frame, va(ra))) {
      return { kind: 'frame', frame: this.frame(frame.cpu, va(ra), frame.state.registers, true) };
    }
    const program = frame.image?.program ?? this.images.all[0]?.program;
    if (program === undefined) return undefined;
    const up = framePointerStep(program, frame.state, this.reader(frame.cpu));
    if (up.kind === 'end') return { kind: 'end' };
    if (up.kind === 'missing' || !this.isCode(frame.cpu, up.frame.pc)) return undefined;
    return { kind: 'frame', frame: this.frame(frame.cpu, up.frame.pc, up.frame.registers, true) };
  }

  /** Whether the return-address register still says who called: after a call of its own, a function's is in itself. */
  private isReturnAddress(frame: PhysicalFrame, ra: Va): boolean {
    if (!this.isCode(frame.cpu, ra) || !this.isAfterCall(frame.cpu, ra)) return false;
    const own = frame.image?.program.symbolAt(frame.link)?.symbol.address;
    return own === undefined || frame.image?.program.symbolAt(va(ra - frame.slide))?.symbol.address !== own;
  }

  private isCode(cpu: Cpu, at: bigint): boolean {
    const found = this.images.find(at, this.reader(cpu), cpu.world);
    return found !== undefined && found.image.program.symbolAt(found.link)?.symbol.kind === 'function';
  }

  private registerOf(frame: PhysicalFrame, name: string): bigint | undefined {
    const dwarf = this.machine.isa.register(name)?.dwarf;
    return dwarf === undefined ? undefined : frame.state.registers.get(dwarf);
  }
}

/** The manual's words for a trap's cause. */
export const causeText = (isa: Isa, trap: Pick<TrapEvent, 'cause' | 'isInterrupt'>): string => {
  const cause = causeOf(isa, trap);
  return cause === undefined ? t`cause ${trap.cause}` : t(cause.name);
};

/** The border between a handler and the code that its trap interrupted. */
export const trapLabel = (isa: Isa, trap: TrapEvent): string =>
  t`── trap: ${causeText(isa, trap)}, ${trap.from.mode} → ${trap.to.mode}, at ${hex(trap.instruction)}`;

/** What is above a frame. `border` names the trap when the frame was interrupted rather than called from. */
export type Caller =
  | { readonly kind: 'frame'; readonly frame: PhysicalFrame; readonly border?: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'missing'; readonly why: string };

function whyMissing(frame: PhysicalFrame): string {
  if (frame.image === undefined) return t`no image covers ${hex(frame.pc)}`;
  const symbol = frame.image.program.symbolAt(lookupPc(frame));
  return t`how ${symbol?.symbol.demangled ?? hex(frame.pc)} was called is not recorded`;
}

/** The address whose symbols describe a frame: callers stand behind their call. */
export const lookupPc = (frame: PhysicalFrame): Va => (frame.state.isCaller ? va(frame.link - 1n) : frame.link);

/** The logical frames of one physical frame, innermost first; code without debug information gives one. */
export function logicalFrames(physical: PhysicalFrame): CodeFrame[] {
  const at = lookupPc(physical);
  const inline = physical.image?.program.framesAt(at) ?? [];
  const hit = physical.image?.program.symbolAt(at);
  const isPanicHandler = PANIC_HANDLER.test(hit?.symbol.demangled ?? '');
  if (inline.length === 0) {
    const row = physical.image?.program.lineAt(at);
    const offset = hit === undefined ? 0n : physical.link - hit.symbol.address;
    const name =
      hit === undefined ? hex(physical.pc) : `${hit.symbol.demangled}${offset > 0n ? `+${hex(offset)}` : ''}`;
    const place = { source: row?.source, line: row?.line ?? 0, column: row?.column ?? 0 };
    return [{ kind: 'code', name, ...place, isInlined: false, isSubtle: isPanicHandler, physical, inlineIndex: 0 }];
  }
  return inline.map((frame, index) => codeFrame(physical, frame, index, isPanicHandler));
}

/** The symbol of a kernel's panic handler, whatever its name: where a panic ends up, not where it comes from. */
const PANIC_HANDLER = /(^|::)rust_begin_unwind$/;

function codeFrame(physical: PhysicalFrame, frame: InlineFrame, index: number, isPanicHandler: boolean): CodeFrame {
  return {
    kind: 'code',
    name: frame.name,
    source: frame.source,
    line: frame.line,
    column: frame.column,
    isInlined: frame.isInlined,
    isSubtle: isPanicHandler || (frame.source !== undefined && isLibraryPath(frame.source.path)),
    physical,
    inlineIndex: index,
  };
}
