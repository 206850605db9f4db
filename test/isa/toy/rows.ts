/** Rows that the toys have in common, each for something that RISC-V does not ask of the engine. Patterns are the toys' own. */
import type { PatternInsn } from '../../../src/isa/core/insn';
import { CAUSE } from './bare-isa';
import { insn, row } from './words';

/** The row with this mnemonic in the pattern that a toy gives it. */
export const ROWS: Readonly<Record<string, (pattern: string) => PatternInsn>> = {
  halt: (pattern) =>
    insn(
      'halt',
      pattern,
      row('', (o) => o.helper('halt')),
    ),
  li: (pattern) =>
    insn(
      'li',
      pattern,
      row('{Rd}, {imm}', (o, f) => o.setR(f.Rd, o.imm(f.imm))),
    ),
  shl: (pattern) =>
    insn(
      'shl',
      pattern,
      row('{Rd}, {count}', (o, f) => o.setR(f.Rd, o.shl(o.r(f.Rd), o.imm(f.count)))),
    ),
  // Flags that every row may write.
  adds: (pattern) =>
    insn(
      'adds',
      pattern,
      row('{Rd}, {Ra}, {Rb}', (o, f) => {
        const a = o.r(f.Ra);
        const sum = o.add(a, o.r(f.Rb));
        o.setR(f.Rd, sum);
        o.setFlags(sum, o.ltU(sum, a));
      }),
    ),
  addc: (pattern) =>
    insn(
      'addc',
      pattern,
      row('{Rd}, {Ra}', (o, f) => o.setR(f.Rd, o.add(o.r(f.Ra), o.slot('carry')))),
    ),
  bz: (pattern) =>
    insn(
      'bz',
      pattern,
      row('{target:imm}', (o, f) => o.branch(o.isZero(), o.pcRel(f.imm))),
    ),
  bn: (pattern) =>
    insn(
      'bn',
      pattern,
      row('{target:imm}', (o, f) => o.branch(o.isNegative(), o.pcRel(f.imm))),
    ),
  call: (pattern) =>
    insn(
      'call',
      pattern,
      row('{target:imm}', (o, f) => {
        o.write('r', 6, o.nextPc());
        o.jump(o.pcRel(f.imm));
      }),
    ),
  // A write before an access that may fault.
  push: (pattern) =>
    insn(
      'push',
      pattern,
      row('{Ra}', (o, f) => {
        const sp = o.sub(o.slot('sp'), o.c(8));
        o.setSlot('sp', sp);
        o.store(8, o.address(sp), o.r(f.Ra));
      }),
    ),
  popmem: (pattern) =>
    insn(
      'popmem',
      pattern,
      row('({Ra})', (o, f) => {
        const value = o.load(8, false, o.address(o.slot('sp')));
        o.setSlot('sp', o.add(o.slot('sp'), o.c(8)));
        o.store(8, o.address(o.r(f.Ra)), value);
      }),
    ),
  // Pairs: both or none.
  ldp: (pattern) =>
    insn(
      'ldp',
      pattern,
      row('{Rd}, {Rb}, ({Ra})', (o, f) => {
        const address = o.address(o.r(f.Ra));
        o.setR(f.Rd, o.load(8, false, address));
        o.setR(f.Rb, o.load(8, false, o.add(address, o.c(8))));
      }),
    ),
  stp: (pattern) =>
    insn(
      'stp',
      pattern,
      row('{Rd}, {Rb}, ({Ra})', (o, f) => {
        const [first, second] = [o.r(f.Rd), o.r(f.Rb)];
        const address = o.address(o.read('base', f.Ra));
        o.write('base', f.Ra, o.add(address, o.c(16)));
        o.store(8, address, first);
        o.store(8, o.add(address, o.c(8)), second);
      }),
    ),
  cas: (pattern) =>
    insn(
      'cas',
      pattern,
      row('{Rd}, {Rb}, ({Ra})', (o, f) => {
        const [expected, wanted] = [o.r(f.Rd), o.r(f.Rb)];
        const old = o.update(
          8,
          false,
          o.address(o.r(f.Ra)),
          () => wanted,
          (value) => o.eq(value, expected),
        );
        o.setR(f.Rd, old);
        o.setFlags(o.sub(old, expected), o.ltU(old, expected));
      }),
    ),
  addmem: (pattern) =>
    insn(
      'addmem',
      pattern,
      row('{Rb}, ({Ra})', (o, f) => {
        const v = o.r(f.Rb);
        const old = o.update(4, false, o.address(o.r(f.Ra)), (value) => o.add(value, v));
        o.setFlags(o.sx32(o.lo32(o.add(old, v))), o.ltU(o.lo32(o.add(old, v)), o.lo32(old)));
      }),
    ),
  // Parts of registers, and a number that means another register.
  movlow: (pattern) =>
    insn(
      'movlow',
      pattern,
      row('{Rd}, {Ra}', (o, f) => o.write('low', f.Rd, o.read('second', f.Ra))),
    ),
  movsecond: (pattern) =>
    insn(
      'movsecond',
      pattern,
      row('{Rd}, {Ra}', (o, f) => o.write('second', f.Rd, o.read('low', f.Ra))),
    ),
  movhalf: (pattern) =>
    insn(
      'movhalf',
      pattern,
      row('{Rd}, {Ra}', (o, f) => o.write('half', f.Rd, o.not(o.read('half', f.Ra)))),
    ),
  movbase: (pattern) =>
    insn(
      'movbase',
      pattern,
      row('{Rd}, {Ra}', (o, f) => o.write('base', f.Rd, o.add(o.read('base', f.Ra), o.c(1)))),
    ),
  vmov: (pattern) =>
    insn(
      'vmov',
      pattern,
      row('v{Vd}, {Ra}', (o, f) => {
        o.write('vhigh', f.Vd, o.read('vlow', f.Vd));
        o.write('vlow', f.Vd, o.r(f.Ra));
      }),
    ),
  // Traps and early ends.
  trapz: (pattern) =>
    insn(
      'trapz',
      pattern,
      row('{Rd}, {Ra}', (o, f) => {
        const isZero = o.eqz(o.r(f.Ra));
        o.setR(f.Rd, o.c(1));
        o.trapIf(isZero, CAUSE.asked, o.add(o.pc(), o.c(5)));
      }),
    ),
  // One step of a repeated store: nothing when the count is 0, else one, and again.
  rep: (pattern) =>
    insn(
      'rep',
      pattern,
      row('{Ra}, {Rb}', (o, f) => {
        const count = o.and(o.r(f.Rb), o.c(7));
        o.doneIf(o.eqz(count));
        o.store(1, o.address(o.r(f.Ra)), count);
        o.setR(f.Ra, o.add(o.r(f.Ra), o.c(1)));
        o.setR(f.Rb, o.sub(count, o.c(1)));
        o.jump(o.pc());
      }),
    ),
  guarded: (pattern) =>
    insn(
      'guarded',
      pattern,
      row('{Rd}', (o, f) => {
        o.guard('unit', 3);
        o.setR(f.Rd, o.slot('isOpen'));
      }),
    ),
  slow: (pattern) =>
    insn(
      'slow',
      pattern,
      row('{Rd}, {Ra}, {count}', (o, f) => o.setR(f.Rd, o.call('slow', [o.r(f.Ra), o.c(2)], f.count))),
    ),
  // A field that is no plain bits, and does not exist for some of them.
  masked: (pattern) =>
    insn(
      'masked',
      pattern,
      row('{Rd}, {hex:mask}', (o, f) => o.setR(f.Rd, o.xor(o.r(f.Rd), o.imm(f.mask))), {
        computed: {
          mask: ({ count = 0 }) => (count % 5 === 4 ? undefined : 0x0101_0101_0101_0101n << BigInt(count)),
        },
      }),
    ),
};
