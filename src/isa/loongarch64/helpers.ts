/** The instructions that complete in TypeScript, by the names their rows give `o.helper`, and what rows call. */
import { type BusWidth, type HartState, type Helper, type IsaFunction, Trap } from '../core/privileged';
import { DIRECTORY, ELO, TLBRERA } from './bits';
import { CAUSE } from './causes';
import { CPUCFG } from './cpucfg';
import { writeCsr } from './csr-access';
import { type Csr, csrOfNumber, readCsr } from './csrs';
import { ertn, requirePrivilege } from './exceptions';
import { invtlb, tlbclr, tlbfill, tlbflush, tlbrd, tlbsrch, tlbwr } from './tlb';
import { directoryField, hugePageSize, pageTableField } from './walk-layout';

const noInstruction = (state: HartState): Trap => new Trap(CAUSE.noInstruction, BigInt(state.word >>> 0));

/** Only at PLV0. */
const privileged =
  (helper: Helper): Helper =>
  (state, field) => {
    requirePrivilege(state);
    helper(state, field);
  };

const readByInstruction = (state: HartState, csr: Csr): bigint => {
  const value = readCsr(state, csr);
  return csr.signedBits ? BigInt.asUintN(64, BigInt.asIntN(csr.signedBits, value)) : value;
};

const csr = (change: (old: bigint, field: (register: string) => bigint) => bigint | undefined): Helper =>
  privileged((state, field) => {
    const found = csrOfNumber(field('csr'));
    // The manual has a CSR that is not there read as 0 and ignore writes.
    const old = found ? readByInstruction(state, found) : 0n;
    const value = change(old, (name) => state.read('r', field(name)));
    if (found && value !== undefined) writeCsr(state, found, value);
    state.write('r', field('rd'), old);
  });

const counter =
  (part: (ticks: bigint) => bigint): Helper =>
  (state, field) => {
    const ticks = BigInt.asUintN(64, state.time + state.get('CNTC'));
    const id = state.get('TID');
    state.write('r', field('rd'), BigInt.asUintN(64, part(ticks)));
    if (field('rj') !== 0) state.write('r', field('rj'), BigInt.asUintN(64, BigInt.asIntN(32, id)));
  };

const iocsrRead = (bytes: BusWidth): Helper =>
  privileged((state, field) => {
    const at = Number(BigInt.asUintN(32, state.read('r', field('rj'))));
    // Where nothing answers, zeros.
    const value = state.readSpace('iocsr', at, bytes) ?? 0n;
    state.write('r', field('rd'), BigInt.asUintN(64, BigInt.asIntN(bytes * 8, value)));
  });

const iocsrWrite = (bytes: BusWidth): Helper =>
  privileged((state, field) => {
    const at = Number(BigInt.asUintN(32, state.read('r', field('rj'))));
    state.writeSpace('iocsr', at, bytes, BigInt.asUintN(bytes * 8, state.read('r', field('rd'))));
  });

const inRefill = (state: HartState): boolean => (state.get('TLBRERA') & TLBRERA.IS_TLBR) !== 0n;
const badAddress = (state: HartState): bigint => state.get(inRefill(state) ? 'TLBRBADV' : 'BADV');

const PHYSICAL = 0xffff_ffff_ffffn;

/** A table entry in physical memory; zeros where nothing is. */
const tableEntry = (state: HartState, at: bigint): bigint => state.loadPhysical(at & PHYSICAL, 8) ?? 0n;

/** The entry of a directory for the bad address; a huge page passes through with the level where it was found. */
const lddir: Helper = privileged((state, field) => {
  const level = field('level');
  const table = state.read('r', field('rj'));
  const place = directoryField(state, level);
  if (level === 0 || level > 4 || !place) {
    state.write('r', field('rd'), table);
    return;
  }
  if (table & DIRECTORY.HUGE) {
    const found = table & DIRECTORY.LEVEL ? table : table | (BigInt(level) << 13n);
    state.write('r', field('rd'), found);
    return;
  }
  const index = (badAddress(state) >> BigInt(place.base)) & ((1n << BigInt(place.width)) - 1n);
  state.write('r', field('rd'), tableEntry(state, (table & ~0xfffn) + (index << 3n)));
});

