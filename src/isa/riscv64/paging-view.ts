/** One address translated for debugger and inspector: the CPU's walkers with every step kept. Changes nothing. */
import { hex, type Ipa, ipa, type Pa, pa, type Va, va } from '../../base/address';
import type { FieldSpec } from '../../base/fields';
import { t } from '../../base/l10n';
import type { PhysicalReader } from '../core/isa';
import { both } from '../core/stage-ranges';
import {
  type Access,
  type Fault,
  type Finding,
  type PageEntry,
  type Permissions,
  type TableStep,
  type Translation,
  type TranslationStep,
  translateBy,
} from '../core/translation';
import { rootsOf, type World } from '../core/world';
import { causeName } from './causes';
import { GUEST, PRIV_M, PRIV_S, PRIV_U } from './csrs-bits';
import {
  levelsOfMode,
  PHYSICAL_LIMIT,
  PTE,
  type PteReader,
  pageSizeOf,
  schemeName,
  type WalkEnd,
  type WalkSpace,
  walk,
} from './paging';
import { type GuestSpace, type GuestVisitor, walkGuest } from './paging-guest';
import { accessFaultCause, guestFault, guestRule, walkFaultCause, walkRule } from './paging-rules';
import { type PmpRegion, pmpIncludes, pmpRegions, regionsAllow } from './pmp';
import { guestSpace, walkSpace } from './walk-spaces';

export type Registers = (name: string) => bigint;

const flag = (name: string, at: number, doc: string): FieldSpec => ({ name, high: at, low: at, doc });

/** Layout of a page-table entry of Sv39, Sv48 and Sv57. */
export const PTE_FIELDS: readonly FieldSpec[] = [
  flag('V', 0, 'The entry is valid.'),
  flag('R', 1, 'Loads are allowed. With W and X clear too, the entry points to a table.'),
  flag('W', 2, 'Stores are allowed.'),
  flag('X', 3, 'Fetches are allowed.'),
  flag('U', 4, 'The page belongs to U-mode.'),
  flag('G', 5, 'The mapping is the same in all address spaces.'),
  flag('A', 6, 'The page was accessed since A was last cleared.'),
  flag('D', 7, 'The page was written since D was last cleared.'),
  { name: 'RSW', high: 9, low: 8, doc: 'Free for the kernel.' },
  { name: 'PPN', high: 53, low: 10, doc: 'Page number of the page or the next table.' },
  {
    name: 'PBMT',
    high: 62,
    low: 61,
    doc: 'Memory type (Svpbmt); reserved while PBMTE is 0.',
    values: { 0: 'PMA', 1: 'NC', 2: 'IO', 3: 'reserved' },
  },
  flag('N', 63, 'The entry is one of 16 that map 64 KiB together (Svnapot).'),
];

/** An entry's halves as data. */
export const pageEntry = (low: number, high: number): PageEntry => ({
  raw: (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0),
  fields: PTE_FIELDS,
  isValid: (low & PTE.V) !== 0,
  isLeaf: (low & PTE.V) !== 0 && (low & (PTE.R | PTE.W | PTE.X)) !== 0,
});

/** What a leaf allows. */
export const permissions = (leaf: number): Permissions => ({
  read: (leaf & PTE.R) !== 0,
  write: (leaf & PTE.W) !== 0,
  execute: (leaf & PTE.X) !== 0,
  user: (leaf & PTE.U) !== 0,
});
const ALL_PERMISSIONS: Permissions = { read: true, write: true, execute: true, user: true };

const PRIVILEGE_OF_MODE: Readonly<Record<string, number>> = {
  U: PRIV_U,
  S: PRIV_S,
  HS: PRIV_S,
  M: PRIV_M,
  VU: PRIV_U,
  VS: PRIV_S,
};
const privilegeOfWorld = (world: World): number => PRIVILEGE_OF_MODE[world.mode] ?? PRIV_S;

