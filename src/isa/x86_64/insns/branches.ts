/** Branches, calls and returns within a segment, and the stack. */
import type { V32, V64 } from '../../core/ops';
import { CONDITIONS } from '../conditions';
import type { FormOptions, FormTable, Sem } from '../form';
import { OPERAND } from '../operand-check';
import type { Operand } from '../operands';
import type { Bits, CodeMode, X86Ops } from '../ops';
import { SEG } from '../state';

const RCX = 1;
const RSP = 4;
const RBP = 5;

const bytesOf = (bits: Bits) => (bits / 8) as 2 | 4 | 8;

type ModeOptions = Pick<FormOptions, 'modes' | 'sizes' | 'isDefault64' | 'isRare'>;

/** Options of instructions on the stack, which exist in both kinds of modes. */
const STACK: Readonly<Record<CodeMode, ModeOptions>> = {
  long: { modes: 'long', sizes: [16, 64], isDefault64: true },
  legacy: { modes: 'legacy', sizes: [16, 32] },
};
/** Branches of 16 bits stay in the lowest 64 KiB in 64-bit mode, too: processors of AMD's do not ignore 66 there. */
const NEAR: readonly (readonly [CodeMode, ModeOptions, isHot: boolean])[] = [
  ['long', { modes: 'long', sizes: [64], isDefault64: true }, true],
  ['long', { modes: 'long', sizes: [16], isDefault64: true, isRare: true }, false],
  ['legacy', { modes: 'legacy', sizes: [16, 32] }, false],
];

/** Where a distance leads, checked. */
const landingBy = (o: X86Ops, mode: CodeMode, bits: Bits, rel: Operand | undefined, when?: V32): V64 => {
  const target = rel ? o.pcRel(rel.field) : o.pc();
  return mode === 'long' ? o.low(target, bits) : o.landing(mode, bits, o.sub(target, o.read('base', SEG.cs)), when);
};

const jumpBy =
  (mode: CodeMode): Sem =>
  (o, [rel], bits) =>
    o.jump(landingBy(o, mode, bits, rel));
const jumpTo =
  (mode: CodeMode): Sem =>
  (o, [to], bits) =>
    o.jump(o.landing(mode, bits, to?.read() ?? o.c(0)));
const callBy =
  (mode: CodeMode): Sem =>
  (o, [rel], bits) => {
    const target = landingBy(o, mode, bits, rel);
    o.push(mode, bytesOf(bits), o.nextIp(mode));
    o.jump(target);
  };
const callTo =
  (mode: CodeMode): Sem =>
  (o, [to], bits) => {
    const target = o.landing(mode, bits, to?.read() ?? o.c(0));
    o.push(mode, bytesOf(bits), o.nextIp(mode));
    o.jump(target);
  };
const ret =
  (mode: CodeMode): Sem =>
  (o, [more], bits) => {
    const { value, commit } = o.pop(mode, bytesOf(bits), more && o.and(more.read(), o.c(0xffff)));
    const target = o.landing(mode, bits, value);
    commit();
    o.jump(target);
  };
const push =
  (mode: CodeMode): Sem =>
  (o, [from], bits) =>
    o.push(mode, bytesOf(bits), from?.read() ?? o.c(0));
const pop =
  (mode: CodeMode): Sem =>
  (o, [to], bits) => {
    const { value, commit } = o.pop(mode, bytesOf(bits));
    commit();
    to?.write(value);
  };
/** To memory: its address is formed with rsp as it is after the pop, see `FormOptions.popsFirst`. */
const popToMemory =
  (mode: CodeMode): Sem =>
  (o, [to], bits) => {
    if (!to?.isMemory) return pop(mode)(o, to ? [to] : [], bits);
    const { value, commit } = o.pop(mode, bytesOf(bits));
    to.write(value);
    commit();
  };
const leave =
  (mode: CodeMode): Sem =>
  (o, _, bits) => {
    const rbp = o.read('r', RBP);
    if (mode === 'long') {
      const value = o.load(bytesOf(bits) as 2 | 8, false, rbp);
      o.write('r', RSP, o.add(rbp, o.c(bits / 8)));
      o.write(bits === 16 ? 'w' : 'r', RBP, value);
      return;
    }
    const mask = o.slot('stackMask');
    const offset = o.and(rbp, mask);
    o.guard(
      'operand',
      OPERAND.frame | bytesOf(bits),
      o.ltU(o.read('readEnd', SEG.ss), o.add(offset, o.c(bits / 8 - 1))),
    );
    const value = o.load(bytesOf(bits), false, o.add(offset, o.read('base', SEG.ss)));
    const moved = o.and(o.add(offset, o.c(bits / 8)), mask);
    o.write('r', RSP, o.or(o.and(o.read('r', RSP), o.not(mask)), moved));
    if (bits === 16) o.write('w', RBP, value);
    else o.write('r', RBP, value);
  };

