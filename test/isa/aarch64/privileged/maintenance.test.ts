/** `at` and `tlbi`. @see Arm ARM, C5.4, C5.5, PAR_EL1 */
import { describe, expect, it } from 'vitest';
import { MAINTENANCE, maintenanceOf } from '../../../../src/isa/aarch64/maintenance';
import { resetState, STATE } from '../../../../src/isa/aarch64/state';
import type { BusWidth, Fence, TranslationScope } from '../../../../src/isa/core/privileged';
import { FakeHart, trapOf } from '../../../support/fake-hart';
import { Physical, RAM_BASE } from './physical';

const MAX = 3;

/** A processor with a little memory, which keeps what it was told to flush. */
class Hart extends FakeHart {
  readonly physical = new Physical(0x1_0000);
  readonly flushes: { scope: TranslationScope | undefined; fence: Fence | undefined; everywhere: boolean }[] = [];

  constructor(slots: Readonly<Record<string, bigint>>) {
    super(STATE);
    resetState(this, { cpu: MAX, el: 2 });
    for (const [name, value] of Object.entries(slots)) this.set(name, value);
  }
  override loadPhysical(address: bigint, bytes: BusWidth): bigint {
    const word = this.physical.readU32(Number(address));
    return bytes === 4 && word >= 0 ? BigInt(word) : (undefined as unknown as bigint);
  }
  override flushTranslations(scope?: TranslationScope, fence?: Fence, everywhere = false): void {
    this.flushes.push({ scope, fence, everywhere });
  }
}

const run = (hart: Hart, name: string, register = 0n): void => {
  const form = MAINTENANCE.find((one) => one.name.split(' ')[1] === name)!;
  expect(maintenanceOf(form.number)).toBe(form);
  form.run(hart, register);
};

/** T0SZ and T1SZ of 39-bit addresses, 4 KiB, 48 bits out. */
const TCR = 25n | (25n << 16n) | (2n << 30n) | (5n << 32n);
const ROOT = BigInt(RAM_BASE);
const TABLE = ROOT + 0x1000n;
const LEAVES = ROOT + 0x2000n;
/** Device-nGnRE, write-back, non-cacheable. */
const MAIR = 0x44_ff_04n;
const PAGE = 0x4765_4321_0000n & 0xffff_ffff_f000n;

/** Stage 1 of EL1 with one page at 0x8000_1000. */
const withPage = (descriptor: bigint, more: Readonly<Record<string, bigint>> = {}): Hart => {
  const hart = new Hart({
    SCTLR_EL1: 1n,
    TCR_EL1: TCR,
    TTBR0_EL1: ROOT,
    MAIR_EL1: MAIR,
    HCR_EL2: 1n << 31n,
    EL: 2n,
    ...more,
  });
  hart.physical.writeU64(ROOT + 2n * 8n, TABLE | 3n);
  hart.physical.writeU64(TABLE, LEAVES | 3n);
  hart.physical.writeU64(LEAVES + 8n, descriptor);
  return hart;
};
const VA = 0x8000_1abcn;
const AF = 1n << 10n;
const [READ_ONLY, USER] = [1n << 7n, 1n << 6n];
const INNER = 3n << 8n;

