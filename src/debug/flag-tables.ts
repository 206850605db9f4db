/**
 * The names of flags in a program itself: the crate bitflags (2.x) puts a table of names and values beside the code that
 * prints a flags type. Debug information does not mention it; the code that prints refers to it.
 */

import { type Va, va } from '../base/address';
import type { Isa } from '../isa/core/isa';
import type { DisassembledInsn } from '../isa/core/registers';
import { bare } from '../symbols/lang/layout';
import type { ElfSymbol, FlagName, Program, StructType } from '../symbols/types';
import { instructionsIn } from './instructions';

/** A table has no more rows. */
const MOST_FLAGS = 128;
/** Functions that print are no longer, bytes. */
const LONGEST = 4096n;
/** How far apart the two instructions may be that form an address. */
const REACH = 4;
/** Calls that are followed from the function that prints. */
const DEPTH = 2;

/** The names that a program prints the flags of a type with, in the order of the source. */
export function flagTable(program: Program, type: StructType, isa: Isa): readonly FlagName[] | undefined {
  const seen = new Set<Va>();
  let level = printers(program, type);
  for (let depth = 0; depth <= DEPTH; depth++) {
    const calls: ElfSymbol[] = [];
    for (const symbol of level) {
      if (seen.has(symbol.address)) continue;
      seen.add(symbol.address);
      const { addresses, callees } = references(program, symbol, isa);
      for (const address of addresses) {
        const table = tableAt(program, address, type.size);
        if (table !== undefined) return table;
      }
      calls.push(...callees.flatMap((at) => program.symbolAt(at)?.symbol ?? []).filter(isOfBitflags));
    }
    level = calls;
  }
  return undefined;
}

/** Functions that print the type or its bits. */
function printers(program: Program, { name, members }: StructType): ElfSymbol[] {
  const inner = members.map((member) => bare(member.type).name).filter((one) => one.endsWith('InternalBitFlags'));
  const named = (owner: string) =>
    program.elf.symbols.filter(
      ({ demangled, kind }) => kind === 'function' && demangled.startsWith(`<${owner} as core::fmt::`),
    );
  const own = named(name);
  // Types of one module have inner ones of one name: then only what the type itself calls tells them apart.
  const unique = inner.flatMap(named);
  const isUnique = new Set(unique.map(({ demangled }) => demangled)).size === unique.length;
  return [...own, ...(isUnique ? unique : [])];
}

const isOfBitflags = ({ demangled }: ElfSymbol): boolean => /InternalBitFlags|\bbitflags::/.test(demangled);

/** Addresses that the code of a function forms, and functions that it calls; link addresses. */
function references(program: Program, { address, size }: ElfSymbol, isa: Isa): { addresses: Va[]; callees: Va[] } {
  const addresses: Va[] = [];
  const callees: Va[] = [];
  const code = size > LONGEST ? undefined : program.bytesAt(address, Number(size));
  const last: DisassembledInsn[] = [];
  for (const insn of code === undefined ? [] : instructionsIn(isa, code, address)) {
    const own = isa.formedAddress?.(insn);
    if (own !== undefined) addresses.push(va(own));
    for (const before of last) {
      const formed = isa.jointAddress?.(before, insn);
      if (formed !== undefined) addresses.push(va(formed));
      const target = isa.jointTarget?.(before, insn);
      if (target !== undefined) callees.push(va(target));
    }
    if (insn.target !== undefined && insn.kind !== 'branch') callees.push(va(insn.target));
    last.push(insn);
    if (last.length > REACH) last.shift();
  }
  return { addresses, callees };
}

/** The table at an address: rows of a name (pointer and length) and a value. */
function tableAt(program: Program, address: Va, valueSize: number): readonly FlagName[] | undefined {
  const row = 24n;
  if (valueSize > 8) return undefined;
  const flags: FlagName[] = [];
  const values = new Set<bigint>();
  for (let at = address as bigint; flags.length < MOST_FLAGS; at += row) {
    const name = textAt(program, wordAt(program, at), wordAt(program, at + 8n));
    const value = wordAt(program, at + 16n);
    if (name === undefined || value === undefined) break;
    const flag = BigInt.asUintN(8 * valueSize, value);
    // Behind a table another one may begin.
    if (values.has(flag) || flags.some((known) => known.name === name)) break;
    values.add(flag);
    flags.push({ name, value: flag });
  }
  return flags.length === 0 ? undefined : flags;
}

function wordAt(program: Program, at: bigint): bigint | undefined {
  const bytes = program.bytesAt(va(at), 8);
  return bytes === undefined ? undefined : new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
}

/** A name in the program's data. */
function textAt(program: Program, at: bigint | undefined, length: bigint | undefined): string | undefined {
  if (at === undefined || length === undefined || length === 0n || length > 64n) return undefined;
  const bytes = program.bytesAt(va(at), Number(length));
  const text = bytes === undefined ? '' : String.fromCharCode(...bytes);
  return /^[A-Za-z]\w*$/.test(text) ? text : undefined;
}
