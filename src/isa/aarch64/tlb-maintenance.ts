/**
 * `tlbi` of every form, by its encoding. Our TLBs do not tell address spaces apart, so each drops all of a regime; what it named is
 * told to those who look on.
 * @see Arm ARM, C5.5 "A64 System instructions for TLB maintenance"
 */
import type { Fence, HartState } from '../core/privileged';
import { type Regime, vmidOf } from './address-ranges';
import { HCR } from './bits';
import { hasStage2, isHostUser } from './contexts';

/** What a `tlbi` does away with. */
type Reach =
  | 'all'
  /** Of the current VMID, both stages. */
  | 'both'
  | 'address'
  | 'asid'
  | 'addressOfAll'
  | 'ipa'
  | 'range'
  | 'rangeOfAll'
  | 'ipaRange';

export interface TlbiForm {
  readonly op1: number;
  readonly CRm: number;
  readonly op2: number;
  /** `vmalle1is` */
  readonly name: string;
  readonly reach: Reach;
  /** The exception level whose translations are meant. */
  readonly el: 1 | 2;
  /** To all processors (IS and OS). */
  readonly isBroadcast: boolean;
  readonly takesRegister: boolean;
}

type Row = readonly [op2: number, name: string, reach: Reach];

/** Those of EL1&0 by addresses and ASIDs; CRm says how far they reach, see {@link WAYS}. */
const OF_EL1: readonly Row[] = [
  [0, 'vmalle1', 'all'],
  [1, 'vae1', 'address'],
  [2, 'aside1', 'asid'],
  [3, 'vaae1', 'addressOfAll'],
  [5, 'vale1', 'address'],
  [7, 'vaale1', 'addressOfAll'],
];
const RANGES_OF_EL1: readonly Row[] = [
  [1, 'rvae1', 'range'],
  [3, 'rvaae1', 'rangeOfAll'],
  [5, 'rvale1', 'range'],
  [7, 'rvaale1', 'rangeOfAll'],
];
const OF_EL2: readonly Row[] = [
  [0, 'alle2', 'all'],
  [1, 'vae2', 'address'],
  [4, 'alle1', 'all'],
  [5, 'vale2', 'address'],
  [6, 'vmalls12e1', 'both'],
];
const RANGES_OF_EL2: readonly Row[] = [
  [1, 'rvae2', 'range'],
  [5, 'rvale2', 'range'],
];

/** CRm of what stays here, and of what goes to the inner and the outer shareable domain. */
const WAYS = [
  { suffix: '', single: 7, range: 6 },
  { suffix: 'is', single: 3, range: 2 },
  { suffix: 'os', single: 1, range: 5 },
] as const;

/** By intermediate physical address, with an order of their own: CRm and op2 of `ipas2e1` and `ripas2e1`; the last levels' are 4 more. */
const OF_STAGE2 = [
  { suffix: '', CRm: 4, single: 1, range: 2 },
  { suffix: 'is', CRm: 0, single: 1, range: 2 },
  { suffix: 'os', CRm: 4, single: 0, range: 3 },
] as const;

const rowsOf = (op1: number): TlbiForm[] =>
  WAYS.flatMap(({ suffix, single, range }) => {
    const of = (CRm: number, rows: readonly Row[]): TlbiForm[] =>
      rows.map(([op2, name, reach]) => ({
        op1,
        CRm,
        op2,
        name: `${name}${suffix}`,
        reach,
        el: name.includes('e2') ? 2 : 1,
        isBroadcast: suffix !== '',
        takesRegister: reach !== 'all' && reach !== 'both',
      }));
    return op1 === 0
      ? [...of(single, OF_EL1), ...of(range, RANGES_OF_EL1)]
      : [...of(single, OF_EL2), ...of(range, RANGES_OF_EL2)];
  });

const stage2Rows = (): TlbiForm[] =>
  OF_STAGE2.flatMap(({ suffix, CRm, single, range }) => {
    const row = (op2: number, name: string, reach: Reach): TlbiForm => ({
      op1: 4,
      CRm,
      op2,
      name: `${name}${suffix}`,
      reach,
      el: 1,
      isBroadcast: suffix !== '',
      takesRegister: true,
    });
    return [
      row(single, 'ipas2e1', 'ipa'),
      row(range, 'ripas2e1', 'ipaRange'),
      row(single + 4, 'ipas2le1', 'ipa'),
      row(range + 4, 'ripas2le1', 'ipaRange'),
    ];
  });

