import { describe, expect, it } from 'vitest';
import {
  ALL_INTERRUPTS,
  DELEGABLE,
  GUEST_DELEGABLE,
  HSTATUS_WRITABLE,
  MSTATUS_WRITABLE,
  S_INTERRUPTS,
  SSTATUS_WRITABLE,
  VS_INTERRUPTS,
  VSXL_64,
  XL_64,
} from '../../../../src/isa/riscv64/csrs-bits';
import { resetState, SLOTS, STATE } from '../../../../src/isa/riscv64/csrs-slots';
import { mret, pendingInterrupt, sret, takeTrap, wakesFromWait } from '../../../../src/isa/riscv64/traps';
import { FakeHart, trapOf } from '../../../support/fake-hart';
import { SEED } from '../../../support/random';
import { afterMret, afterSret, afterTrap, nextInterrupt, type Registers } from './manual-traps';
import { type Random, randomFrom } from './random';

const ROUNDS = 4000;

const EXCEPTIONS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 20, 21, 22, 23];
const INTERRUPTS = [1, 2, 3, 5, 6, 7, 9, 10, 11];
/** Those that put an address into tval. */
const OF_ACCESSES = [4, 5, 6, 7, 13, 15, 21, 23];
const OF_FETCHES = [0, 1, 12, 20];

/** Every register random within what it can hold; some rarely, so that all ways are met. */
const randomRegisters = ({ bits, bits64, pick }: Random): Registers => {
  const v = BigInt(bits() & 1);
  const some = (mask: bigint): bigint => pick([bits64() & mask, bits64() & mask, mask, 0n]);
  const mpp = pick([0n, 1n, 3n]) << 11n;
  return {
    v,
    priv: v === 1n ? pick([0n, 1n]) : pick([0n, 1n, 3n]),
    mstatus: XL_64 | (bits64() & MSTATUS_WRITABLE & ~(3n << 11n)) | mpp,
    vsstatus: VSXL_64 | (bits64() & SSTATUS_WRITABLE),
    hstatus: VSXL_64 | (bits64() & HSTATUS_WRITABLE),
    medeleg: some(DELEGABLE),
    hedeleg: some(GUEST_DELEGABLE),
    mideleg: VS_INTERRUPTS | some(S_INTERRUPTS),
    hideleg: some(VS_INTERRUPTS),
    mip: some(VS_INTERRUPTS | S_INTERRUPTS),
    mipLines: some(ALL_INTERRUPTS),
    mie: some(ALL_INTERRUPTS),
    mtvec: bits64() & ~2n,
    stvec: bits64() & ~2n,
    vstvec: bits64() & ~2n,
    mepc: bits64() & ~1n,
    sepc: bits64() & ~1n,
    vsepc: bits64() & ~1n,
    ...Object.fromEntries(
      ['mcause', 'scause', 'vscause', 'mtval', 'stval', 'vstval', 'mtval2', 'htval', 'mtinst', 'htinst'].map((name) => [
        name,
        bits64(),
      ]),
    ),
  };
};

const hartWith = (registers: Registers): FakeHart => {
  const hart = new FakeHart(STATE);
  resetState(hart, { hartid: 0, start: 'machine' });
  for (const [name, value] of Object.entries(registers)) hart.set(name, value);
  return hart;
};
const registersOf = (hart: FakeHart): Registers => Object.fromEntries(SLOTS.map((name) => [name, hart.get(name)]));

describe(`traps on random registers are as the manual's tables say (WORLDSTEP_SEED=${SEED})`, () => {
  it('on entry', () => {
    const random = randomFrom(SEED);
    const { bits, bits64, pick } = random;
    for (let round = 0; round < ROUNDS; round++) {
      const hart = hartWith(randomRegisters(random));
      const before = registersOf(hart);
      const isInterrupt = bits() % 4 === 0;
      const cause = pick(isInterrupt ? INTERRUPTS : EXCEPTIONS);
      const tval = isInterrupt ? 0n : bits64();
      const epc = bits64() & ~1n;
      const guestPhysical = [20, 21, 23].includes(cause) && !isInterrupt ? bits64() >> 5n : 0n;
      const implicit = guestPhysical > 0n ? pick([undefined, 'read', 'write'] as const) : undefined;
      // ld s1, 0(a1) at an address.
      hart.word = 0x0005_b483;
      hart.write('x', 11, tval);
      takeTrap(hart, cause, isInterrupt, tval, epc, {
        ...(guestPhysical > 0n && { guestPhysical }),
        ...(implicit && { implicit }),
      });
      const mprv = ((before.mstatus! >> 17n) & 1n) === 1n;
      const mpp = (before.mstatus! >> 11n) & 3n;
      const ofData = mprv ? mpp < 3n && ((before.mstatus! >> 39n) & 1n) === 1n : before.v === 1n;
      const isAccess = !isInterrupt && OF_ACCESSES.includes(cause);
      const expected = afterTrap(before, {
        cause,
        isInterrupt,
        tval,
        epc,
        guestPhysical,
        instruction: implicit ? { read: 0x3000n, write: 0x3020n }[implicit] : isAccess ? 0x3483n : 0n,
        isGuestAddress: isAccess ? ofData : !isInterrupt && OF_FETCHES.includes(cause) && before.v === 1n,
      });
      expect({ cause, isInterrupt, before, pc: hart.target, after: registersOf(hart) }).toEqual({
        cause,
        isInterrupt,
        before,
        pc: expected.pc,
        after: expected.registers,
      });
    }
  });
  it.each([
    ['mret', mret, afterMret],
    ['sret', sret, afterSret],
  ] as const)('on %s', (_name, execute, reference) => {
    const random = randomFrom(SEED);
    const met = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      const hart = hartWith(randomRegisters(random));
      const before = registersOf(hart);
      const expected = reference(before);
      if ('cause' in expected) {
        expect({ before, cause: trapOf(() => execute(hart)).cause }).toEqual({ before, ...expected });
        expect(registersOf(hart)).toEqual(before);
        met.add(`${expected.cause}`);
      } else {
        execute(hart);
        expect({ before, pc: hart.target, after: registersOf(hart) }).toEqual({
          before,
          pc: expected.pc,
          after: expected.registers,
        });
        met.add(`${expected.registers.priv} ${expected.registers.v}`);
      }
    }
    expect(met.size).toBeGreaterThan(4);
  });
  it('and so is the interrupt to take', () => {
    const random = randomFrom(SEED);
    const met = new Set<number | undefined>();
    for (let round = 0; round < ROUNDS; round++) {
      const registers = randomRegisters(random);
      // Few pending, or the highest hides the rest.
      const few = random.bits64() & random.bits64() & random.bits64();
      const hart = hartWith({ ...registers, mipLines: registers.mipLines! & few, mip: registers.mip! & few });
      const before = registersOf(hart);
      const expected = nextInterrupt(before);
      expect({ before, cause: pendingInterrupt(hart) }).toEqual({ before, cause: expected });
      if (expected !== undefined) expect(wakesFromWait(hart)).toBe(true);
      met.add(expected);
    }
    expect(met).toEqual(new Set([undefined, ...INTERRUPTS]));
  });
});
