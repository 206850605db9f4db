/** How rows of MMX and SSE take and give their operands. */
import type { V64, V128 } from '../../core/ops';
import { CAUSE } from '../causes';
import type { FormOptions, FormTable, Sem } from '../form';
import { FPU_USE } from '../fpu-access';
import { OPERAND } from '../operand-check';
import type { Operand } from '../operands';
import type { X86Ops } from '../ops';

/** What rows of these instructions say of the manual they follow. */
export const MEDIA_MANUAL = 'AMD64 APM volume 4';
export const MMX_MANUAL = 'AMD64 APM volume 5';

/** The operands of an instruction that has them all. */
export type MediaSem = (o: X86Ops, operands: readonly [Operand, Operand, Operand]) => void;

const all = (operands: readonly Operand[]): readonly [Operand, Operand, Operand] => {
  const [first, second = first, third = second] = operands;
  if (!first || !second || !third) throw new Error('an instruction of SSE without operands');
  return [first, second, third];
};

/** A row of SSE's: asks whether it is switched on. */
export const sse =
  (sem: MediaSem): Sem =>
  (o, operands) => {
    o.guard('sse');
    sem(o, all(operands));
  };

/** FSW.ES, and CR0.NE in the bits of {@link pendingException}. */
const ES_SHIFT = 7;
const NE_SHIFT = 5;

/** #MF where an x87 exception waits that is not masked. */
export const pendingException = (o: X86Ops): void => {
  const both = o.and(o.shrU(o.slot('fsw'), o.c(ES_SHIFT)), o.shrU(o.slot('cr0'), o.c(NE_SHIFT)));
  o.trapIf(o.lo32(o.and(both, o.c(1))), CAUSE.MF);
};

/** Every MMX instruction leaves the x87's stack full, from register 0 on. */
const enterMmx = (o: X86Ops): void => {
  o.setSlot('top87', o.c(0));
  o.setSlot('ftw', o.c(0xff));
};

/** A row of MMX's. */
export const mmx =
  (sem: MediaSem): Sem =>
  (o, operands) => {
    o.guard('fpu', FPU_USE.mmx);
    pendingException(o);
    sem(o, all(operands));
    enterMmx(o);
  };

/** A row of SSE's with an MMX register, or of MMX's. */
export const mixed =
  (sem: MediaSem): Sem =>
  (o, operands, bits) => {
    o.guard('sse');
    mmx(sem)(o, operands, bits);
  };

/** An operand as a vector; of 64 bits, in the low half. */
export const take = (o: X86Ops, operand: Operand, alignment: 'aligned' | 'any' = 'aligned'): V128 =>
  operand.spec.kind === 'xmm' && !(operand.isMemory && operand.bits < 128)
    ? operand.readVector(alignment)
    : o.vector(operand.read(), o.c(0));

/** An MMX register that is written, too: named as that is, so that a record has it once. */
export const mmxOf = (o: X86Ops, register: Operand): V64 => o.half(o.readVector('st', register.field), 'low');

/** Writes an MMX register: as x87 number it is none. */
export const giveMmx = (o: X86Ops, to: Operand, v: V64): void =>
  o.writeVector('st', to.field, o.vector(v, o.c(0xffff)));

/** Writes a register of either kind. */
export const give = (o: X86Ops, to: Operand, v: V128): void => {
  if (to.spec.kind === 'mm') giveMmx(o, to, o.half(v, 'low'));
  else to.writeVector(v);
};

export const low = (o: X86Ops, v: V128): V64 => o.half(v, 'low');
export const high = (o: X86Ops, v: V128): V64 => o.half(v, 'high');

/** The low `bits` of a register replaced, the rest as it was. */
export const giveLow = (o: X86Ops, to: Operand, bits: 32 | 64, v: V64): void => {
  if (bits === 64) to.write(v);
  else o.write('xmmD', to.field, v);
};

/** An immediate of 8 bits. */
export const immediate = (operand: Operand): V64 => operand.readSigned();

/** A function that makes a register of it and of a source; see `functions.ts`. */
export const callWhole = (o: X86Ops, name: string, to: Operand, source: V128, imm?: V64): void => {
  o.call(name, imm ? [low(o, source), high(o, source), imm] : [low(o, source), high(o, source)], to.field);
};

/** Where an instruction stores whose operands do not say it: at DS:rdi, or in the segment that is named. */
const RDI = 7;
export const addressAtRdi = (o: X86Ops, bytes: number): V64 => {
  const offset = o.and(o.read('r', RDI), o.read('mask', { name: 'mask' }));
  const end = o.read('writeEnd', { name: 'segment' });
  o.guard('operand', OPERAND.masked | OPERAND.write | bytes, o.ltU(end, o.add(offset, o.c(bytes - 1))));
  return o.add(offset, o.read('segment', { name: 'segment' }));
};

/** Forms of the same meaning, as lines of the manual. */
export type Line = readonly [mnemonic: string, text: string, ...operands: string[]];
export const addLines = (table: FormTable, options: FormOptions, lines: readonly Line[]): void => {
  for (const [mnemonic, text, ...operands] of lines) table.add(mnemonic, text, operands, options);
};

/** What is seldom executed is handed over by the fast interpreter. */
export const rare = (options: FormOptions): FormOptions => ({ ...options, isRare: true });
export const hot = (options: FormOptions): FormOptions => ({ ...options, isHot: true });
