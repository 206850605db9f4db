/** System registers, maintenance, calls to more privileged code, exception return, waiting. @see Arm ARM, C3.2 and C5 */
import type { PatternInsn } from '../../core/insn';
import { insn } from '../insn';

const REF = 'Arm Architecture Reference Manual for A-profile, C6.2';

/** An instruction that completes in TypeScript under its own name. */
const helped = (
  mnemonic: string,
  pattern: string,
  asm: string,
  doc: string,
  more: Partial<Pick<PatternInsn, 'kind' | 'not'>> = {},
): PatternInsn =>
  insn(mnemonic, pattern, {
    asm,
    ref: `${REF} "${mnemonic.split('-', 1)[0]?.toUpperCase()}"`,
    doc,
    ...more,
    sem: (o) => o.helper(mnemonic),
  });

/** What an immediate sets, as assemblers write it; op1 and op2. */
const IMMEDIATES = [
  ['spsel', 'SPSel', '000', '101', 'Chooses the stack pointer: 0 is that of EL0, 1 the level’s own.'],
  ['pan', 'PAN', '000', '100', 'Sets PSTATE.PAN.'],
  ['uao', 'UAO', '000', '011', 'Sets PSTATE.UAO.'],
  ['dit', 'DIT', '011', '010', 'Sets PSTATE.DIT.'],
  ['ssbs', 'SSBS', '011', '001', 'Sets PSTATE.SSBS.'],
  ['daifset', 'DAIFSet', '011', '110', 'Masks what the immediate has bits for: debug, SError, IRQ, FIQ.'],
  ['daifclr', 'DAIFClr', '011', '111', 'Unmasks what the immediate has bits for: debug, SError, IRQ, FIQ.'],
] as const;

export const INSNS_SYSTEM: readonly PatternInsn[] = [
  helped('mrs', '1101010100 1 1 sysreg:15 Rt:5', '{x:Rt}, {sysreg:sysreg}', 'Rt = the system register.'),
  helped('msr', '1101010100 0 1 sysreg:15 Rt:5', '{sysreg:sysreg}, {x:Rt}', 'The system register = Rt.'),
  ...IMMEDIATES.map(([name, written, op1, op2, doc]) =>
    helped(`msr-${name}`, `1101010100 0 00 ${op1} 0100 CRm:4 ${op2} 11111`, `${written}, #{CRm}`, doc),
  ),
  helped(
    'sys',
    '1101010100 0 01 sysop:14 Rt:5',
    '{encoding:sysop}, {x:Rt}',
    'Maintains caches or translations, or translates an address.',
  ),
  helped('sysl', '1101010100 1 01 sysop:14 Rt:5', '{x:Rt}, {encoding:sysop}', 'Rt = the result of an operation.'),
  helped('hvc', '11010100000 imm:16 00010', '#{hex:imm}', 'Calls the hypervisor.', { kind: 'trap' }),
  helped('smc', '11010100000 imm:16 00011', '#{hex:imm}', 'Calls the secure monitor.', { kind: 'trap' }),
  helped(
    'hlt',
    '11010100010 imm:16 00000',
    '{code:imm}',
    'Halts for an external debugger; undefined where none asks for it. 0xf000 is semihosting.',
    { kind: 'trap' },
  ),
  helped('eret', '1101011 0100 11111 0000 00 11111 00000', '', 'Returns from an exception.', { kind: 'trapReturn' }),
  helped('drps', '1101011 0101 11111 0000 00 11111 00000', '', 'Restores PSTATE in debug state.'),
  helped('wfe', '11010101000000110010 0000 010 11111', '', 'Waits for an event.'),
  helped('wfi', '11010101000000110010 0000 011 11111', '', 'Waits for an interrupt.'),
];
