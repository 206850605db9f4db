/** A: load-reserved, store-conditional and atomic read-modify-write. Ordering bits are decoded but need nothing: memory is sequentially consistent. */

import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';
import type { AmoOp } from '../ops';

const RESERVED = 'RISC-V Unprivileged ISA 20240411, Zalrsc: Load-Reserved/Store-Conditional Instructions';
const MEMORY = 'RISC-V Unprivileged ISA 20240411, Zaamo: Atomic Memory Operations';

const WIDTHS = [
  { suffix: 'w', funct3: '010', bytes: 4, size: '4 bytes, sign-extended' },
  { suffix: 'd', funct3: '011', bytes: 8, size: '8 bytes' },
] as const;

const amo = (op: AmoOp, funct5: string, doc: string): PatternInsn[] =>
  WIDTHS.map(({ suffix, funct3, bytes, size }) =>
    insn(`amo${op}.${suffix}`, `${funct5} aq:1 rl:1 rs2:5 rs1:5 ${funct3} rd:5 0101111`, {
      asm: '{aqrl}{rd}, {rs2}, ({rs1})',
      ref: MEMORY,
      doc: `Atomically: rd = memory at rs1 (${size}); memory = ${doc}.`,
      sem: (o, f) => o.setX(f.rd, o.amo(op, bytes, o.x(f.rs1), o.x(f.rs2))),
    }),
  );

/** Atomic instructions. */
export const INSNS_A: readonly PatternInsn[] = [
  ...WIDTHS.map(({ suffix, funct3, size }) =>
    insn(`lr.${suffix}`, `00010 aq:1 rl:1 00000 rs1:5 ${funct3} rd:5 0101111`, {
      asm: '{aqrl}{rd}, ({rs1})',
      ref: RESERVED,
      doc: `Load ${size}, and reserve the address for a following sc.${suffix}.`,
      sem: (o) => o.helper(`lr.${suffix}`),
    }),
  ),
  ...WIDTHS.map(({ suffix, funct3 }) =>
    insn(`sc.${suffix}`, `00011 aq:1 rl:1 rs2:5 rs1:5 ${funct3} rd:5 0101111`, {
      asm: '{aqrl}{rd}, {rs2}, ({rs1})',
      ref: RESERVED,
      doc: 'Store rs2 if the reservation still holds: rd = 0 on success, 1 otherwise.',
      sem: (o) => o.helper(`sc.${suffix}`),
    }),
  ),
  ...amo('swap', '00001', 'rs2'),
  ...amo('add', '00000', 'old value + rs2'),
  ...amo('xor', '00100', 'old value exclusive-or rs2'),
  ...amo('and', '01100', 'old value and rs2'),
  ...amo('or', '01000', 'old value or rs2'),
  ...amo('min', '10000', 'the smaller of old value and rs2, signed'),
  ...amo('max', '10100', 'the larger of old value and rs2, signed'),
  ...amo('minu', '11000', 'the smaller of old value and rs2, unsigned'),
  ...amo('maxu', '11100', 'the larger of old value and rs2, unsigned'),
];
