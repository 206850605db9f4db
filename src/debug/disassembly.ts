/** Disassembly around an address, forwards and backwards, always as many rows as asked. */
import { hex, va } from '../base/address';
import type { DisassembledInsn } from '../isa/core/registers';
import type { Cpu } from '../machine/contract';
import type { LineRow } from '../symbols/types';
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
  readonly row: LineRow | undefined;
}

const TOP = 1n << 64n;

/** `count` rows, the first `offset` instructions after `start`. Rows outside memory are placeholders marked invalid. */
export function disassembly(
  target: DebugTarget,
  hart: Cpu,
  start: MemoryReference,
  offset: number,
  count: number,
): DisassemblyRow[] {
  const cpu = target.memory.viewOf(hart, start);
  const step = BigInt(target.machine.isa.minLength);
  const rows: DisassemblyRow[] = [];
  if (offset < 0) {
    const before = backwards(target, cpu, start, -offset);
    for (let missing = -offset - before.length; missing > 0 && rows.length < count; missing--) {
      const first = before[0] ?? start.address;
      rows.push(placeholder(start, first - BigInt(missing) * step));
    }
    let earlier: DisassembledInsn | undefined;
    for (const address of before) {
      if (rows.length >= count) break;
      const found = rowAt(target, cpu, { ...start, address }, earlier);
      rows.push(found.row);
      earlier = found.insn;
    }
  }
  let address = start.address;
  for (let skip = offset; skip > 0; skip--) address += lengthAt(target, cpu, { ...start, address });
  let previous: DisassembledInsn | undefined;
  while (rows.length < count) {
    const { row, length, insn } = rowAt(target, cpu, { ...start, address }, previous);
    rows.push(row);
    address += length;
    previous = insn;
  }
  return rows;
}

function lengthAt(target: DebugTarget, cpu: Cpu, at: MemoryReference): bigint {
  const { isa } = target.machine;
  const bytes = at.address < TOP ? target.memory.readSome(cpu, at, isa.maxLength) : new Uint8Array();
  if (bytes.length < isa.minLength) return BigInt(isa.minLength);
  return BigInt(Math.max(isa.disassemble(bytes, at.address).length, isa.minLength));
}

function placeholder(start: MemoryReference, address: bigint): DisassemblyRow {
  // VS Code parses addresses as numbers: those below 0 and above the top must not wrap into real code.
  const clamped = address < 0n ? 0n : address >= TOP ? TOP - 1n : address;
  const addressText = start.space === 'pa' ? `pa:${hex(clamped)}` : hex(clamped);
  return { addressText, isValid: false, text: '(no memory)', bytes: '', symbol: undefined, row: undefined };
}

interface FoundRow {
  readonly row: DisassemblyRow;
  readonly length: bigint;
  readonly insn: DisassembledInsn | undefined;
}

function rowAt(target: DebugTarget, cpu: Cpu, at: MemoryReference, previous: DisassembledInsn | undefined): FoundRow {
  const { isa } = target.machine;
  const least = BigInt(isa.minLength);
  if (at.address < 0n || at.address >= TOP) return { row: placeholder(at, at.address), length: least, insn: undefined };
  const bytes = target.memory.readSome(cpu, at, isa.maxLength);
  if (bytes.length < isa.minLength) return { row: placeholder(at, at.address), length: least, insn: undefined };
  const insn = withTarget(isa, previous, isa.disassemble(bytes, at.address));
  const length = Math.max(insn.length, isa.minLength);
  const image = imageAt(target, cpu, at);
  const hit = image?.image.program.symbolAt(image.link);
  const row: DisassemblyRow = {
    addressText: at.space === 'pa' ? `pa:${hex(at.address)}` : hex(at.address),
    isValid: true,
    text: `${insn.mnemonic} ${insn.operands}${targetText(target, cpu, insn.target)}`.trimEnd(),
    bytes: [...bytes.subarray(0, length)].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    symbol: hit?.offset === 0n ? hit.symbol.demangled : undefined,
    row: image?.image.program.lineAt(image.link),
  };
  return { row, length: BigInt(length), insn };
}

const imageAt = (target: DebugTarget, cpu: Cpu, { space, address }: MemoryReference) =>
  space === 'pa' ? target.images.atPhysical(address) : target.imageAt(cpu, address);

function targetText(target: DebugTarget, cpu: Cpu, address: bigint | undefined): string {
  const symbol = address === undefined ? undefined : target.symbolText(address, cpu.hart);
  return symbol === undefined ? '' : ` <${symbol}>`;
}

/**
 * Up to `count` instruction starts before `start`. From the symbol's first instruction on where there is one; else the
 * decoding that reaches `start` exactly, begun as far back as needed.
 */
function backwards(target: DebugTarget, cpu: Cpu, start: MemoryReference, count: number): bigint[] {
  const found: bigint[] = [];
  let end = start.address;
  while (found.length < count && end > 0n) {
    const from = anchorBefore(
      target,
      cpu,
      { ...start, address: end },
      BigInt(count) * BigInt(target.machine.isa.maxLength),
    );
    const piece = decodeTo(target, cpu, start, from, end);
    if (piece.length === 0) break;
    found.unshift(...piece);
    end = piece[0] ?? 0n;
  }
  return found.slice(-count);
}

/** The start of the symbol that holds the byte before `end`, when it is near; else a guess. */
function anchorBefore(target: DebugTarget, cpu: Cpu, before: MemoryReference, reach: bigint): bigint {
  const end = before.address;
  const image = imageAt(target, cpu, { ...before, address: end - 1n });
  const hit = image?.image.program.symbolAt(va(image.link));
  if (hit !== undefined && hit.symbol.size > 0n && hit.offset < 1n << 16n) return end - 1n - hit.offset;
  const from = end - (reach > 256n ? 256n : reach);
  return from < 0n ? 0n : from;
}

function decodeTo(target: DebugTarget, cpu: Cpu, space: MemoryReference, from: bigint, end: bigint): bigint[] {
  const { isa } = target.machine;
  for (let begin = from; begin < end; begin += BigInt(isa.minLength)) {
    const starts: bigint[] = [];
    let at = begin;
    while (at < end) {
      const bytes = target.memory.readSome(cpu, { ...space, address: at }, isa.maxLength);
      if (bytes.length < isa.minLength) break;
      const insn = isa.disassemble(bytes, at);
      starts.push(at);
      at += BigInt(Math.max(insn.length, isa.minLength));
    }
    if (at === end && starts.length > 0) return starts;
  }
  return [];
}