describe('at tells in PAR_EL1', () => {
  const rows: readonly (readonly [what: string, form: string, descriptor: bigint, par: bigint])[] = [
    ['cacheable memory', 's1e1r', PAGE | AF | INNER | (1n << 2n) | 3n, (0xffn << 56n) | PAGE | 0xa00n | (3n << 7n)],
    ['Device memory as shared by all', 's1e1r', PAGE | AF | 3n, (0x04n << 56n) | PAGE | 0xa00n | (2n << 7n)],
    ['non-cacheable memory as shared by all', 's1e1w', PAGE | AF | (2n << 2n) | 3n, (0x44n << 56n) | PAGE | 0xb00n],
    ['a translation fault of level 3', 's1e1r', 0n, 0x801n | (0b000111n << 1n)],
    ['an access flag fault', 's1e1r', PAGE | 3n, 0x801n | (0b001011n << 1n)],
    ['a permission fault of a write', 's1e1w', PAGE | AF | READ_ONLY | 3n, 0x801n | (0b001111n << 1n)],
    ['a permission fault of EL0', 's1e0r', PAGE | AF | 3n, 0x801n | (0b001111n << 1n)],
    ['what EL0 may read', 's1e0r', PAGE | AF | USER | (1n << 2n) | 3n, (0xffn << 56n) | PAGE | 0xa00n],
  ];
  for (const [what, form, descriptor, par] of rows) {
    it(`${what} (${form})`, () => {
      const hart = withPage(descriptor);
      run(hart, form, VA);
      expect(hart.get('PAR_EL1').toString(16)).toBe(par.toString(16));
    });
  }

  it('what PAN keeps privileged code off, only where the form asks for PAN', () => {
    const hart = withPage(PAGE | AF | USER | (1n << 2n) | 3n, { PAN: 1n });
    run(hart, 's1e1r', VA);
    expect(hart.get('PAR_EL1') & 1n).toBe(0n);
    run(hart, 's1e1rp', VA);
    expect(hart.get('PAR_EL1')).toBe(0x801n | (0b001111n << 1n));
  });

  it('flat memory where the MMU is off', () => {
    const hart = withPage(0n, { SCTLR_EL1: 0n });
    run(hart, 's1e1r', VA);
    expect(hart.get('PAR_EL1')).toBe((VA & ~0xfffn) | 0xa00n | (2n << 7n));
  });
});

describe('at under stage 2', () => {
  /** 40-bit intermediate addresses from level 1, tables of their own; nothing is mapped. */
  const STAGE2 = { HCR_EL2: (1n << 31n) | 1n, VTCR_EL2: 24n | (1n << 6n) | (5n << 16n), VTTBR_EL2: ROOT + 0x4000n };

  it('tells EL2 of a stage 1 table that stage 2 does not map, as S and PTW', () => {
    const hart = withPage(PAGE | AF | 3n, STAGE2);
    run(hart, 's1e1r', VA);
    expect(hart.get('PAR_EL1')).toBe(0x801n | (0b000101n << 1n) | (1n << 8n) | (1n << 9n));
  });

  it('takes EL1 to EL2 with the address of the table', () => {
    const hart = withPage(PAGE | AF | 3n, { ...STAGE2, EL: 1n });
    const { cause, tval } = trapOf(() => run(hart, 's1e1r', VA));
    // Data abort, a write, to EL2: translation fault of level 1.
    expect({ cause, tval }).toEqual({ cause: 0x3000 | (0x24 << 6) | 0b000101, tval: VA });
  });

  it('combines what both stages say of memory', () => {
    const hart = withPage(PAGE | AF | INNER | (1n << 2n) | 3n, STAGE2);
    const block = (at: bigint, memAttr: bigint): bigint => at | AF | (3n << 6n) | (memAttr << 2n) | 1n;
    const index = (address: bigint): bigint => STAGE2.VTTBR_EL2 + (address >> 30n) * 8n;
    hart.physical.writeU64(index(ROOT), block(ROOT, 0xfn));
    // 10 bits: the first tables are two side by side.
    const target = PAGE & 0xff_ffff_f000n;
    hart.physical.writeU64(LEAVES + 8n, target | AF | INNER | (1n << 2n) | 3n);
    hart.physical.writeU64(index(target), block(target & ~0x3fff_ffffn, 0x1n));
    run(hart, 's12e1r', VA);
    expect(hart.get('PAR_EL1')).toBe((0x04n << 56n) | target | 0xa00n | (2n << 7n));
    run(hart, 's1e1r', VA);
    expect(hart.get('PAR_EL1')).toBe((0xffn << 56n) | target | 0xa00n | (3n << 7n));
  });

  it('throws where a table is not in memory', () => {
    const hart = withPage(0n, { TTBR0_EL1: 0x1000n });
    expect(trapOf(() => run(hart, 's1e1w', VA)).cause).toBe(0x1000 | (0x24 << 6) | 0b010101);
  });
});

