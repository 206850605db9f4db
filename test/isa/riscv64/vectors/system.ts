/** Zicsr, Zifencei and the privileged instructions, as far as one instruction in M-mode shows them. CSR rules have tests of their own. */

import { CODE, type Vector } from '../../driver';
import { FS_INITIAL } from '../subject';
import { RD, RS1, u64, vector } from './rows';

const MSCRATCH = 0x340;
const FFLAGS = 0x001;
const FCSR = 0x003;
const MHARTID = 0xf14;
const NO_SUCH = 0x5c0;

const register = (mnemonic: string, modify: (old: bigint, operand: bigint) => bigint): Vector[] => {
  const row = (name: string, old: bigint, operand: bigint, rd = RD): Vector =>
    vector(
      mnemonic,
      { csr: MSCRATCH, rs1: RS1, rd },
      name,
      { x: { [RS1]: u64(operand) }, slots: { mscratch: u64(old) } },
      { x: rd === 0 ? {} : { [rd]: u64(old) }, slots: { mscratch: u64(modify(old, operand)) } },
    );
  return [
    row('small values', 0b1100n, 0b1010n),
    row('all ones', -1n, 0x1234n),
    row('with rd = rs1', 0x55n, -1n, RS1),
    row('with rd = x0', 0x55n, 0xf0n, 0),
    vector(
      mnemonic,
      { csr: NO_SUCH, rs1: 0, rd: RD },
      'of a missing CSR',
      {},
      illegalTrap(mnemonic, { csr: NO_SUCH, rs1: 0, rd: RD }),
    ),
  ];
};

const immediate = (mnemonic: string, modify: (old: bigint, operand: bigint) => bigint): Vector[] => {
  const row = (name: string, old: bigint, uimm: number, rd = RD): Vector =>
    vector(
      mnemonic,
      { csr: MSCRATCH, uimm, rd },
      name,
      { slots: { mscratch: u64(old) } },
      { x: rd === 0 ? {} : { [rd]: u64(old) }, slots: { mscratch: u64(modify(old, BigInt(uimm))) } },
    );
  return [
    row('small values', 0b1100n, 0b1010),
    row('all ones, 31', -1n, 31),
    row('0', 0x55n, 0),
    row('with rd = x0', 0x55n, 16, 0),
    vector(
      mnemonic,
      { csr: NO_SUCH, uimm: 0, rd: RD },
      'of a missing CSR',
      {},
      illegalTrap(mnemonic, { csr: NO_SUCH, uimm: 0, rd: RD }),
    ),
  ];
};

const illegalTrap = (mnemonic: string, fields: Readonly<Record<string, number>>) => ({
  trap: { cause: 2, tval: BigInt(vector(mnemonic, fields, '', {}, {}).word) },
});

const ZICSR: readonly Vector[] = [
  ...register('csrrw', (_, operand) => operand),
  ...register('csrrs', (old, operand) => old | operand),
  ...register('csrrc', (old, operand) => old & ~operand),
  ...immediate('csrrwi', (_, operand) => operand),
  ...immediate('csrrsi', (old, operand) => old | operand),
  ...immediate('csrrci', (old, operand) => old & ~operand),
  vector('csrrs', { csr: MHARTID, rs1: 0, rd: RD }, 'reads a read-only CSR', {}, { x: { [RD]: 0n } }),
  vector(
    'csrrs',
    { csr: MHARTID, rs1: RS1, rd: RD },
    'may not write a read-only CSR',
    {},
    illegalTrap('csrrs', { csr: MHARTID, rs1: RS1, rd: RD }),
  ),
  vector(
    'csrrw',
    { csr: FFLAGS, rs1: RS1, rd: RD },
    'writes fflags',
    { x: { [RS1]: 0xffn }, slots: { fflags: 3n } },
    { x: { [RD]: 3n }, slots: { fflags: 0x1fn }, fs: 3 },
  ),
  vector(
    'csrrw',
    { csr: FCSR, rs1: RS1, rd: RD },
    'writes fcsr',
    { x: { [RS1]: 0x7bn }, slots: { fflags: 3n, frm: 1n } },
    { x: { [RD]: 0x23n }, slots: { fflags: 0x1bn, frm: 3n }, fs: 3 },
  ),
  vector(
    'csrrs',
    { csr: FCSR, rs1: 0, rd: RD },
    'of fcsr with FS off',
    { slots: { mstatus: 0n } },
    illegalTrap('csrrs', { csr: FCSR, rs1: 0, rd: RD }),
  ),
];