/** A space whose root is `root` (none: Bare). A root kept from a time when paging was on is read as Sv39 should it now be off. */
const rooted = (space: WalkSpace, root: bigint | undefined, atp: bigint): WalkSpace => ({
  ...space,
  levels: root === undefined ? 0 : levelsOfMode(Number(atp >> 60n)) || 3,
  root: Number(root ?? 0n),
});

/** The walk's start for a world outside guests. */
export const hostSpaceOf = (world: World, registers: Registers): WalkSpace => {
  const privilege = privilegeOfWorld(world);
  const [root] = privilege === PRIV_M ? [] : rootsOf(world, 1);
  return rooted(walkSpace({ get: registers }, privilege), root?.table, registers('satp'));
};

/** Both stages of a guest's world. */
export const guestSpaceOf = (world: World, registers: Registers): GuestSpace => {
  const { first, second } = guestSpace({ get: registers }, GUEST | privilegeOfWorld(world));
  return {
    first: rooted(first, rootsOf(world, 1)[0]?.table, registers('vsatp')),
    second: rooted(second, rootsOf(world, 2)[0]?.table, registers('hgatp')),
  };
};

/** PMP as a debugger sees it: with no entry on, nothing is known to be denied. */
const denies = (regions: readonly PmpRegion[], privilege: number, at: number, bytes: number, access: Access): boolean =>
  regions.length > 0 && !pmpIncludes(regionsAllow(regions, privilege, at, at + bytes), access);

/** Whether PMP keeps hardware from setting A or D in a leaf. */
const deniesUpdate = (regions: readonly PmpRegion[], { leafAt, update }: WalkEnd): boolean =>
  update !== 0 && denies(regions, PRIV_S, leafAt, 8, 'write');

const pteReader = (read: PhysicalReader, regions: readonly PmpRegion[]): PteReader => ({
  readU32(at) {
    if (at % 8 === 0 && denies(regions, PRIV_S, at, 8, 'read')) return -2;
    const bytes = read(pa(BigInt(at)), 4);
    return bytes ? new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) : -1;
  },
});

interface Question {
  readonly world: World;
  readonly address: Va;
  readonly access: Access;
  readonly regions: readonly PmpRegion[];
  readonly reader: PteReader;
  readonly steps: TranslationStep[];
}

const failed = ({ address, steps }: Question, rule: string, cause: number, guestPhysical?: Ipa): Finding => {
  const fault: Fault = {
    rule,
    cause,
    causeName: causeName(cause, false),
    tval: address,
    ...(guestPhysical !== undefined && { guestPhysical }),
  };
  return { steps, result: { ok: false, fault } };
};

const reached = (
  question: Question,
  between: Ipa | undefined,
  at: number,
  pageSize: number,
  perms: Permissions,
): Finding => {
  const { world, regions, access, steps } = question;
  if (denies(regions, privilegeOfWorld(world), at, 1, access)) {
    const rule = t`PMP denies ${t(access)} at physical address ${hex(at)} in ${world.mode}-mode`;
    return failed(question, rule, accessFaultCause(access));
  }
  const target = pa(BigInt(at));
  return { steps, result: { ok: true, ipa: between ?? ipa(target), pa: target, pageSize, perms } };
};

const high32 = (address: bigint): number => Number(BigInt.asUintN(32, address >> 32n));
const low32 = (address: bigint): number => Number(BigInt.asUintN(32, address));

/** Implements {@link Isa.translate}. PMP takes part when one of its entries is on. */
export const translate = (
  world: World,
  read: PhysicalReader,
  address: Va,
  access: Access,
  registers: Registers,
): Translation => {
  const regions = pmpRegions({ get: registers });
  const reader = pteReader(read, regions);
  const by = (scheme: string, answer: (question: Question) => Finding): Translation =>
    translateBy(
      scheme,
      [(asked, kind) => answer({ world, address: asked, access: kind, regions, reader, steps: [] })],
      address,
      access,
    );
  if (world.guest) {
    const space = guestSpaceOf(world, registers);
    const inner = schemeName(space.second.levels, true);
    return by(`${schemeName(space.first.levels)} over ${inner}`, (question) => bothStages(question, space, inner));
  }
  const space = hostSpaceOf(world, registers);
  return by(schemeName(space.levels), (question) =>
    space.levels === 0 ? direct(question) : oneStage(question, space),
  );
};

