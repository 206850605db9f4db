/** All that an x86-64 processor keeps beside its pc, and its values at reset. */
import type { RegisterView, StateLayout } from '../core/state-layout';
import { MSR_SLOTS } from './msr-slots';
import { SVM_SLOTS } from './svm/slots';

/** Numbers of segment registers in instructions, and behind them the two of the system's. */
export const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;
export type Segment = (typeof SEGMENTS)[number];
export const SEG = { es: 0, cs: 1, ss: 2, ds: 3, fs: 4, gs: 5, ldtr: 6, tr: 7 } as const satisfies Record<
  Segment,
  number
>;
/** In the views that addresses are formed with: a segment whose base is 0 and which has no limit. */
export const FLAT = 8;

/** In the views that name parts of general registers: ah, ch, dh, bh. */
export const HIGH_BYTES = 16;
/** In the view `address`: a register that is 0. */
export const NO_REGISTER = 16;

/**
 * Status flags are lazy: ZF is set where `result` is 0, SF where it is negative, PF by the parity of its lowest byte; `carry`
 * is CF in bit 0, and what SF (bit 1) and PF (bit 2) differ by from that; `carries` has in bit 63 what OF differs by from CF,
 * and AF in bit 4. All other flags are in `rflags`. See flags.ts.
 */
const FLAGS = ['result', 'carry', 'carries', 'rflags'];

const CONTROL = ['cr0', 'cr2', 'cr3', 'cr4', 'xcr0', 'dr0', 'dr1', 'dr2', 'dr3', 'dr6', 'dr7', 'efer'];
const TABLES = ['gdtrBase', 'gdtrLimit', 'idtrBase', 'idtrLimit'];
/**
 * `cpl`: current privilege level. `codeMode`: what code is, 0 of 64 bits, 1 of 32, 2 of 16; whoever sets CS or changes modes keeps
 * it (from CS.L, CS.D, EFER.LMA). `lines`: interrupts as the board drives them, see `LINE`. `shadow`: the address of the instruction
 * before which interrupts are inhibited (behind STI, MOV SS), valid while `isShadowed` is not 0: 1 after STI, 2 after MOV SS, which
 * holds off debug exceptions, too. `nmiBlocked`: between an NMI and IRET. `cpu`: the model, an index of `CPUS`. `processors`: how
 * many there are. `random`: where RDRAND's numbers are.
 * `stepped`: the instruction that is stepped, fetched when so many had retired (`steppedAt`); `pendingDebug`: bits of DR6 to be raised
 * behind the instruction; see debug.ts. `stackMask`: which bits of rsp the stack uses, by SS.B, all in 64-bit mode; kept like `codeMode`. `a20`: the bits
 * of a physical address that get out, all ones or all but bit 20. `zero` is 0 and `top` all ones for good: what addresses are formed with that have no register or no
 * segment; `scale…` are 1 to 3 and `mask…` the lengths of addresses.
 */
const OTHERS = [
  ...['cpl', 'codeMode', 'lines', 'shadow', 'isShadowed', 'nmiBlocked', 'cpu', 'processors', 'random'],
  ...['stepped', 'steppedAt', 'pendingDebug'],
  ...['stackMask', 'a20'],
  ...['zero', 'top', 'scale1', 'scale2', 'scale3', 'mask16', 'mask32', 'mask64'],
];
/** x87: control, status without TOP, tag word as FXSAVE has it (bit set: not empty), TOP, last instruction, operand and opcode. */
const FPU = ['fcw', 'fsw', 'ftw', 'top87', 'fip', 'fdp', 'fop', 'mxcsr'];

const highBytes = [0, 1, 2, 3].map((register): [number, { register: number; byte: number }] => [
  HIGH_BYTES + register,
  { register, byte: 1 },
]);

const ofSegment = (name: string, of: string, flat: string): RegisterView => ({ name, of, slots: { [FLAT]: flat } });

export const STATE: StateLayout = {
  files: [
    { name: 'r', count: 16, bits: 64 },
    { name: 'selector', count: 8, bits: 64 },
    { name: 'base', count: 8, bits: 64 },
    { name: 'limit', count: 8, bits: 64 },
    { name: 'attributes', count: 8, bits: 64 },
    { name: 'readTop', count: 8, bits: 64 },
    { name: 'writeTop', count: 8, bits: 64 },
    { name: 'xmm', count: 16, bits: 128, low: 'xmmLow' },
    { name: 'st', count: 8, bits: 128, low: 'mm' },
  ],
  views: [
    { name: 'd', of: 'r', bits: 32 },
    { name: 'w', of: 'r', bits: 16 },
    { name: 'b', of: 'r', bits: 8, parts: Object.fromEntries(highBytes) },
    { name: 'address', of: 'r', slots: { [NO_REGISTER]: 'zero' } },
    { name: 'scale', of: 'r', slots: { 0: 'zero', 1: 'scale1', 2: 'scale2', 3: 'scale3' } },
    { name: 'mask', of: 'r', slots: { 0: 'mask64', 1: 'mask32', 2: 'mask16' } },
    ofSegment('segment', 'base', 'zero'),
    ofSegment('readEnd', 'readTop', 'top'),
    ofSegment('writeEnd', 'writeTop', 'top'),
    { name: 'xmmLow', of: 'xmm', bits: 64 },
    { name: 'xmmD', of: 'xmm', bits: 32 },
    { name: 'mm', of: 'st', bits: 64 },
  ],
  slots: [...FLAGS, ...CONTROL, ...TABLES, ...OTHERS, ...FPU, ...MSR_SLOTS, ...SVM_SLOTS],
};
