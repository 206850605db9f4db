/** Hints, barriers, and instructions that do nothing but raise an exception. @see Arm ARM, C3.1 */
import type { PatternInsn } from '../../core/insn';
import { CAUSE } from '../causes';
import { insn, MANUAL, type Sem } from '../insn';

/** wfe and wfi, which wait; pointer authentication, which does not only hint. */
const OTHERS = [2, 3, 7, 8, 10, 12, 14, 24, 25, 26, 27, 28, 29, 30, 31];

const barrier = (name: string, op2: string, doc: string, sem: Sem = () => {}): PatternInsn =>
  insn(name, `11010101000000110011 CRm:4 ${op2} 11111`, {
    asm: '{barrier:CRm}',
    ref: `${MANUAL} "${name.toUpperCase()}"`,
    doc,
    sem,
  });

const exception = (name: string, bits: string, ref: string, doc: string, cause: number): PatternInsn =>
  insn(name, bits, {
    asm: name === 'udf' ? '#{imm}' : '{code:imm}',
    ref: `${MANUAL} "${ref}"`,
    doc,
    kind: 'trap',
    sem: (o) => o.trap(cause),
  });

export const INSNS_HINTS: readonly PatternInsn[] = [
  insn('hint', '11010101000000110010 imm:7 11111', {
    asm: '#{imm}',
    ref: `${MANUAL} "HINT"`,
    doc: 'Does nothing here.',
    not: { imm: OTHERS },
    sem: () => {},
  }),
  barrier('clrex', '010', 'Opens the monitor of exclusive accesses.', (o) => o.setSlot('exclusiveBytes', o.c(0))),
  barrier('dsb', '100', 'Waits for memory accesses; here they are in order.'),
  barrier('dmb', '101', 'Orders memory accesses; here they are in order.'),
  barrier('isb', '110', 'Orders what follows behind changes of the context; here it is.'),
  insn('sb', '11010101000000110011 0000 111 11111', {
    asm: '',
    ref: `${MANUAL} "SB"`,
    doc: 'Keeps speculation from what follows; here there is none.',
    sem: (o) => o.requires('SB'),
  }),
  exception('svc', '11010100000 imm:16 00001', 'SVC', 'Calls the kernel.', CAUSE.svc),
  exception('brk', '11010100001 imm:16 00000', 'BRK', 'Raises a breakpoint exception.', CAUSE.brk),
  exception('udf', '0000000000000000 imm:16', 'UDF', 'Permanently undefined.', CAUSE.undefined),
];
