/** Entry of exceptions and interrupts. @see LoongArch Reference Manual, Volume 1, "Exceptions and Interrupts" */
import { describe, expect, it } from 'vitest';
import { CAUSE, CAUSES } from '../../../../src/isa/loongarch64/causes';
import { ertn, pendingInterrupt, takeTrap, wakesFromWait } from '../../../../src/isa/loongarch64/exceptions';
import { DA, hartWith, IE, PG, type Slots, WE } from './hart';

const EENTRY = 0x9000_0000_0010_0000n;
const EPC = 0x1_2000_0104n;
const VA = 0x1_2345_6788n;
const WORD = 0x2880_018c;
const BEFORE: Slots = { EENTRY, CRMD: PG | IE | WE | 3n, BADV: 5n, BADI: 6n, ERA: 7n, TLBEHI: 0x8000n };

/** What the entry of an exception leaves, of the slots that it may change. */
const entered = (slots: Slots, cause: number, isInterrupt = false) => {
  const hart = hartWith({ ...BEFORE, ...slots });
  hart.word = WORD;
  takeTrap(hart, cause, isInterrupt, VA, EPC);
  return { hart, target: hart.target };
};

const ecode = (code: number, subcode = 0): bigint => (BigInt(code) << 16n) | (BigInt(subcode) << 22n);

describe('an exception', () => {
  it('keeps the mode in PRMD and goes to PLV0 without interrupts and watchpoints', () => {
    const { hart, target } = entered({}, CAUSE.syscall);
    expect([hart.get('PRMD'), hart.get('CRMD')]).toEqual([0xfn, PG]);
    expect([hart.get('ERA'), hart.get('ESTAT'), target]).toEqual([EPC, ecode(0xb), EENTRY]);
    expect(hart.calls).toEqual(expect.arrayContaining(['context', 'interrupts']));
  });
  it('keeps what interrupts are pending in ESTAT', () => {
    const { hart } = entered({ ESTAT: ecode(0x3f, 1) | 3n }, CAUSE.breakpoint);
    expect(hart.get('ESTAT')).toBe(ecode(0xc) | 3n);
  });
  it('from PLV0 with interrupts off says so', () => {
    const { hart } = entered({ CRMD: DA }, CAUSE.breakpoint);
    expect([hart.get('PRMD'), hart.get('CRMD')]).toEqual([0n, DA]);
  });
  it('has an entry of its own when ECFG.VS says so', () => {
    const { target } = entered({ ECFG: 3n << 16n }, CAUSE.syscall);
    expect(target).toBe(EENTRY + 0xbn * 32n);
  });
  it('has its offset combined with the base by OR', () => {
    const { target } = entered({ ECFG: 7n << 16n, EENTRY: 0x1_1000n }, CAUSE.syscall);
    expect(target).toBe(0x1_1000n | (0xbn * 512n));
  });
  it('leaves the registers of TLB refills alone', () => {
    const { hart } = entered({}, CAUSE.pageModification);
    expect(['TLBRERA', 'TLBRBADV', 'TLBREHI', 'TLBRPRMD'].map((slot) => hart.get(slot))).toEqual([0n, 0n, 0n, 0n]);
  });

  it.each([
    ['a load of an invalid page', CAUSE.loadPageInvalid, ecode(1)],
    ['a store to an invalid page', CAUSE.storePageInvalid, ecode(2)],
    ['a fetch from an invalid page', CAUSE.fetchPageInvalid, ecode(3)],
    ['a store to a clean page', CAUSE.pageModification, ecode(4)],
    ['a load of an unreadable page', CAUSE.pageNonReadable, ecode(5)],
    ['a fetch from a page that is not to be executed', CAUSE.pageNonExecutable, ecode(6)],
    ['a page of more privilege', CAUSE.pagePrivilege, ecode(7)],
  ])('about %s has the address in BADV and the pair of pages in TLBEHI', (_, cause, estat) => {
    const { hart } = entered({}, cause);
    expect(['ESTAT', 'BADV', 'TLBEHI'].map((slot) => hart.get(slot))).toEqual([estat, VA, VA & ~0x1fffn]);
  });
  it.each([
    ['a fetch', CAUSE.fetchAddress, ecode(8)],
    ['an access', CAUSE.memoryAddress, ecode(8, 1)],
    ['an unaligned address', CAUSE.addressAlignment, ecode(9)],
    ['a bound', CAUSE.boundCheck, ecode(0xa)],
  ])('about %s has the address in BADV and leaves TLBEHI', (_, cause, estat) => {
    const { hart } = entered({}, cause);
    expect(['ESTAT', 'BADV', 'TLBEHI'].map((slot) => hart.get(slot))).toEqual([estat, VA, 0x8000n]);
  });
  it.each([
    ['a load of an invalid page', CAUSE.loadPageInvalid],
    ['an instruction that is none', CAUSE.noInstruction],
    ['a system call', CAUSE.syscall],
    ['a floating-point error', CAUSE.floatError],
  ])('about %s has the instruction in BADI', (_, cause) => {
    expect(entered({}, cause).hart.get('BADI')).toBe(BigInt(WORD));
  });

  it('has the number that the table of exceptions gives it', () => {
    const numbers = Object.fromEntries(
      CAUSES.filter(
        ({ isInterrupt, group, id }) => !isInterrupt && group !== 'tlb-refill' && id !== 'machine-error',
      ).map(({ id, cause }) => [id, entered({}, cause).hart.get('ESTAT')]),
    );
    expect(numbers).toEqual({
      'load-page-invalid': ecode(0x1),
      'store-page-invalid': ecode(0x2),
      'fetch-page-invalid': ecode(0x3),
      'page-modification': ecode(0x4),
      'page-non-readable': ecode(0x5),
      'page-non-executable': ecode(0x6),
      'page-privilege': ecode(0x7),
      'fetch-address-error': ecode(0x8),
      'memory-address-error': ecode(0x8, 1),
      'address-alignment': ecode(0x9),
      'bound-check': ecode(0xa),
      syscall: ecode(0xb),
      breakpoint: ecode(0xc),
      'instruction-non-existent': ecode(0xd),
      'instruction-privilege': ecode(0xe),
      'float-disabled': ecode(0xf),
      'lsx-disabled': ecode(0x10),
      'lasx-disabled': ecode(0x11),
      'float-error': ecode(0x12),
      'fetch-watch': ecode(0x13),
      'memory-watch': ecode(0x13, 1),
    });
  });
});

