/** Ports. With a repeat prefix each repetition is an instruction that comes back to itself, as strings do. */
import type { V64 } from '../../core/ops';
import type { FormTable, Sem } from '../form';
import { OPERAND } from '../operand-check';
import type { Operand } from '../operands';
import type { X86Ops } from '../ops';
import { PORT } from '../ports';
import { SEG } from '../state';

const [RCX, RSI, RDI] = [1, 6, 7];
const MASK = { name: 'mask' };
const SEGMENT = { name: 'segment' };
const REL = { name: 'rel' };

type Bytes = 1 | 2 | 4;
/** A port has at most 32 bits. */
const bytesOf = (bits: number): Bytes => Math.min(bits / 8, 4) as Bytes;

/** The number of a port: an immediate has no width of its own. */
const portOf = (o: X86Ops, port: Operand): V64 => o.and(port.readSigned(), o.c(0xffff));

const addPlain = (table: FormTable): void => {
  const input: Sem = (o, [to, port], bits) => {
    if (!to || !port) return;
    to.write(o.call('in', [portOf(o, port), o.read('mask', MASK), o.c(bytesOf(bits))]));
  };
  const output: Sem = (o, [port, from], bits) => {
    if (!port || !from) return;
    o.call('checkOut', [portOf(o, port), o.read('mask', MASK), o.c(bytesOf(bits))]);
    o.call('out', [portOf(o, port), from.read(), o.c(bytesOf(bits))]);
  };
  const sizes = [16, 32, 64] as const;
  const [read, write] = ['Reads a port.', 'Writes a port.'];
  table.add('in', 'E4 ib', ['a8', 'uimm'], { doc: read, sem: (o, operands) => input(o, operands, 8) });
  table.add('in', 'E5 ib', ['a', 'uimm'], { doc: read, sem: input, sizes });
  table.add('in', 'EC', ['a8', 'dx'], { doc: read, sem: (o, operands) => input(o, operands, 8) });
  table.add('in', 'ED', ['a', 'dx'], { doc: read, sem: input, sizes });
  table.add('out', 'E6 ib', ['uimm', 'a8'], { doc: write, sem: (o, operands) => output(o, operands, 8) });
  table.add('out', 'E7 ib', ['uimm', 'a'], { doc: write, sem: output, sizes });
  table.add('out', 'EE', ['dx', 'a8'], { doc: write, sem: (o, operands) => output(o, operands, 8) });
  table.add('out', 'EF', ['dx', 'a'], { doc: write, sem: output, sizes });
};

const address = (o: X86Ops, isLong: boolean, isIn: boolean, bytes: Bytes): V64 => {
  const offset = o.and(o.read('r', isIn ? RDI : RSI), o.read('mask', MASK));
  const last = bytes > 1 ? o.add(offset, o.c(bytes - 1)) : offset;
  if (isIn) {
    if (isLong) return offset;
    o.guard('operand', OPERAND.target | OPERAND.write | bytes, o.ltU(o.read('writeEnd', SEG.es), last));
    return o.add(offset, o.read('base', SEG.es));
  }
  if (!isLong) o.guard('operand', OPERAND.source | bytes, o.ltU(o.read('readEnd', SEGMENT), last));
  return o.add(offset, o.read('segment', SEGMENT));
};

const string =
  (isRepeated: boolean, isLong: boolean, isIn: boolean, bytes: Bytes): Sem =>
  (o) => {
    const mask = o.read('mask', MASK);
    const count = o.and(o.read('r', RCX), mask);
    o.call('permitPort', [o.c(bytes)]);
    if (isRepeated) o.doneIf(o.eqz(count));
    const pointer = isIn ? RDI : RSI;
    const at = address(o, isLong, isIn, bytes);
    o.call(isIn ? 'ins' : 'outs', [at, mask, o.c(bytes | (isRepeated ? PORT.isRepeated : 0))], SEGMENT);
    o.writeMasked(pointer, o.add(o.read('r', pointer), o.step(bytes)), mask);
    if (!isRepeated) return;
    o.writeMasked(RCX, o.sub(count, o.c(1)), mask);
    o.branch(o.ne(count, o.c(1)), o.pcRel(REL));
  };

const addStrings = (table: FormTable): void => {
  for (const [name, opcode, isIn, doc] of [
    ['ins', 0x6c, true, 'Reads port dx to where rdi points.'],
    ['outs', 0x6e, false, 'Writes what rsi points to, to port dx.'],
  ] as const) {
    for (const modes of ['long', 'legacy'] as const) {
      for (const prefix of ['', 'F3 ', 'F2 ']) {
        const sem = (bytes: Bytes): Sem => string(prefix !== '', modes === 'long', isIn, bytes);
        const text = (at: number): string => `${prefix}${(opcode + at).toString(16).toUpperCase()}`;
        table.add(`${name}b`, text(0), [], { doc, modes, sem: sem(1), repeats: 'rep' });
        table.add(`${name}w`, text(1), [], { doc, modes, sem: sem(2), sizes: [16], repeats: 'rep' });
        table.add(`${name}d`, text(1), [], { doc, modes, sem: sem(4), sizes: [32, 64], repeats: 'rep' });
      }
    }
  }
};

export const addSystemPorts = (table: FormTable): void => {
  addPlain(table);
  addStrings(table);
};