/** All of them: op0 is 1, CRn 8. Those of outer shareable domains and ranges are FEAT_TLBIOS and FEAT_TLBIRANGE. */
export const TLBI_FORMS: readonly TlbiForm[] = [...rowsOf(0), ...rowsOf(4), ...stage2Rows()];

/** The regime that a form is about, where it is executed now. */
const regimeOf = (hcr: bigint, { el, reach, name }: TlbiForm, isAtEl2: boolean): Regime => {
  if (el === 2) return hcr & HCR.E2H ? 'EL2&0' : 'EL2';
  const isAlwaysGuests = reach === 'both' || reach === 'ipa' || reach === 'ipaRange' || name.startsWith('alle1');
  return !isAlwaysGuests && isAtEl2 && isHostUser(hcr) ? 'EL2&0' : 'EL1&0';
};

/** Pages of a range that are told one by one; of more than that all are. */
const MOST_PAGES = 64n;
const GRANULES: readonly (bigint | undefined)[] = [undefined, 12n, 14n, 16n];

const signed = (address: bigint): bigint => BigInt.asUintN(64, BigInt.asIntN(56, address));

/** The pages that a register names; none stands for all. */
const addressesOf = (reach: Reach, register: bigint): readonly (bigint | undefined)[] => {
  switch (reach) {
    case 'address':
    case 'addressOfAll':
      return [signed(BigInt.asUintN(44, register) << 12n)];
    case 'ipa':
      return [BigInt.asUintN(40, register) << 12n];
    case 'range':
    case 'rangeOfAll':
    case 'ipaRange': {
      const granule = GRANULES[Number((register >> 46n) & 3n)];
      if (granule === undefined) return [undefined];
      const base = signed(BigInt.asIntN(37, register) << granule);
      const pages = (((register >> 39n) & 31n) + 1n) << (5n * ((register >> 44n) & 3n) + 1n);
      if (pages > MOST_PAGES) return [undefined];
      return Array.from({ length: Number(pages) }, (_, at) => BigInt.asUintN(64, base + (BigInt(at) << granule)));
    }
    default:
      return [undefined];
  }
};

const namesAsid = (reach: Reach): boolean => reach === 'address' || reach === 'asid' || reach === 'range';

/** What the form tells those who look on. */
const fencesOf = (state: HartState, { reach, el, name }: TlbiForm, regime: Regime, register: bigint): Fence[] => {
  if (reach === 'ipa' || reach === 'ipaRange') {
    return addressesOf(reach, register).map((address) => ({
      of: 'stage2',
      asid: vmidOf(state),
      ...(address !== undefined && { address }),
    }));
  }
  if (reach === 'both') return [{ of: 'guest' }, { of: 'host' }, { of: 'stage2', asid: vmidOf(state) }];
  if (name.startsWith('alle1')) return [{ of: 'guest' }, { of: 'host' }, { of: 'stage2' }];
  const of = regime === 'EL1&0' && el === 1 && hasStage2(state.get('HCR_EL2')) ? 'guest' : 'host';
  const asid = namesAsid(reach) && regime !== 'EL2' ? Number(register >> 48n) : undefined;
  return addressesOf(reach, register).map((address) => ({
    of,
    ...(address !== undefined && { address }),
    ...(asid !== undefined && { asid }),
  }));
};

/** Executes a form, which is allowed here; `register` is Xt. HCR_EL2.FB sends what EL1 keeps to itself everywhere. */
export const tlbi = (state: HartState, form: TlbiForm, register: bigint): void => {
  const hcr = state.get('HCR_EL2');
  const isAtEl2 = state.get('EL') === 2n;
  const isEverywhere = form.isBroadcast || (!isAtEl2 && (hcr & HCR.FB) !== 0n);
  const regime = regimeOf(hcr, form, isAtEl2);
  const [first, ...more] = fencesOf(state, form, regime, register);
  const scope = regime === 'EL1&0' ? 'guest' : 'host';
  state.flushTranslations(scope, first, isEverywhere);
  for (const fence of more) state.flushTranslations(scope, fence, isEverywhere);
};