describe('a TLB refill', () => {
  const REFILLED: Slots = { TLBRENTRY: 0x20_0000n, TLBREHI: 0x8000n | 12n, ESTAT: ecode(0xb) | 1n };

  it.each([
    ['a load', CAUSE.tlbRefillLoad],
    ['a store', CAUSE.tlbRefillStore],
    ['a fetch', CAUSE.tlbRefillFetch],
  ])('of %s has registers of its own, and direct addresses', (_, cause) => {
    const { hart, target } = entered(REFILLED, cause);
    expect(target).toBe(0x20_0000n);
    const slots = ['TLBRERA', 'TLBRBADV', 'TLBREHI', 'TLBRPRMD', 'CRMD'].map((slot) => hart.get(slot));
    expect(slots).toEqual([EPC | 1n, VA, (VA & ~0x1fffn) | 12n, 0x17n, DA]);
    const kept = ['ESTAT', 'ERA', 'PRMD', 'BADV', 'TLBEHI'].map((slot) => hart.get(slot));
    expect(kept).toEqual([ecode(0xb) | 1n, 7n, 0n, 5n, 0x8000n]);
    expect(hart.calls).toContain('context');
  });
});

describe('an interrupt', () => {
  it('says nothing of addresses and instructions', () => {
    const { hart, target } = entered({ ESTAT: ecode(0xb) }, 11, true);
    expect(['ESTAT', 'BADV', 'BADI', 'ERA', 'PRMD'].map((slot) => hart.get(slot))).toEqual([0n, 5n, 6n, EPC, 0xfn]);
    expect(target).toBe(EENTRY);
  });
  it('has an entry behind those of exceptions when ECFG.VS says so', () => {
    expect(entered({ ECFG: 1n << 16n }, 12, true).target).toBe(EENTRY + (64n + 12n) * 8n);
  });

  const ENABLED = { CRMD: IE, ECFG: 0x1fffn };
  it.each<[string, Slots, number | undefined]>([
    ['is taken when it is pending and enabled', { ...ENABLED, lines: 1n << 11n }, 11],
    ['is not taken with CRMD.IE off', { ECFG: 0x1fffn, lines: 1n << 11n }, undefined],
    ['is not taken when ECFG.LIE does not have it', { ...ENABLED, ECFG: 1n, lines: 1n << 11n }, undefined],
    ['of the highest number comes first', { ...ENABLED, lines: (1n << 12n) | (1n << 2n), ESTAT: 1n }, 12],
    ['of the devices comes before those of software', { ...ENABLED, lines: 1n << 2n, ESTAT: 3n }, 2],
    ['of software is in ESTAT', { ...ENABLED, ESTAT: 2n }, 1],
    ['is none without any', ENABLED, undefined],
  ])('%s', (_, slots, wanted) => {
    expect(pendingInterrupt(hartWith(slots))).toBe(wanted);
  });
  it('ends idle when ECFG.LIE has it, whatever CRMD.IE says', () => {
    expect(wakesFromWait(hartWith({ ECFG: 1n << 11n, lines: 1n << 11n }))).toBe(true);
    expect(wakesFromWait(hartWith({ ECFG: 1n << 12n, lines: 1n << 11n, CRMD: IE }))).toBe(false);
  });
});

describe('a machine error', () => {
  const CRMD = PG | IE | WE | (1n << 5n) | (2n << 7n) | 3n;
  const inRefill: Slots = { CRMD, TLBRERA: 0x5001n, TLBRPRMD: 3n, MERRENTRY: 0x1c00_0000n, MERRCTL: 0n };

  it('keeps all of the mode in MERRCTL, and touches nothing that another exception needs', () => {
    const { hart, target } = entered(inRefill, CAUSE.machineError);
    expect([hart.get('CRMD'), target, hart.get('MERRERA')]).toEqual([DA, 0x1c00_0000n, EPC]);
    const [isMerr, pplv, pie, pwe, ppg, pdatf, pdatm] = [
      1n,
      3n << 2n,
      1n << 4n,
      1n << 6n,
      1n << 8n,
      1n << 9n,
      2n << 11n,
    ];
    expect(hart.get('MERRCTL')).toBe(isMerr | pplv | pie | pwe | ppg | pdatf | pdatm);
    expect(['TLBRERA', 'TLBRPRMD', 'ERA', 'BADV', 'ESTAT'].map((slot) => hart.get(slot))).toEqual([
      0x5001n,
      3n,
      7n,
      5n,
      0n,
    ]);
  });
  it('is returned from before the TLB refill that it interrupted', () => {
    const { hart } = entered(inRefill, CAUSE.machineError);
    ertn(hart);
    expect([hart.get('CRMD'), hart.target, hart.get('MERRCTL') & 1n, hart.get('TLBRERA')]).toEqual([
      CRMD,
      EPC,
      0n,
      0x5001n,
    ]);
  });
});
