/** Prefetches, which do nothing here. */
import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';
import { scaled } from './addressing';
import { anyIndexText } from './memory-register';
import { reference } from './transfers';

/** Of 8 bytes. */
const ANY = anyIndexText(3);

const prefetch = (
  name: string,
  pattern: string,
  asm: string,
  title: string,
  not: Readonly<Record<string, readonly number[]>> = {},
): PatternInsn =>
  insn(name, pattern, {
    asm: `{prfop:Rt}, ${asm}`,
    ref: reference(title),
    doc: 'May load a cache line; here it does nothing.',
    not,
    sem: () => {},
  });

/** The stack pointer's alignment does not matter to them. */
export const INSNS_PREFETCH: readonly PatternInsn[] = [
  prefetch('prfm', `11111001 10 ${scaled('imm', 12, 8)} Rn:5 Rt:5`, '[{xsp:Rn}{offset:imm}]', 'PRFM (immediate)'),
  prefetch('prfum', '11111000 10 0 simm:9 00 Rn:5 Rt:5', '[{xsp:Rn}{offset:simm}]', 'PRFUM'),
  prefetch(
    'prfm-register',
    `11111000 10 1 ${ANY.bits} 10 Rn:5 Rt:5`,
    `[{xsp:Rn}, ${ANY.asm}]`,
    'PRFM (register)',
    ANY.not,
  ),
  prefetch('prfm-literal', '11 011 0 00 label[20:2] Rt:5', '{address:label}', 'PRFM (literal)'),
];