/** Counts (r|e)cx down and branches while it is not 0; `while`: and while ZF is so. */
const loop =
  (mode: CodeMode, zf: 0 | 1 | undefined): Sem =>
  (o, [rel], bits) => {
    const mask = o.read('mask', MASK);
    const count = o.and(o.sub(o.read('r', RCX), o.c(1)), mask);
    const isLeft = o.ne(count, o.c(0));
    const isZero = o.eqz(o.slot('result'));
    const goesOn = zf === undefined ? isLeft : o.and(isLeft, zf === 1 ? isZero : o.eqz(isZero));
    const target = landingBy(o, mode, bits, rel, goesOn);
    o.writeMasked(RCX, count, mask);
    o.branch(goesOn, target);
  };
const jumpIfNone =
  (mode: CodeMode): Sem =>
  (o, [rel], bits) => {
    const isNone = o.eqz(o.and(o.read('r', RCX), o.read('mask', MASK)));
    o.branch(isNone, landingBy(o, mode, bits, rel, isNone));
  };

/** Field of every instruction whose count or addresses have the length of an address. */
const MASK = { name: 'mask' };

export const addBranches = (table: FormTable): void => {
  for (const [mode, near, isHot] of NEAR) {
    const hot = isHot ? { isHot: true as const } : {};
    const jump: FormOptions = { doc: 'Goes on elsewhere.', sem: jumpBy(mode), ...near, ...hot };
    table.add('jmp', 'EB cb', ['rel'], jump);
    table.add('jmp', 'E9 cz', ['rel'], jump);
    table.add('call', 'E8 cz', ['rel'], {
      doc: 'Pushes the address of the next instruction and goes on elsewhere.',
      sem: callBy(mode),
      kind: 'call',
      ...near,
      ...hot,
    });
    table.add('jmp', 'FF /4', ['r/m'], {
      doc: 'Goes on where the operand says.',
      sem: jumpTo(mode),
      kind: 'indirect',
      ...near,
      ...hot,
    });
    table.add('call', 'FF /2', ['r/m'], {
      doc: 'Pushes the address of the next instruction and goes on where the operand says.',
      sem: callTo(mode),
      kind: 'call',
      ...near,
      ...hot,
    });
    const back: FormOptions = { doc: 'Pops the address to go on at.', sem: ret(mode), kind: 'return', ...near, ...hot };
    table.add('ret', 'C3', [], back);
    table.add('ret', 'C2 iw', ['uimm'], back);
    for (const [index, condition] of CONDITIONS.entries()) {
      const digit = index.toString(16).toUpperCase();
      const sem: Sem = (o, [rel], bits) => {
        const when = o.condition(condition);
        o.branch(when, landingBy(o, mode, bits, rel, when));
      };
      const options: FormOptions = { doc: `Branches where ${condition.doc}.`, sem, ...near, ...hot };
      table.add(`j${condition.name}`, `7${digit} cb`, ['rel'], options);
      table.add(`j${condition.name}`, `0F 8${digit} cz`, ['rel'], options);
    }
    table.add('loop', 'E2 cb', ['rel'], {
      doc: 'Counts rcx down and branches while it is not 0.',
      sem: loop(mode, undefined),
      ...near,
    });
    table.add('loope', 'E1 cb', ['rel'], { doc: 'The same while ZF = 1, too.', sem: loop(mode, 1), ...near });
    table.add('loopne', 'E0 cb', ['rel'], { doc: 'The same while ZF = 0, too.', sem: loop(mode, 0), ...near });
    table.add('jrcxz', 'E3 cb', ['rel'], { doc: 'Branches where rcx is 0.', sem: jumpIfNone(mode), ...near });
  }
  for (const mode of ['long', 'legacy'] as const) {
    const plain = STACK[mode];
    const hot = mode === 'long' ? { isHot: true as const } : {};
    const pushing: FormOptions = { doc: 'Pushes.', sem: push(mode), ...plain, ...hot };
    const popping: FormOptions = { doc: 'Pops.', sem: pop(mode), ...plain, ...hot };
    table.add('push', '50+r', ['o'], pushing);
    table.add('push', 'FF /6', ['r/m'], pushing);
    table.add('push', '6A ib', ['imm'], pushing);
    table.add('push', '68 iz', ['imm'], pushing);
    table.add('pop', '58+r', ['o'], popping);
    table.add('pop', '8F /0', ['r/m'], { doc: 'Pops.', sem: popToMemory(mode), popsFirst: true, ...plain });
    table.add('leave', 'C9', [], { doc: 'rsp becomes rbp, and rbp is popped.', sem: leave(mode), ...plain, ...hot });
  }
};
