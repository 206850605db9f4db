/** Interrupts by software, far transfers, returns from handlers, system calls, flags of the system. */
import { RFLAGS } from '../bits';
import { CAUSE, MARK, VECTOR } from '../causes';
import type { FormOptions, FormTable, OperandSize, Sem } from '../form';
import type { Operand } from '../operands';

const SIZES = [16, 32, 64] as const;
const LEGACY: readonly OperandSize[] = [16, 32];

const rare = (doc: string, helper: string, more: Partial<FormOptions> = {}): FormOptions => ({
  doc,
  ...more,
  isRare: true,
  sem: (o) => o.helper(helper),
});
/** The same with a helper for each operand size. */
const sized = (doc: string, helper: string, more: Partial<FormOptions> = {}): FormOptions => ({
  doc,
  ...more,
  isRare: true,
  sem: (o, _, bits) => o.helper(`${helper}-${bits}`),
});

const addInterrupts = (table: FormTable): void => {
  table.add('int', 'CD ib', ['uimm'], rare('Raises an interrupt.', 'int', { kind: 'trap' }));
  table.add('int3', 'CC', [], {
    doc: 'Raises a breakpoint exception.',
    sem: (o) => o.trap(MARK.software | VECTOR.BP),
    kind: 'trap',
  });
  table.add('into', 'CE', [], {
    doc: 'Raises an overflow exception where OF = 1.',
    sem: (o) => {
      const isOverflow = o.holds('o');
      o.trapIf(isOverflow, MARK.software | VECTOR.OF);
    },
    modes: 'legacy',
  });
  table.add('int1', 'F1', [], rare('Raises a debug exception.', 'int1', { kind: 'trap' }));
  table.add('bound', '62 /r', ['r', 'm'], {
    doc: 'Raises an exception where the operand is not between two bounds in memory.',
    sem: (o, [index, bounds], bits) => {
      if (!index || !bounds) return;
      const bytes = (bits / 8) as 2 | 4;
      const at = bounds.address('read', 2 * bytes);
      const value = index.readSigned();
      const isBelow = o.ltS(value, o.load(bytes, true, at));
      const isAbove = o.ltS(o.load(bytes, true, o.add(at, o.c(bytes))), value);
      o.trapIf(o.or(isBelow, isAbove), CAUSE.BR);
    },
    modes: 'legacy',
    sizes: LEGACY,
  });
  const undefinedInsn: FormOptions = { doc: 'Is no instruction, for good.', sem: (o) => o.trap(CAUSE.UD) };
  table.add('ud2', '0F 0B', [], undefinedInsn);
  table.add('ud1', '0F B9 /r', ['r', 'r/m'], { ...undefinedInsn, sizes: SIZES });
  // Without a ModRM byte on AMD's processors.
  table.add('ud0', '0F FF', [], undefinedInsn);
};

/** By a far pointer in memory: the helper is told whether its address counts from the instruction. */
const byMemory =
  (helper: string): Sem =>
  (o, [at]: readonly Operand[], bits) =>
    o.helper(`${helper}${at?.memory === 'p' ? 'Pc' : ''}-${bits}`);

const addFar = (table: FormTable): void => {
  const jump = 'Goes on in another segment.';
  const call = 'Pushes cs and rip and goes on in another segment.';
  const back = 'Pops rip and cs to go on at.';
  const legacy = { modes: 'legacy', sizes: LEGACY } as const;
  table.add('jmp far', 'EA ip iw', ['imm', 'imm2'], sized(jump, 'farJump', { ...legacy, kind: 'indirect' }));
  table.add('call far', '9A ip iw', ['imm', 'imm2'], sized(call, 'farCall', { ...legacy, kind: 'call' }));
  const memory = { isRare: true, sizes: SIZES } as const;
  table.add('jmp far', 'FF /5', ['m'], { doc: jump, sem: byMemory('farJumpBy'), kind: 'indirect', ...memory });
  table.add('call far', 'FF /3', ['m'], { doc: call, sem: byMemory('farCallBy'), kind: 'call', ...memory });
  table.add('retf', 'CB', [], sized(back, 'farReturn', { sizes: SIZES, kind: 'return' }));
  table.add('retf', 'CA iw', ['uimm'], sized(back, 'farReturnMore', { sizes: SIZES, kind: 'return' }));
  table.add('iret', 'CF', [], sized('Returns from a handler.', 'iret', { sizes: SIZES, kind: 'trapReturn' }));
};

const addCalls = (table: FormTable): void => {
  table.add('syscall', '0F 05', [], rare('Calls the kernel.', 'syscall', { kind: 'trap' }));
  table.add('sysret', '0F 07', [], rare('Returns to a program of 32 bits.', 'sysret-32', { kind: 'trapReturn' }));
  table.add(
    'sysretq',
    'REX.W + 0F 07',
    [],
    rare('Returns to a program of 64 bits.', 'sysret-64', { kind: 'trapReturn' }),
  );
  table.add('sysenter', '0F 34', [], rare('Calls the kernel.', 'sysenter', { kind: 'trap' }));
  table.add('sysexit', '0F 35', [], rare('Returns to a program.', 'sysexit', { kind: 'trapReturn' }));
};

const addFlags = (table: FormTable): void => {
  for (const modes of ['long', 'legacy'] as const) {
    const sizes: readonly OperandSize[] = modes === 'long' ? [16, 64] : LEGACY;
    const options = { modes, sizes, ...(modes === 'long' && { isDefault64: true as const }) };
    table.add('pushf', '9C', [], sized('Pushes the flags.', 'pushf', options));
    table.add('popf', '9D', [], sized('Pops the flags.', 'popf', options));
  }
  table.add('cli', 'FA', [], {
    doc: 'Masks interrupts.',
    sem: (o) => {
      const flags = o.slot('rflags');
      o.trapIf(o.ltU(o.and(o.shrU(flags, o.c(12)), o.c(3)), o.slot('cpl')), CAUSE.GP);
      o.setSlot('rflags', o.and(flags, o.c(~RFLAGS.IF)));
    },
  });
  table.add('sti', 'FB', [], rare('Unmasks interrupts, behind the next instruction.', 'sti'));
};

export const addSystemTransfers = (table: FormTable): void => {
  for (const add of [addInterrupts, addFar, addCalls, addFlags]) add(table);
};
