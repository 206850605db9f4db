/** Segment registers, descriptor tables and what asks about selectors. */
import type { V32, V64 } from '../../core/ops';
import type { FormOptions, FormTable, OperandSize, Sem } from '../form';
import type { Operand } from '../operands';
import type { Bits, CodeMode, X86Ops } from '../ops';
import { SEG } from '../state';

const SIZES = [16, 32, 64] as const;

/** A selector goes to a register in the operand size, and to memory in 16 bits. */
const addStoreOfWord = (
  table: FormTable,
  name: string,
  text: string,
  more: readonly string[],
  options: FormOptions,
): void => {
  for (const [size, operand] of [
    [16, 'r/m16'],
    [32, 'r32/m16'],
    [64, 'r64/m16'],
  ] as const) {
    table.add(name, text, [operand, ...more], { ...options, sizes: [size] });
  }
};

const addMoves = (table: FormTable): void => {
  addStoreOfWord(table, 'mov', '8C /r', ['Sreg'], {
    doc: 'Copies a selector out of a segment register.',
    sem: (o, [to, from]) => from && to?.write(o.read('selector', from.field)),
    when: ({ fields }) => (fields.b ?? 0) < SEG.ldtr,
  });
  table.add('mov', '8E /r', ['Sreg', 'r/m16'], {
    doc: 'Loads a segment register.',
    sem: (o, [to, from]) => to && from && o.call('moveSegment', [from.read()], to.field),
    when: ({ fields }) => (fields.a ?? 0) < SEG.ldtr && fields.a !== SEG.cs,
  });
};

type Row = readonly [seg: keyof typeof SEG, push: string, pop: string | undefined];
const LEGACY: readonly Row[] = [
  ['es', '06', '07'],
  ['cs', '0E', undefined],
  ['ss', '16', '17'],
  ['ds', '1E', '1F'],
];
const BOTH: readonly Row[] = [
  ['fs', '0F A0', '0F A1'],
  ['gs', '0F A8', '0F A9'],
];

const addStack = (table: FormTable, mode: CodeMode, rows: readonly Row[]): void => {
  const sizes: readonly OperandSize[] = mode === 'long' ? [16, 64] : [16, 32];
  const options = { modes: mode, sizes, ...(mode === 'long' && { isDefault64: true as const }) };
  const bytesOf = (bits: Bits) => (bits / 8) as 2 | 4 | 8;
  for (const [seg, push, pop] of rows) {
    table.add(`push ${seg}`, push, [], {
      doc: `Pushes the selector of ${seg}.`,
      sem: (o, _, bits) => o.push(mode, bytesOf(bits), o.read('selector', SEG[seg])),
      ...options,
    });
    if (pop === undefined) continue;
    table.add(`pop ${seg}`, pop, [], {
      doc: `Pops ${seg}.`,
      sem: (o, _, bits) => {
        const { value, commit } = o.pop(mode, bytesOf(bits));
        o.call('popSegment', [value, o.c(SEG[seg])]);
        commit();
      },
      ...options,
    });
  }
};

/** LDS and the like: an offset, and behind it the selector. */
const addPointers = (table: FormTable): void => {
  const pointer =
    (seg: number): Sem =>
    (o, [to, from], bits) => {
      if (!to || !from) return;
      const bytes = (bits / 8) as 2 | 4 | 8;
      const at = from.address('read', bytes + 2);
      const offset = o.load(bytes, false, at);
      o.call('loadSegment', [o.load(2, false, o.add(at, o.c(bytes))), o.c(seg)]);
      to.write(offset);
    };
  const add = (name: string, text: string, seg: number, options: Pick<FormOptions, 'modes' | 'sizes'>): void =>
    table.add(name, text, ['r', 'm'], {
      doc: 'Loads a register and a segment register from a far pointer.',
      sem: pointer(seg),
      ...options,
    });
  add('les', 'C4 /r', SEG.es, { modes: 'legacy', sizes: [16, 32] });
  add('lds', 'C5 /r', SEG.ds, { modes: 'legacy', sizes: [16, 32] });
  add('lss', '0F B2 /r', SEG.ss, { sizes: SIZES });
  add('lfs', '0F B4 /r', SEG.fs, { sizes: SIZES });
  add('lgs', '0F B5 /r', SEG.gs, { sizes: SIZES });
};

