/** A processor at reset with some state, for what TypeScript does to one. */

import { type HartState, Trap } from '../../../../src/isa/core/privileged';
import { ATTRIBUTES, CR0, CR4, EFER } from '../../../../src/isa/x86_64/bits';
import { causeOf, PF, VECTOR } from '../../../../src/isa/x86_64/causes';
import { CPUS } from '../../../../src/isa/x86_64/cpus';
import { resetState } from '../../../../src/isa/x86_64/reset';
import { setSegment } from '../../../../src/isa/x86_64/segments';
import { SEG, STATE } from '../../../../src/isa/x86_64/state';
import { FakeHart } from '../../../support/fake-hart';

export type Slots = Readonly<Record<string, bigint>>;
export type Mode = 'real' | '16' | '32' | 'compatibility' | '64' | 'v86';

/** Where the tables of the tests lie. */
export const GDT = 0x1000n;
export const IDT = 0x2000n;
export const TSS = 0x3000n;
export const LDT = 0x4000n;
/** The segment of code, and of data, that every test starts with; level 3's have RPL 3. */
export const CODE = 0x08n;
export const DATA = 0x10n;
export const USER_CODE = 0x1bn;
export const USER_DATA = 0x23n;

const codeAttributes = (mode: Mode): bigint => {
  if (mode === '64') return 0x29bn | ATTRIBUTES.G;
  return mode === '16' ? 0x9bn : 0x9bn | ATTRIBUTES.DB | ATTRIBUTES.G;
};

/** One with address spaces beside memory: what was written to an address is read there. */
export class TestHart extends FakeHart {
  readonly spaces = new Map<string, bigint>();
  calledAs: number | undefined;
  /** Pages (address >> 12) that are not present, and what every access was made as. */
  readonly absent = new Set<bigint>();
  readonly accesses: (number | undefined)[] = [];

  override load(address: bigint, bytes: 1 | 2 | 4 | 8, as?: number): bigint {
    this.#access(address, 0, as);
    return super.load(address, bytes);
  }
  override store(address: bigint, bytes: 1 | 2 | 4 | 8, value: bigint, as?: number): void {
    this.#access(address, PF.write, as);
    super.store(address, bytes, value);
  }
  #access(address: bigint, code: number, as: number | undefined): void {
    this.accesses.push(as);
    if (this.absent.has(address >> 12n)) throw new Trap(causeOf(VECTOR.PF, code), address);
  }

  override called(cause?: number): void {
    this.calledAs = cause;
  }
  override readSpace(space?: string, address?: number): bigint | undefined {
    return this.spaces.get(`${space} ${address?.toString(16)}`);
  }
  override writeSpace(space?: string, address?: number, _bytes?: number, value?: bigint): boolean {
    this.spaces.set(`${space} ${address?.toString(16)}`, value ?? 0n);
    return true;
  }
}

/** Puts a processor into a mode, at level 0 or 3, with flat segments of its default size. */
export const enterMode = (hart: HartState, mode: Mode, { cpl = 0, model = 'max' } = {}): void => {
  resetState(hart, { cpu: CPUS.findIndex(({ name }) => name === model) });
  if (mode === 'real') return;
  const isLong = mode === '64' || mode === 'compatibility';
  hart.set('cr0', CR0.PE | CR0.ET | CR0.NE | (isLong ? CR0.PG : 0n));
  if (isLong) {
    hart.set('cr4', CR4.PAE);
    hart.set('efer', EFER.LME | EFER.LMA | EFER.SCE);
  }
  const dpl = BigInt(cpl) << 5n;
  const limit = mode === '16' ? 0xffffn : 0xffff_ffffn;
  const [code, data] = cpl === 0 ? [CODE, DATA] : [USER_CODE, USER_DATA];
  setSegment(hart, SEG.cs, { selector: code, base: 0n, limit, attributes: codeAttributes(mode) | dpl });
  for (const seg of [SEG.ss, SEG.ds, SEG.es, SEG.fs, SEG.gs]) {
    const size = mode === '16' ? 0n : ATTRIBUTES.DB | ATTRIBUTES.G;
    setSegment(hart, seg, { selector: data, base: 0n, limit, attributes: 0x93n | size | dpl });
  }
  hart.set('cpl', BigInt(cpl));
  hart.set('gdtrBase', GDT);
  hart.set('idtrBase', IDT);
  hart.set('idtrLimit', 0xfffn);
};

/** A processor of its own in a mode. */
export const hartIn = (mode: Mode, slots: Slots = {}, options: { cpl?: number; model?: string } = {}): TestHart => {
  const hart = new TestHart(STATE);
  enterMode(hart, mode, options);
  hart.pc = mode === 'real' ? 0xffff_fff0n : 0x10_0000n;
  for (const [slot, value] of Object.entries(slots)) hart.set(slot, value);
  return hart;
};

/** The 8 bytes of a descriptor. `attributes` as the VMCB has them, `limit` in its units. */
export const descriptorBytes = (base: bigint, limit: bigint, attributes: bigint): bigint =>
  (limit & 0xffffn) |
  ((base & 0xff_ffffn) << 16n) |
  ((attributes & 0xffn) << 40n) |
  (((limit >> 16n) & 0xfn) << 48n) |
  ((attributes >> 8n) << 52n) |
  ((base >> 24n) << 56n);

/** Puts a descriptor into the GDT, or another table. */
export const define = (hart: Pick<FakeHart, 'store'>, selector: bigint, raw: bigint, table = GDT): void =>
  hart.store(table + (selector & ~7n), 8, raw);

/** Of a gate: type and level as byte 5 of it has them, without P. */
export const gateBytes = (
  selector: bigint,
  offset: bigint,
  type: bigint,
  { dpl = 0n, more = 0n, isPresent = true } = {},
): bigint =>
  (offset & 0xffffn) |
  (selector << 16n) |
  (more << 32n) |
  (type << 40n) |
  (dpl << 45n) |
  (isPresent ? 1n << 47n : 0n) |
  (((offset >> 16n) & 0xffffn) << 48n);

/** Puts a gate into the IDT: of 16 bytes in long mode. */
export const defineGate = (hart: FakeHart, vector: number, raw: bigint, high?: bigint): void => {
  const bytes = high === undefined ? 8n : 16n;
  hart.store(IDT + BigInt(vector) * bytes, 8, raw);
  if (high !== undefined) hart.store(IDT + BigInt(vector) * bytes + 8n, 8, high);
};

/** What lies on a stack from an address on, in words of so many bytes. */
export const words = (hart: FakeHart, at: bigint, count: number, bytes: 2 | 4 | 8): bigint[] =>
  Array.from({ length: count }, (_, n) => hart.load(at + BigInt(n * bytes), bytes));
