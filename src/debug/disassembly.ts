/** Disassembly around an address, forwards and backwards, always as many rows as asked. */
import { hex, type Va } from '../base/address';
import { t } from '../base/l10n';
import type { Work } from '../base/work';
import type { DisassembledInsn } from '../isa/core/registers';
import type { Cpu } from '../machine/contract';
import type { Program, SourceFile } from '../symbols/types';
import type { MemoryReference } from './memory';
import { withTarget } from './regions';
import type { DebugTarget } from './target';

/** One row of the Disassembly view. */
export interface DisassemblyRow {
  readonly addressText: string;
  readonly isValid: boolean;
  readonly text: string;
  readonly bytes: string;
  readonly symbol: string | undefined;
  /** The source lines of the instruction: its own, then those that what is inlined there was called from. */
  readonly places: readonly SourcePlace[];
}

/** A line of a source. */
export interface SourcePlace {
  readonly source: SourceFile;
  readonly line: number;
}

const TOP = 1n << 64n;
/** Rows between two parts of the work. */
const PART = 64;
/** How far back decoding begins where no symbol says where an instruction starts, bytes. */
const GUESS = 256n;
/** Symbols that begin further back than this are no anchor, bytes. */
const FARTHEST = 1n << 16n;

/**
 * `count` rows, the first `offset` instructions after `start`. Rows outside memory are placeholders marked invalid. Every
 * request about one `start` cuts its rows out of the same sequence, so that a view can put answers together.
 */
export function* disassembly(
  target: DebugTarget,
  hart: Cpu,
  start: MemoryReference,
  offset: number,
  count: number,
): Work<DisassemblyRow[]> {
  const cpu = target.memory.viewOf(hart, start);
  const reader = new CodeReader(target, cpu, start.space);
  const rows: DisassemblyRow[] = [];
  const before = offset < 0 ? yield* reader.before(start.address, -offset) : [];
  let address = before[0] ?? start.address;
  for (let skip = offset; skip > 0; skip--) {
    if (skip % PART === 0) yield;
    address += reader.at(address).length;
  }
  // Targets that two instructions tell together are shown in the first row, too.
  let previous = (yield* reader.before(address, 1)).map((at) => reader.at(at).insn)[0];
  const show = (address: bigint): bigint => {
    const { insn, bytes, length } = reader.at(address);
    const joint = insn && withTarget(target.machine.isa, previous, insn);
    rows.push(joint === undefined ? placeholder(address) : rowOf(target, cpu, { ...start, address }, joint, bytes));
    previous = joint;
    return address + length;
  };
  for (const at of before.slice(0, count)) {
    if (rows.length % PART === 0) yield;
    address = show(at);
  }
  while (rows.length < count) {
    if (rows.length % PART === 0) yield;
    address = show(address);
  }
  return rows;
}

function placeholder(address: bigint): DisassemblyRow {
  // Nothing lies below 0 or above the top. VS Code leaves rows at -1 out; at real addresses they would displace code.
  const isNowhere = address < 0n || address >= TOP;
  const addressText = isNowhere ? '-1' : hex(address);
  return { addressText, isValid: false, text: t`(no memory)`, bytes: '', symbol: undefined, places: [] };
}