const addTables = (table: FormTable): void => {
  const rows = [
    ['sgdt', '0F 01 /0', 'write', 'Stores where the global descriptor table is.'],
    ['sidt', '0F 01 /1', 'write', 'Stores where the interrupt descriptor table is.'],
    ['lgdt', '0F 01 /2', 'read', 'Says where the global descriptor table is.'],
    ['lidt', '0F 01 /3', 'read', 'Says where the interrupt descriptor table is.'],
  ] as const;
  for (const [name, text, use, doc] of rows) {
    const sem: Sem = (o, [at], bits) => at && o.call(name, [at.address(use, bits === 64 ? 10 : 6), o.c(bits)]);
    table.add(name, text, ['m'], { doc, sem, modes: 'legacy', sizes: [16, 32] });
    table.add(name, text, ['m'], { doc, sem, modes: 'long', sizes: [64], isDefault64: 'forced' });
  }
  // Who may not do it does not read the operand.
  const loading =
    (name: string): Sem =>
    (o, [from]) => {
      if (!from) return;
      o.call(`may ${name}`, []);
      o.call(name, [from.read()]);
    };
  const load = (name: string, text: string, doc: string): void =>
    table.add(name, text, ['r/m16'], { doc, sem: loading(name) });
  load('lldt', '0F 00 /2', 'Loads the register of the local descriptor table.');
  load('ltr', '0F 00 /3', 'Loads the task register.');
  load('lmsw', '0F 01 /6', 'Sets the low bits of cr0.');
  const store = (name: string, text: string, doc: string): void =>
    addStoreOfWord(table, name, text, [], { doc, sem: (o, [to]) => to?.write(o.call(name, [])) });
  store('sldt', '0F 00 /0', 'Stores the selector of the local descriptor table.');
  store('str', '0F 00 /1', 'Stores the selector of the task.');
  store('smsw', '0F 01 /4', 'Stores the low bits of cr0.');
};

/** What LAR and the like answer: bit 32 says that the selector was good. */
const answer = (o: X86Ops, name: string, operands: readonly V64[]): { value: V64; isGood: V32 } => {
  const value = o.call(name, operands);
  return { value, isGood: o.lo32(o.shrU(value, o.c(32))) };
};

/** Writes where `when` is 1; a register of 32 bits stays whole elsewhere. */
const writeWhen = (o: X86Ops, to: Operand, bits: Bits, when: V32, value: V64): void => {
  if (bits === 16) o.write('w', to.field, o.select(when, value, o.read('w', to.field)));
  else o.write('r', to.field, o.select(when, o.low(value, 32), o.read('r', to.field)));
};

const addQuestions = (table: FormTable): void => {
  const ask =
    (name: string): Sem =>
    (o, [to, from], bits) => {
      if (!to || !from) return;
      const { value, isGood } = answer(o, name, [from.read()]);
      writeWhen(o, to, bits, isGood, value);
      o.setZero(isGood);
    };
  table.add('lar', '0F 02 /r', ['r', 'r/m16'], {
    doc: "Loads a selector's access rights.",
    sem: ask('lar'),
    sizes: SIZES,
  });
  table.add('lsl', '0F 03 /r', ['r', 'r/m16'], { doc: "Loads a selector's limit.", sem: ask('lsl'), sizes: SIZES });
  const verify = (name: string, text: string, doc: string): void =>
    table.add(name, text, ['r/m16'], {
      doc,
      sem: (o, [from]) => from && o.setZero(answer(o, name, [from.read()]).isGood),
    });
  verify('verr', '0F 00 /4', 'ZF = 1 where the selector can be read by.');
  verify('verw', '0F 00 /5', 'ZF = 1 where the selector can be written by.');
  table.add('arpl', '63 /r', ['r/m16', 'r16'], {
    doc: 'Raises the RPL of a selector to that of another one.',
    sem: (o, [to, from]) => {
      const { value, isGood } = answer(o, 'arpl', [to?.read() ?? o.c(0), from?.read() ?? o.c(0)]);
      to?.write(o.low(value, 16));
      o.setZero(isGood);
    },
    modes: 'legacy',
  });
};

export const addSystemSegments = (table: FormTable): void => {
  addMoves(table);
  addStack(table, 'legacy', [...LEGACY, ...BOTH]);
  addStack(table, 'long', BOTH);
  addPointers(table);
  addTables(table);
  addQuestions(table);
};
