/** Moves between registers and memory, conversions of width, exchanges, addresses. */
import { CONDITIONS } from '../conditions';
import type { FormOptions, FormTable, Sem } from '../form';

const SIZES = [16, 32, 64] as const;

const mov: Sem = (o, [to, from]) => to?.write(from?.read() ?? o.c(0));
const movsx: Sem = (o, [to, from]) => to?.write(from?.readSigned() ?? o.c(0));
const lea: Sem = (o, [to, from], bits) => to?.write(o.low(from?.offset() ?? o.c(0), bits));
const xchg: Sem = (o, [to, from]) => {
  const value = from?.read() ?? o.c(0);
  const old = to?.update(() => value);
  from?.write(old ?? value);
};
const xadd: Sem = (o, [to, from], bits) => {
  const b = from?.read() ?? o.c(0);
  let [a, result] = [b, b];
  to?.update((old) => {
    a = old;
    result = o.add(old, b);
    return result;
  });
  // The destination is written last: of two equal registers it has the sum.
  if (to?.isMemory) from?.write(a);
  else {
    from?.write(a);
    to?.write(result);
  }
  o.flagsOfAdd(bits, a, b, result);
};
const bswap: Sem = (o, [to], bits) => {
  const value = to?.read() ?? o.c(0);
  const swap = (v: typeof value, by: number, mask: bigint): typeof value =>
    o.or(o.and(o.shrU(v, o.c(by)), o.c(mask)), o.shl(o.and(v, o.c(mask)), o.c(by)));
  const bytes = swap(value, 8, 0x00ff_00ff_00ff_00ffn);
  const words = swap(bytes, 16, 0x0000_ffff_0000_ffffn);
  to?.write(bits === 32 ? words : o.rotl(words, o.c(32)));
};

const nop: Sem = () => {};

export const addMoves = (table: FormTable): void => {
  const doc = 'Copies.';
  const options: FormOptions = { doc, sem: mov, isHot: true };
  const sized: FormOptions = { ...options, sizes: SIZES };
  table.add('mov', '88 /r', ['r/m8', 'r8'], options);
  table.add('mov', '89 /r', ['r/m', 'r'], sized);
  table.add('mov', '8A /r', ['r8', 'r/m8'], options);
  table.add('mov', '8B /r', ['r', 'r/m'], sized);
  table.add('mov', 'B0+r ib', ['o8', 'imm'], options);
  table.add('mov', 'B8+r iz', ['o', 'imm'], { ...options, sizes: [16, 32] });
  table.add('mov', 'REX.W + B8+r iv', ['o', 'imm64'], { ...options, sizes: [64], att: 'movabs' });
  table.add('mov', 'C6 /0 ib', ['r/m8', 'imm'], options);
  table.add('mov', 'C7 /0 iz', ['r/m', 'imm'], sized);
  table.add('mov', 'A0 moffs', ['a8', 'moffs8'], { doc, sem: mov, att: 'movabs' });
  table.add('mov', 'A1 moffs', ['a', 'moffs'], { doc, sem: mov, sizes: SIZES, att: 'movabs' });
  table.add('mov', 'A2 moffs', ['moffs8', 'a8'], { doc, sem: mov, att: 'movabs' });
  table.add('mov', 'A3 moffs', ['moffs', 'a'], { doc, sem: mov, sizes: SIZES, att: 'movabs' });

  const zeros: FormOptions = { doc: 'Copies with zeros in front.', sem: mov, sizes: SIZES, isHot: true };
  const signs: FormOptions = { doc: 'Copies with the sign in front.', sem: movsx, sizes: SIZES, isHot: true };
  table.add('movzx', '0F B6 /r', ['r', 'r/m8'], zeros);
  table.add('movzx', '0F B7 /r', ['r', 'r/m16'], zeros);
  table.add('movsx', '0F BE /r', ['r', 'r/m8'], signs);
  table.add('movsx', '0F BF /r', ['r', 'r/m16'], signs);
  table.add('movsxd', '63 /r', ['r', 'r/m32'], { ...signs, sizes: [32, 64], modes: 'long', att: 'movslq' });
  table.add('movsxd', '63 /r', ['r', 'r/m16'], { ...signs, sizes: [16], modes: 'long', att: 'movslq' });

  table.add('lea', '8D /r', ['r', 'm'], {
    doc: 'The address itself, not what is there.',
    sem: lea,
    sizes: SIZES,
    isHot: true,
    memoryBytes: 0,
  });
  const exchange: FormOptions = { doc: 'Exchanges both; a memory operand is locked.', sem: xchg, mayLock: true };
  table.add('xchg', '86 /r', ['r/m8', 'r8'], exchange);
  table.add('xchg', '87 /r', ['r/m', 'r'], { ...exchange, sizes: SIZES });
  table.add('xchg', '90+r', ['o', 'a'], { ...exchange, sizes: SIZES });
  const adding: FormOptions = { doc: 'Adds, and keeps the old value in the second operand.', sem: xadd, mayLock: true };
  table.add('xadd', '0F C0 /r', ['r/m8', 'r8'], adding);
  table.add('xadd', '0F C1 /r', ['r/m', 'r'], { ...adding, sizes: SIZES });
  table.add('bswap', '0F C8+r', ['o'], { doc: 'Reverses the bytes.', sem: bswap, sizes: [32, 64] });
  table.add('bswap', '0F C8+r', ['o'], {
    doc: 'Of 16 bits undefined: zero, as processors do.',
    sem: (o, [to]) => to?.write(o.c(0)),
    sizes: [16],
  });

  const idle: FormOptions = { doc: 'Nothing.', sem: nop };
  table.add('nop', '0F 1F /0', ['r/m'], { ...idle, sizes: SIZES, isHot: true });
  // Behind the one that is documented: the others have two operands.
  for (const opcode of ['0F 19', '0F 1A', '0F 1B', '0F 1C', '0F 1D', '0F 1E', '0F 1F']) {
    table.add('nop', `${opcode} /r`, ['r/m', 'r'], { ...idle, sizes: SIZES });
  }
  table.add('endbr64', 'F3 0F 1E FA', [], { doc: 'Where an indirect branch may land: nothing without CET.', sem: nop });
  table.add('endbr32', 'F3 0F 1E FB', [], { doc: 'Where an indirect branch may land: nothing without CET.', sem: nop });
  // Without REX.B, which would make it an exchange with r8.
  table.add('nop', '90', [], { ...idle, when: ({ prefixes }) => (prefixes.rex & 1) === 0, isHot: true });

  for (const [index, condition] of CONDITIONS.entries()) {
    const high = index.toString(16).toUpperCase();
    const text = `Copies where ${condition.doc}.`;
    const cmov: Sem = (o, [to, from], bits) => {
      const value = from?.read() ?? o.c(0);
      const old = to?.read() ?? o.c(0);
      // A word clears the upper half even where nothing is copied.
      to?.write(o.low(o.select(o.condition(condition), value, old), bits));
    };
    table.add(`cmov${condition.name}`, `0F 4${high} /r`, ['r', 'r/m'], { doc: text, sem: cmov, sizes: SIZES });
    table.add(`set${condition.name}`, `0F 9${high} /r`, ['r/m8'], {
      doc: `1 where ${condition.doc}, else 0.`,
      sem: (o, [to]) => to?.write(o.bool(o.condition(condition))),
    });
  }
};