const MPP_S = 1n << 11n;
const MPIE = 1n << 7n;
const SPIE = 1n << 5n;
const SPP = 1n << 8n;
const SIE = 1n << 1n;
const MIE = 1n << 3n;
const TARGET = CODE + 0x100n;

/** U- and S-mode may fetch only where a PMP entry says so; the rows that stay in one mode need none. */
const returns: readonly Vector[] = [
  vector(
    'mret',
    {},
    'to S',
    { slots: { mepc: TARGET, mstatus: MPP_S | MPIE | FS_INITIAL } },
    { pc: TARGET, slots: { priv: 1n, mstatus: MIE | MPIE | FS_INITIAL } },
  ),
  vector(
    'mret',
    {},
    'to U',
    { slots: { mepc: TARGET, mstatus: FS_INITIAL } },
    { pc: TARGET, slots: { priv: 0n, mstatus: MPIE | FS_INITIAL } },
  ),
  vector(
    'mret',
    {},
    'to M',
    { slots: { mepc: TARGET, mstatus: FS_INITIAL | (3n << 11n) } },
    { pc: TARGET, slots: { priv: 3n, mstatus: MPIE | FS_INITIAL } },
  ),
  vector(
    'mret',
    {},
    'to a half word',
    { slots: { mepc: TARGET + 2n, mstatus: FS_INITIAL | (3n << 11n) | MPIE } },
    { pc: TARGET + 2n, slots: { mstatus: MIE | MPIE | FS_INITIAL } },
  ),
  vector(
    'sret',
    {},
    'to S',
    { slots: { sepc: TARGET, mstatus: SPP | SPIE | FS_INITIAL } },
    { pc: TARGET, slots: { priv: 1n, mstatus: SIE | SPIE | FS_INITIAL } },
  ),
  vector(
    'sret',
    {},
    'to U',
    { slots: { sepc: TARGET, mstatus: FS_INITIAL } },
    { pc: TARGET, slots: { priv: 0n, mstatus: SPIE | FS_INITIAL } },
  ),
  vector(
    'sret',
    {},
    'clears SIE when SPIE is clear',
    { slots: { sepc: TARGET, mstatus: SIE | FS_INITIAL } },
    { pc: TARGET, slots: { priv: 0n, mstatus: SPIE | FS_INITIAL } },
  ),
  vector(
    'sret',
    {},
    'keeps MIE',
    { slots: { sepc: TARGET + 2n, mstatus: MIE | SPP | FS_INITIAL } },
    { pc: TARGET + 2n, slots: { priv: 1n, mstatus: MIE | SPIE | FS_INITIAL } },
  ),
];

const four = (make: (n: number) => Vector): Vector[] => [1, 2, 3, 4].map(make);

const PRIVILEGED: readonly Vector[] = [
  ...four((n) =>
    vector('ecall', {}, `from M with a0 = ${n}`, { x: { 10: BigInt(n) } }, { trap: { cause: 11, tval: 0n } }),
  ),
  ...four((n) => vector('ebreak', {}, `with a0 = ${n}`, { x: { 10: BigInt(n) } }, { trap: { cause: 3, tval: 0n } })),
  ...four((n) => vector('fence.i', {}, `with a0 = ${n}`, { x: { 10: BigInt(n) } }, {})),
  ...four((n) => vector('wfi', {}, `with mie = ${n}`, { slots: { mie: BigInt(n) } }, {})),
  vector('sfence.vma', { rs1: 0, rs2: 0 }, 'of everything', {}, {}),
  vector('sfence.vma', { rs1: RS1, rs2: 0 }, 'of an address', {}, {}),
  vector('sfence.vma', { rs1: 0, rs2: RS1 }, 'of an address space', {}, {}),
  vector('sfence.vma', { rs1: RS1, rs2: RD }, 'of an address in an address space', {}, {}),
  ...returns,
];

/** 32-bit words that are no instructions; `addi` only lends the row its length. */
const ILLEGAL: readonly Vector[] = [
  0xffff_ffff,
  0x0000_006b,
  0x3020_0073 + 0x80,
  0x1000_0073,
  0xe000_2053,
  0x0000_707f,
].map((word) => ({
  name: `illegal 0x${word.toString(16)}`,
  mnemonic: 'addi',
  word: word >>> 0,
  length: 4,
  before: {},
  after: { trap: { cause: 2, tval: BigInt(word >>> 0) } },
}));

export const SYSTEM: readonly Vector[] = [...ZICSR, ...PRIVILEGED, ...ILLEGAL];
