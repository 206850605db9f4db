/** Instructions on flags, and what compares and exchanges. */
import type { V64 } from '../../core/ops';
import { RFLAGS } from '../bits';
import type { Test } from '../conditions';
import type { FormTable, Sem } from '../form';
import { OPERAND } from '../operand-check';
import type { Bits } from '../ops';

const SIZES = [16, 32, 64] as const;
const FILES: Readonly<Record<Bits, string>> = { 8: 'b', 16: 'w', 32: 'd', 64: 'r' };
const RAX = 0;
const AH = 16;

const cmpxchg: Sem = (o, [to, from], bits) => {
  const expected = o.read(FILES[bits], RAX);
  const value = from?.read() ?? o.c(0);
  const isEqual = (old: V64) => o.eq(old, expected);
  if (!to) return;
  if (to.isMemory) {
    // It is written in any case, with what was there.
    const old = to.update((found) => o.select(isEqual(found), value, found));
    settle(o, bits, expected, old);
    return;
  }
  const old = to.read();
  const isSame = isEqual(old);
  // A register that is not written keeps its upper half, too.
  if (bits === 32) o.write('r', to.field, o.select(isSame, value, o.read('r', to.field)));
  else to.write(o.select(isSame, value, old));
  settle(o, bits, expected, old);
};
/** The accumulator gets what was found, where that was something else. */
const settle = (o: Parameters<Sem>[0], bits: Bits, expected: V64, old: V64): void => {
  const isSame = o.eq(old, expected);
  const whole = o.read('r', RAX);
  if (bits === 32) o.write('r', RAX, o.select(isSame, whole, old));
  else o.write(FILES[bits], RAX, o.select(isSame, o.read(FILES[bits], RAX), old));
  o.flagsOfSub(bits, expected, old, o.sub(expected, old));
};

const bit = (value: V64, at: number, o: Parameters<Sem>[0]): V64 => o.and(o.shrU(value, o.c(at)), o.c(1));

export const addFlagInsns = (table: FormTable): void => {
  table.add('cmpxchg', '0F B0 /r', ['r/m8', 'r8'], {
    doc: 'Stores the second operand where the first equals al.',
    sem: cmpxchg,
    mayLock: true,
  });
  table.add('cmpxchg', '0F B1 /r', ['r/m', 'r'], {
    doc: 'Stores the second operand where the first equals the accumulator.',
    sem: cmpxchg,
    mayLock: true,
    sizes: SIZES,
  });
  const plain = (name: string, text: string, doc: string, sem: Sem): void => table.add(name, text, [], { doc, sem });
  plain('clc', 'F8', 'Clears CF.', (o) => o.setCarry(o.c(0)));
  plain('stc', 'F9', 'Sets CF.', (o) => o.setCarry(o.c(1)));
  plain('cmc', 'F5', 'Inverts CF.', (o) => o.setCarry(o.xor(o.cf(), o.c(1))));
  plain('cld', 'FC', 'Strings go up from now on.', (o) =>
    o.setSlot('rflags', o.and(o.slot('rflags'), o.c(~RFLAGS.DF))),
  );
  plain('std', 'FD', 'Strings go down from now on.', (o) =>
    o.setSlot('rflags', o.or(o.slot('rflags'), o.c(RFLAGS.DF))),
  );
  plain('lahf', '9F', 'Copies SF, ZF, AF, PF and CF to ah.', (o) => {
    const flag = (of: Test, at: number): V64 => o.shl(o.bool(o.holds(of)), o.c(at));
    const af = o.and(o.slot('carries'), o.c(16));
    const value = [flag('s', 7), flag('e', 6), af, flag('p', 2), o.cf()].reduce((all, one) => o.or(all, one), o.c(2));
    o.write('b', AH, value);
  });
  plain('sahf', '9E', 'Copies ah to SF, ZF, AF, PF and CF.', (o) => {
    const ah = o.read('b', AH);
    const of = o.bool(o.holds('o'));
    o.setStatus({ sf: bit(ah, 7, o), zf: bit(ah, 6, o), af: bit(ah, 4, o), pf: bit(ah, 2, o), cf: bit(ah, 0, o), of });
  });
  table.add('salc', 'D6', [], {
    doc: 'al becomes CF in every bit.',
    sem: (o) => o.write('b', RAX, o.sub(o.c(0), o.cf())),
    modes: 'legacy',
  });
  const xlat: Sem = (o) => {
    const offset = o.and(o.add(o.read('r', 3), o.read('b', RAX)), o.read('mask', { name: 'mask' }));
    o.guard('operand', OPERAND.table | 1, o.ltU(o.read('readEnd', { name: 'segment' }), offset));
    o.write('b', RAX, o.load(1, false, o.add(offset, o.read('segment', { name: 'segment' }))));
  };
  plain('xlatb', 'D7', 'Loads al from a table at rbx, by its own value.', xlat);
};