function rowOf(
  target: DebugTarget,
  cpu: Cpu,
  at: MemoryReference,
  insn: DisassembledInsn,
  bytes: Uint8Array,
): DisassemblyRow {
  const found = imageAt(target, cpu, at);
  const hit = found?.image.program.symbolAt(found.link);
  return {
    addressText: hex(at.address),
    isValid: true,
    text: `${insn.mnemonic} ${insn.operands}${targetText(target, cpu, insn.target)}`.trimEnd(),
    bytes: [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    symbol: hit?.offset === 0n ? hit.symbol.demangled : undefined,
    places: found === undefined ? [] : placesAt(found.image.program, found.link),
  };
}

function placesAt(program: Program, link: Va): SourcePlace[] {
  const row = program.lineAt(link);
  if (row === undefined || row.line === 0) return [];
  const callers = program.framesAt(link).slice(1);
  return [row, ...callers].flatMap(({ source, line }) =>
    source === undefined || line === 0 ? [] : [{ source, line }],
  );
}

const imageAt = (target: DebugTarget, cpu: Cpu, { space, address }: Pick<MemoryReference, 'space' | 'address'>) =>
  space === 'pa' ? target.images.atPhysical(address) : target.imageAt(cpu, address);

function targetText(target: DebugTarget, cpu: Cpu, address: bigint | undefined): string {
  const symbol = address === undefined ? undefined : target.symbolText(address, cpu.hart);
  return symbol === undefined ? '' : ` <${symbol}>`;
}

/** What lies at an address: an instruction with its bytes, or no memory for `length` bytes. */
interface Piece {
  readonly insn: DisassembledInsn | undefined;
  readonly bytes: Uint8Array;
  readonly length: bigint;
}

/** Cuts memory into instructions, in both directions alike. */
class CodeReader {
  private readonly least: number;

  constructor(
    private readonly target: DebugTarget,
    private readonly cpu: Cpu,
    private readonly space: MemoryReference['space'],
  ) {
    this.least = target.machine.isa.minLength;
  }

  /** The instruction at an address. It ends where a symbol begins: what comes before is then no instruction but data. */
  at(address: bigint): Piece {
    const { isa } = this.target.machine;
    const nothing = { insn: undefined, bytes: new Uint8Array(), length: BigInt(this.least) };
    if (address < 0n || address >= TOP) return nothing;
    const bytes = this.target.memory.readSome(this.cpu, { space: this.space, address }, isa.maxLength);
    if (bytes.length < this.least) return nothing;
    const { codeMode } = this.cpu.world;
    const insn = isa.disassemble(bytes, address, codeMode);
    const length = Math.max(insn.length, this.least);
    for (let cut = this.least; cut < length; cut += this.least) {
      if (this.symbolAt(address + BigInt(cut))?.offset !== 0n) continue;
      const data = bytes.subarray(0, cut);
      return { insn: isa.disassemble(data, address, codeMode), bytes: data, length: BigInt(cut) };
    }
    return { insn, bytes: bytes.subarray(0, length), length: BigInt(length) };
  }

  /** The starts of `count` instructions before `start`; also where there is no memory, down below 0. */
  *before(start: bigint, count: number): Work<bigint[]> {
    const pieces: bigint[][] = [];
    let found = 0;
    let end = start;
    while (found < count) {
      const piece = this.decodeTo(end);
      // A piece is a function, or a hole of one row.
      if (pieces.length % PART === 0) yield;
      pieces.push(piece);
      found += piece.length;
      end = piece[0] ?? 0n;
    }
    return pieces.reverse().flat().slice(-count);
  }

  /**
   * Instruction starts that lead exactly to `end`: from the start of the symbol before it where there is one, else decoded
   * from as far back as that works.
   */
  private decodeTo(end: bigint): bigint[] {
    const step = BigInt(this.least);
    if (this.at(end - step).insn === undefined) return [end - step];
    for (let begin = this.anchorBefore(end); begin < end; begin += step) {
      const starts: bigint[] = [];
      let at = begin;
      while (at < end) {
        const { insn, length } = this.at(at);
        if (insn === undefined) break;
        starts.push(at);
        at += length;
      }
      if (at === end) return starts;
    }
    return [end - step];
  }

  /** The start of the symbol that holds the byte before `end`, when it is near; else a guess. */
  private anchorBefore(end: bigint): bigint {
    const hit = this.symbolAt(end - 1n);
    if (hit !== undefined && hit.symbol.size > 0n && hit.offset < FARTHEST) return end - 1n - hit.offset;
    return end > GUESS ? end - GUESS : 0n;
  }

  private symbolAt(address: bigint) {
    const found = address < TOP ? imageAt(this.target, this.cpu, { space: this.space, address }) : undefined;
    return found?.image.program.symbolAt(found.link);
  }
}