/** Addresses are physical. */
const direct = (question: Question): Finding => {
  const { address, access, steps } = question;
  steps.push({ source: 'direct' });
  if (address < BigInt(PHYSICAL_LIMIT)) {
    return reached(question, undefined, Number(address), pageSizeOf(0), ALL_PERMISSIONS);
  }
  const rule = t`physical address ${hex(address)} has over 53 bits: nothing is there`;
  return failed(question, rule, accessFaultCause(access));
};

const oneStage = (question: Question, space: WalkSpace): Finding => {
  const { address, access, regions } = question;
  const record = (level: number, index: number, at: number, low: number, high: number): void => {
    question.steps.push(step(1, level, index, at, low, high));
  };
  const end = walk(space, question.reader, high32(address), low32(address), access, record);
  if (end.fault) {
    return failed(question, walkRule(end.fault, end, space.levels), walkFaultCause(end.fault, access));
  }
  if (deniesUpdate(regions, end)) {
    return failed(question, walkRule('updateDenied', end, space.levels), accessFaultCause(access));
  }
  return reached(question, undefined, end.pa, pageSizeOf(end.level), permissions(end.leaf));
};

const step = (stage: 1 | 2, level: number, index: number, at: number, low: number, high: number): TableStep => ({
  source: 'table',
  stage,
  level,
  index,
  at: pa(BigInt(at)),
  entry: pageEntry(low, high),
});

/** The tables of a guest, found through those of its hypervisor, and then these. */
const bothStages = (question: Question, space: GuestSpace, inner: string): Finding => {
  const { first, second } = space;
  /** Steps of the second-stage walk under way or just ended. */
  let below: TableStep[] = [];
  let nested: Translation | undefined;
  let leaf: number | undefined;
  const visitor: GuestVisitor = {
    mayUpdate: (end) => !deniesUpdate(question.regions, end),
    update: () => {},
    first: (level, index, at, low, high) => {
      question.steps.push({ ...step(1, level, index, at, low, high), ...(nested && { nested }) });
      nested = undefined;
      leaf = low;
    },
    second: (level, index, at, low, high) => below.push(step(2, level, index, at, low, high)),
    ended: (guestPhysical, end, purpose) => {
      if (end.fault || purpose === 'access') return;
      // Looking up where an entry is to be updated repeats the walk that found it.
      if (purpose === 'read' && second.levels > 0) nested = nestedTranslation(guestPhysical, inner, below, end);
      below = [];
    },
  };
  const { address, access } = question;
  if (first.levels + second.levels === 0) question.steps.push({ source: 'direct' });
  const end = walkGuest(space, question.reader, high32(address), low32(address), access, visitor);
  if (end.stage === 2) question.steps.push(...below);
  const fault = guestFault(end, access);
  if (fault) {
    const guestPhysical = fault.detail?.guestPhysical;
    const rule = guestRule(end, (end.stage === 1 ? first : second).levels);
    return failed(question, rule, fault.cause, guestPhysical === undefined ? undefined : ipa(guestPhysical));
  }
  const own = leaf === undefined ? ALL_PERMISSIONS : permissions(leaf);
  const perms = both(own, second.levels > 0 ? permissions(end.end.leaf) : undefined);
  return reached(question, ipa(end.guestPhysical), end.pa, end.pageSize, perms);
};

/** How a first-stage entry was found. */
const nestedTranslation = (at: bigint, scheme: string, steps: readonly TableStep[], end: WalkEnd): Translation => {
  const target: Pa = pa(BigInt(end.pa));
  const perms = permissions(end.leaf);
  const pageSize = pageSizeOf(end.level);
  return { va: va(at), scheme, steps, result: { ok: true, ipa: ipa(target), pa: target, pageSize, perms } };
};
