/**
 * The system registers of a GICv3's interfaces as an address space: which of them a number names, and whether a processor
 * reaches its own interface or, in a guest, the virtual one.
 * @see Arm Generic Interrupt Controller Architecture Specification, version 3 (IHI 0069), section 12.2 "AArch64 System register descriptions"
 */
import type { Gicv3 } from './gicv3';
import type { InterfaceRegister } from './gicv3-interface';
import type { VirtualRegister } from './gicv3-virtual';

/** How a processor accesses: whether a guest's interface is meant, by group. */
export interface GuestAccess {
  readonly group0: boolean;
  readonly group1: boolean;
}

/** op0, op1, CRn, CRm and op2 as one number. */
const numberOf = (op1: number, crn: number, crm: number, op2: number): number =>
  (3 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2;

type Row =
  /** `group`: whose virtual one a guest gets; of both where one of them is virtual. */
  | { readonly kind: 'interface'; readonly register: InterfaceRegister; readonly group: 0 | 1 | 'both' }
  | { readonly kind: 'virtual'; readonly register: VirtualRegister }
  | { readonly kind: 'generate'; readonly group: 0 | 1 }
  | { readonly kind: 'enabled'; readonly value: bigint };

const own = (register: InterfaceRegister, group: 0 | 1 | 'both'): Row => ({ kind: 'interface', register, group });
const virtual = (register: VirtualRegister): Row => ({ kind: 'virtual', register });
/** System registers are used at this level and below, and lower levels may ask: always. */
const SRE = { el1: 7n, el2: 0xfn } as const;

const ROWS: ReadonlyMap<number, Row> = new Map<number, Row>([
  [numberOf(0, 4, 6, 0), own('PMR', 'both')],
  [numberOf(0, 12, 8, 0), own('IAR0', 0)],
  [numberOf(0, 12, 8, 1), own('EOIR0', 0)],
  [numberOf(0, 12, 8, 2), own('HPPIR0', 0)],
  [numberOf(0, 12, 8, 3), own('BPR0', 0)],
  [numberOf(0, 12, 8, 4), own('AP0R0', 0)],
  [numberOf(0, 12, 9, 0), own('AP1R0', 1)],
  [numberOf(0, 12, 11, 1), own('DIR', 'both')],
  [numberOf(0, 12, 11, 3), own('RPR', 'both')],
  [numberOf(0, 12, 11, 5), { kind: 'generate', group: 1 }],
  // The other Security state's group 1 is here this one's group 0.
  [numberOf(0, 12, 11, 6), { kind: 'generate', group: 0 }],
  [numberOf(0, 12, 11, 7), { kind: 'generate', group: 0 }],
  [numberOf(0, 12, 12, 0), own('IAR1', 1)],
  [numberOf(0, 12, 12, 1), own('EOIR1', 1)],
  [numberOf(0, 12, 12, 2), own('HPPIR1', 1)],
  [numberOf(0, 12, 12, 3), own('BPR1', 1)],
  [numberOf(0, 12, 12, 4), own('CTLR', 'both')],
  [numberOf(0, 12, 12, 5), { kind: 'enabled', value: SRE.el1 }],
  [numberOf(0, 12, 12, 6), own('IGRPEN0', 0)],
  [numberOf(0, 12, 12, 7), own('IGRPEN1', 1)],
  [numberOf(4, 12, 9, 5), { kind: 'enabled', value: SRE.el2 }],
  [numberOf(4, 12, 8, 0), virtual('AP0R0')],
  [numberOf(4, 12, 9, 0), virtual('AP1R0')],
  [numberOf(4, 12, 11, 0), virtual('HCR')],
  [numberOf(4, 12, 11, 1), virtual('VTR')],
  [numberOf(4, 12, 11, 2), virtual('MISR')],
  [numberOf(4, 12, 11, 3), virtual('EISR')],
  [numberOf(4, 12, 11, 5), virtual('ELRSR')],
  [numberOf(4, 12, 11, 7), virtual('VMCR')],
  ...Array.from({ length: 16 }, (_, index): [number, Row] => [
    numberOf(4, 12, 12 + (index >> 3), index & 7),
    virtual(`LR${index}`),
  ]),
]);

/** Reads by number; `undefined` where the controller has no such register. */
export function readGicRegister(gic: Gicv3, number: number, by: number, guest: GuestAccess): bigint | undefined {
  const row = ROWS.get(number);
  const parts = gic.parts(by);
  if (!row || !parts) return undefined;
  switch (row.kind) {
    case 'interface': {
      const value = (isGuests(row.group, guest) ? parts.virtual.guest : parts.interface).read(row.register);
      gic.drive();
      return BigInt(value);
    }
    case 'virtual':
      return parts.virtual.read(row.register);
    case 'generate':
      return 0n;
    case 'enabled':
      return row.value;
  }
}

/** Writes by number; false where the controller has no such register. */
export function writeGicRegister(gic: Gicv3, number: number, by: number, value: bigint, guest: GuestAccess): boolean {
  const row = ROWS.get(number);
  const parts = gic.parts(by);
  if (!row || !parts) return false;
  switch (row.kind) {
    case 'interface': {
      const which = isGuests(row.group, guest) ? parts.virtual.guest : parts.interface;
      which.write(row.register, Number(BigInt.asUintN(32, value)));
      break;
    }
    case 'virtual':
      if (!parts.virtual.write(row.register, value)) return false;
      break;
    case 'generate':
      gic.generate(by, value, row.group);
      break;
    case 'enabled':
      break;
  }
  gic.drive();
  return true;
}

const isGuests = (group: 0 | 1 | 'both', { group0, group1 }: GuestAccess): boolean =>
  group === 'both' ? group0 || group1 : group === 0 ? group0 : group1;
