/** CMPXCHG8B and CMPXCHG16B, decimal digits, frames, all registers at once. */
import type { FormTable, Sem } from '../form';
import type { X86Ops } from '../ops';

const [RAX, RCX, RDX, RBX] = [0, 1, 2, 3];

const joined = (o: X86Ops, high: number, low: number) =>
  o.or(o.shl(o.read('r', high), o.c(32)), o.low(o.read('r', low), 32));

const cmpxchg8b: Sem = (o, [at]) => {
  if (!at) return;
  const expected = joined(o, RDX, RAX);
  const value = joined(o, RCX, RBX);
  const old = at.update((found) => o.select(o.eq(found, expected), value, found));
  const isSame = o.eq(old, expected);
  o.write('r', RAX, o.select(isSame, o.read('r', RAX), o.low(old, 32)));
  o.write('r', RDX, o.select(isSame, o.read('r', RDX), o.shrU(old, o.c(32))));
  o.setZero(isSame);
};

export const addOtherIntegers = (table: FormTable): void => {
  table.add('cmpxchg8b', '0F C7 /1', ['m64'], {
    doc: 'Stores ecx:ebx where memory equals edx:eax.',
    sem: cmpxchg8b,
    mayLock: true,
  });
  table.add('cmpxchg16b', 'REX.W + 0F C7 /1', ['m'], {
    doc: 'Stores rcx:rbx where memory equals rdx:rax.',
    sem: (o, [at]) => at && o.setZero(o.lo32(o.call('cmpxchg16', [at.address('write', 16)]))),
    mayLock: true,
    feature: 'CMPXCHG16B',
    memoryBytes: 16,
  });
  for (const [name, text, doc] of [
    ['daa', '27', 'Adjusts al behind an addition of packed digits.'],
    ['das', '2F', 'Adjusts al behind a subtraction of packed digits.'],
    ['aaa', '37', 'Adjusts ax behind an addition of digits.'],
    ['aas', '3F', 'Adjusts ax behind a subtraction of digits.'],
  ] as const) {
    table.add(name, text, [], { doc, modes: 'legacy', isRare: true, sem: (o) => o.helper(name) });
  }
  for (const [name, text, doc] of [
    ['aam', 'D4 ib', 'Divides al into digits.'],
    ['aad', 'D5 ib', 'Makes one number of the digits in ax.'],
  ] as const) {
    table.add(name, text, ['uimm'], { doc, modes: 'legacy', isRare: true, sem: (o) => o.helper(name) });
  }
  for (const [name, text, doc] of [
    ['pusha', '60', 'Pushes all general registers.'],
    ['popa', '61', 'Pops all general registers but the stack pointer.'],
  ] as const) {
    const sem: Sem = (o, _, bits) => o.helper(`${name}-${bits}`);
    table.add(name, text, [], { doc, sem, modes: 'legacy', sizes: [16, 32], isRare: true });
  }
  for (const modes of ['long', 'legacy'] as const) {
    table.add('enter', 'C8 iw ib', ['uimm', 'imm2'], {
      doc: 'Makes a frame on the stack.',
      sem: (o, _, bits) => o.helper(`enter-${bits}`),
      modes,
      sizes: modes === 'long' ? [16, 64] : [16, 32],
      ...(modes === 'long' && { isDefault64: true as const }),
      isRare: true,
    });
  }
};