describe('tlbi', () => {
  const of = (name: string, register = 0n, slots: Readonly<Record<string, bigint>> = {}) => {
    const hart = new Hart({ EL: 1n, ...slots });
    run(hart, name, register);
    return hart.flushes;
  };
  const guest = { HCR_EL2: 1n };
  const asid = 0x0042_0000_0000_0000n;

  const rows: readonly [string, ReturnType<typeof of>][] = [
    ['vmalle1', [{ scope: 'guest', fence: { of: 'host' }, everywhere: false }]],
    ['vmalle1is', [{ scope: 'guest', fence: { of: 'host' }, everywhere: true }]],
    ['aside1is', [{ scope: 'guest', fence: { of: 'host', asid: 0x42 }, everywhere: true }]],
    ['alle2', [{ scope: 'host', fence: { of: 'host' }, everywhere: false }]],
  ];
  for (const [name, flushes] of rows) {
    it(`${name} drops what it is about`, () => {
      expect(of(name, asid)).toEqual(flushes);
    });
  }

  it('by address names a page, with the sign of bit 55, and its ASID', () => {
    const register = asid | BigInt.asUintN(44, 0xffff_8000_1234_5000n >> 12n);
    expect(of('vae1is', register)).toEqual([
      { scope: 'guest', fence: { of: 'host', address: 0xffff_8000_1234_5000n, asid: 0x42 }, everywhere: true },
    ]);
    expect(of('vaale1', register)).toEqual([
      { scope: 'guest', fence: { of: 'host', address: 0xffff_8000_1234_5000n }, everywhere: false },
    ]);
  });

  it('of a guest is told as the guest’s; HCR_EL2.FB sends it everywhere', () => {
    expect(of('vmalle1', 0n, guest)).toEqual([{ scope: 'guest', fence: { of: 'guest' }, everywhere: false }]);
    expect(of('vmalle1', 0n, { HCR_EL2: 1n | (1n << 9n) })[0]?.everywhere).toBe(true);
  });

  it('by intermediate physical address names the VMID that is in use', () => {
    const slots = { EL: 2n, VTTBR_EL2: 7n << 48n };
    expect(of('ipas2e1is', 0x12345n, slots)).toEqual([
      { scope: 'guest', fence: { of: 'stage2', address: 0x1234_5000n, asid: 7 }, everywhere: true },
    ]);
    expect(of('vmalls12e1', 0n, slots).map(({ fence }) => fence?.of)).toEqual(['guest', 'host', 'stage2']);
  });

  it('of EL1’s forms means the host where EL2 is one (E2H and TGE)', () => {
    const slots = { EL: 2n, HCR_EL2: (1n << 34n) | (1n << 27n) };
    expect(of('vmalle1is', 0n, slots)).toEqual([{ scope: 'host', fence: { of: 'host' }, everywhere: true }]);
    expect(of('alle1', 0n, slots)[0]?.scope).toBe('guest');
  });

  it('of ranges names each page of a small one, and all of a large one', () => {
    const small = asid | (1n << 46n) | (0n << 39n) | (0x40n + (1n << 36n));
    const base = BigInt.asUintN(64, BigInt.asIntN(37, small) << 12n);
    expect(of('rvae1is', small).map(({ fence }) => fence?.address)).toEqual([base, base + 4096n]);
    expect(of('rvae1is', small | (3n << 44n))).toEqual([
      { scope: 'guest', fence: { of: 'host', asid: 0x42 }, everywhere: true },
    ]);
  });

  it('and at have an encoding each', () => {
    const keys = MAINTENANCE.map(({ number }) => number);
    expect(new Set(keys).size).toBe(MAINTENANCE.length);
    expect(new Set(MAINTENANCE.map(({ name }) => name)).size).toBe(MAINTENANCE.length);
  });
});