/** Loads one of the two entries for the bad address into TLBRELO0 or 1: of the page table, or a half of a huge page. */
const ldpte: Helper = privileged((state, field) => {
  const isOdd = (field('seq') & 1) !== 0;
  const table = state.read('r', field('rj'));
  const { base, width } = pageTableField(state);
  let entry: bigint;
  let ps: number;
  if (table & DIRECTORY.HUGE) {
    ps = hugePageSize(state, Number((table & DIRECTORY.LEVEL) >> 13n)) - 1;
    const global = table & DIRECTORY.HUGE_GLOBAL ? DIRECTORY.HUGE : 0n;
    entry = (table & ~(DIRECTORY.HUGE | DIRECTORY.HUGE_GLOBAL | DIRECTORY.LEVEL)) | global;
    if (isOdd) entry += 1n << BigInt(ps);
  } else {
    ps = base;
    const index = (badAddress(state) >> BigInt(base)) & ((1n << BigInt(width)) - 1n);
    entry = tableEntry(state, (table & ~0xfffn) + (((index & ~1n) | (isOdd ? 1n : 0n)) << 3n));
  }
  // Bits that only software has a use for stay in memory. QEMU 10 keeps them.
  state.set(isOdd ? 'TLBRELO1' : 'TLBRELO0', entry & ELO);
  state.set('TLBREHI', (state.get('TLBREHI') & ~0x3fn) | BigInt(ps));
});

export const HELPERS: Readonly<Record<string, Helper>> = {
  csrrd: csr(() => undefined),
  csrwr: csr((_, register) => register('rd')),
  csrxchg: csr((old, register) => (old & ~register('rj')) | (register('rd') & register('rj'))),
  'rdtimel.w': counter((ticks) => BigInt.asIntN(32, ticks)),
  'rdtimeh.w': counter((ticks) => BigInt.asIntN(32, ticks >> 32n)),
  'rdtime.d': counter((ticks) => ticks),
  cpucfg: (state, field) => {
    const word = CPUCFG.get(Number(BigInt.asUintN(32, state.read('r', field('rj')))));
    state.write('r', field('rd'), BigInt.asUintN(64, BigInt.asIntN(32, BigInt(word ?? 0))));
  },
  'iocsrrd.b': iocsrRead(1),
  'iocsrrd.h': iocsrRead(2),
  'iocsrrd.w': iocsrRead(4),
  'iocsrrd.d': iocsrRead(8),
  'iocsrwr.b': iocsrWrite(1),
  'iocsrwr.h': iocsrWrite(2),
  'iocsrwr.w': iocsrWrite(4),
  'iocsrwr.d': iocsrWrite(8),
  // A user may maintain what it can address: operations with code 2, hit.
  cacop: (state, field) => {
    if (field('op') >> 3 !== 2) requirePrivilege(state);
  },
  tlbclr: privileged(tlbclr),
  tlbflush: privileged(tlbflush),
  tlbsrch: privileged(tlbsrch),
  tlbrd: privileged(tlbrd),
  tlbwr: privileged(tlbwr),
  tlbfill: privileged(tlbfill),
  invtlb: privileged((state, field) => {
    const asid = Number(state.read('r', field('rj')) & 0x3ffn);
    if (!invtlb(state, field('op'), asid, state.read('r', field('rk')))) throw noInstruction(state);
  }),
  lddir,
  ldpte,
  ertn,
  idle: privileged((state) => state.wait()),
  dbcl: privileged((state) => {
    throw noInstruction(state);
  }),
};

/** Bits reversed polynomials. */
const POLYNOMIALS = { 'CRC-32': 0xedb8_8320, 'CRC-32C': 0x82f6_3b78 } as const;

const crc =
  (polynomial: number, bytes: number): IsaFunction =>
  (_state, seed, data) => {
    let sum = Number(BigInt.asUintN(32, seed));
    for (let at = 0; at < bytes; at++) {
      sum ^= Number((data >> BigInt(8 * at)) & 0xffn);
      for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? polynomial : 0);
    }
    return BigInt.asUintN(64, BigInt.asIntN(32, BigInt(sum >>> 0)));
  };

export const FUNCTIONS: Readonly<Record<string, IsaFunction>> = Object.fromEntries(
  Object.entries(POLYNOMIALS).flatMap(([name, polynomial]) =>
    [1, 2, 4, 8].map((bytes) => [`${name}-${bytes}`, crc(polynomial, bytes)] as const),
  ),
);
