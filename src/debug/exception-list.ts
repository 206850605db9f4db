/**
 * The exception filters there are, as data for whoever offers them. A client's list of checkboxes stands above the user's
 * own breakpoints, so it holds the few that serve everybody, each with a condition; the rest is picked in a list of its own.
 */
import { t } from '../base/l10n';
import type { Isa, TrapCause } from '../isa/core/isa';
import { IMAGE_WORLDS, type ImageWorld, imageWorldOf } from './image-world';

/** The headings under which filters are picked; translated where they are shown. */
export const FILTER_HEADINGS = [
  'Traps by kind',
  'Traps by origin',
  'Borders',
  'Traps by cause',
  'Interrupts by cause',
] as const;
export type FilterHeading = (typeof FILTER_HEADINGS)[number];

/** A filter of the Breakpoints view, or of the list. */
export interface ExceptionFilter {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** An example of a condition and the names it can use. */
  readonly conditionHint: string;
  /** Where it is picked; absent for those that clients list as checkboxes. */
  readonly heading?: FilterHeading;
  /** Never stops where no guest runs. */
  readonly isOfGuests: boolean;
}

/** The filter for Rust panics; the others are those below, `world:WORLD`, `group:NAME` and cause ids. */
export const PANIC_FILTER = 'rust-panic';
export const VM_EXIT = 'vm-exit';
export const VM_ENTRY = 'vm-entry';
export const WORLD_CHANGE = 'world-change';
export const REGISTER_WRITE = 'register-write';
/** Every trap. */
export const TRAPS = 'traps';
/** Traps that nobody asked for. */
export const FAULTS = 'faults';

/** Groups of causes that are asked for, that come from outside, or that are translation at work; all others are faults. */
const NO_FAULTS: ReadonlySet<string> = new Set([
  'ecall',
  'breakpoint',
  'interrupt',
  'guest-page-fault',
  'tlb-refill',
  'vm-exit',
]);

/** Whether a cause is a fault of the interrupted code in its own world. */
export const isFault = ({ group }: TrapCause): boolean => !NO_FAULTS.has(group);

/** Kinds of traps, and programs that they come from: translated where they are shown. */
export const GROUP_LABELS: Readonly<Record<string, string>> = {
  'page-fault': 'Page faults',
  'guest-page-fault': 'Guest-page faults',
  illegal: 'Illegal instructions',
  ecall: 'Environment calls',
  interrupt: 'Interrupts',
  breakpoint: 'Breakpoint instructions of the guest',
  access: 'Access faults',
  misaligned: 'Misaligned addresses',
  float: 'Floating-point exceptions',
  'tlb-refill': 'TLB refills',
  'vm-exit': 'Intercepted instructions of guests',
};

/** The order of kinds in a list: as above, unknown ones last. */
const rankOf = (group: string): number => {
  const at = Object.keys(GROUP_LABELS).indexOf(group);
  return at < 0 ? Object.keys(GROUP_LABELS).length : at;
};

export const WORLD_LABELS: Readonly<Partial<Record<ImageWorld, string>>> = {
  user: 'user programs',
  kernel: 'the kernel',
  'guest user': 'user programs of guests',
  'guest kernel': 'guest kernels',
};

const TRAP_NAMES = 'cause, group, tval, epc, guestPhysical, isInterrupt, mode, to, world, toWorld, hart';

/** Examples of conditions, and the names that they can use. Made when they are shown, in the language that is spoken then. */
function hintsOf(isa: Isa) {
  const user = isa.worlds(() => 0n).find(({ level }) => level === 'user')?.mode;
  const number = (found: TrapCause | undefined): number => found?.cause ?? 0;
  const pageFault = number(isa.causes.find(({ group, access }) => group === 'page-fault' && access === 'read'));
  const timer = number(isa.causes.find(({ isInterrupt, name }) => isInterrupt && /timer/i.test(name)));
  const guestFault = number(isa.causes.find(({ group, access }) => group === 'guest-page-fault' && access === 'read'));
  const [call] = isa.calls.registers;
  const { root, status } = isa.examples;
  return {
    panic: t`e.g. info.location.line == 42 (names: what the panic handler sees, $registers)`,
    trap: example(`tval == 0x1000 && mode == "${user}"`, TRAP_NAMES),
    anyTrap: example(`cause == ${pageFault} && world == "kernel"`, TRAP_NAMES),
    fault: example('group == "page-fault" && tval == 0x1000', TRAP_NAMES),
    call: t`e.g. $${call} == 64 && world == "user" (names: ${TRAP_NAMES}; $registers hold the call's number and arguments)`,
    interrupt: example(`cause == ${timer} && world == "user"`, TRAP_NAMES),
    exit: t`e.g. cause == ${guestFault} or guestPhysical == 0x10000000 (names: ${TRAP_NAMES})`,
    change: t`e.g. toWorld == "guest user" (names: mode, to, world, toWorld, pc, hart; of traps cause, tval, epc, too; group is "return" for returns)`,
    write: t`the registers, e.g. ${root}, ${status}; or a condition, e.g. register == "${root}" && value == 0 (names: register, value, old, pc, mode, hart)`,
  } as const;
}

type Hints = ReturnType<typeof hintsOf>;

const example = (condition: string, names: string): string => t`e.g. ${condition} (names: ${names})`;

/** A list in a sentence: its first words, and how many more there are. */
const listed = (names: readonly string[]): string =>
  names.length <= 6 ? names.join(', ') : t`${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;

const namesOf = (causes: readonly TrapCause[]): string => listed(causes.map(({ name }) => t(name).toLowerCase()));
const quoted = (words: readonly string[]): string => words.map((word) => `"${word}"`).join(', ');

function groupsOf({ causes }: Isa): Map<string, TrapCause[]> {
  const groups = new Map<string, TrapCause[]>();
  for (const cause of causes) groups.set(cause.group, [...(groups.get(cause.group) ?? []), cause]);
  return groups;
}

const groupLabel = (group: string): string => t(GROUP_LABELS[group] ?? group);

type Row = Pick<ExceptionFilter, 'id' | 'label' | 'description' | 'conditionHint'> & Partial<ExceptionFilter>;

const filter = (row: Row): ExceptionFilter => ({ isOfGuests: false, ...row });

/** Those that clients list as checkboxes, in this order. */
function checkboxes(isa: Isa, hints: Hints, worlds: readonly ImageWorld[]): ExceptionFilter[] {
  const groups = groupsOf(isa);
  const ofGroup = (group: string, hint: string): ExceptionFilter[] => {
    const causes = groups.get(group);
    if (causes === undefined) return [];
    const description = t`Stops at the handler of: ${namesOf(causes)}. A condition chooses.`;
    return [filter({ id: `group:${group}`, label: groupLabel(group), description, conditionHint: hint })];
  };
  return [
    filter({
      id: PANIC_FILTER,
      label: t`Rust panic`,
      description: t`Stops when a Rust panic begins, before anything is printed.`,
      conditionHint: hints.panic,
    }),
    filter({
      id: FAULTS,
      label: t`Page faults and other faults`,
      description: t`Stops at the handler of: ${namesOf(isa.causes.filter(isFault))}. A condition chooses, e.g. group == "page-fault".`,
      conditionHint: hints.fault,
    }),
    ...ofGroup('ecall', hints.call),
    ...ofGroup('interrupt', hints.interrupt),
    filter({
      id: TRAPS,
      label: t`All traps`,
      description: t`Stops at every trap, interrupts too. A condition chooses: group is one of ${quoted([...groups.keys()])}; world is one of ${quoted(worlds)}.`,
      conditionHint: hints.anyTrap,
    }),
    filter({
      id: WORLD_CHANGE,
      label: t`World changes`,
      description: t`Stops where control goes from one world to another, by a trap or a return. A condition chooses.`,
      conditionHint: hints.change,
    }),
    filter({
      id: VM_EXIT,
      label: t`VM exits`,
      description: t`Stops where a guest is left for its hypervisor. A condition chooses the reason.`,
      conditionHint: hints.exit,
      isOfGuests: true,
    }),
    filter({
      id: REGISTER_WRITE,
      label: t`Writes of system registers`,
      description: t`Stops behind instructions that change a system register: those that its condition names, else the roots of address translation. Any of the ${isa.name} system registers can be named.`,
      conditionHint: hints.write,
    }),
  ];
}

/** The others: kinds of traps, where they come from, single causes, borders. */
function picks(isa: Isa, hints: Hints, worlds: readonly ImageWorld[], listed: ReadonlySet<string>): ExceptionFilter[] {
  const groups = [...groupsOf(isa)].sort(([one], [other]) => rankOf(one) - rankOf(other));
  const kinds = groups.flatMap(([group, causes]): ExceptionFilter[] => {
    const label = groupLabel(group);
    const description = namesOf(causes);
    const isOfGuests = causes.every((cause) => cause.isOfGuests === true);
    const row = { id: `group:${group}`, label, description, conditionHint: hints.trap, isOfGuests };
    return listed.has(row.id) ? [] : [filter({ ...row, heading: 'Traps by kind' })];
  });
  const origins = worlds.flatMap((world): ExceptionFilter[] => {
    const label = WORLD_LABELS[world];
    if (label === undefined) return [];
    const description = t`every trap, interrupts too`;
    const isOfGuests = world.startsWith('guest');
    const row = { id: `world:${world}`, label: t`Traps from ${t(label)}`, description, conditionHint: hints.trap };
    return [filter({ ...row, isOfGuests, heading: 'Traps by origin' })];
  });
  const causes = isa.causes.map((cause) =>
    filter({
      id: cause.id,
      label: t(cause.name),
      description: t`cause ${cause.cause}`,
      conditionHint: hints.trap,
      isOfGuests: cause.isOfGuests === true,
      heading: cause.isInterrupt ? 'Interrupts by cause' : 'Traps by cause',
    }),
  );
  const entries = filter({
    id: VM_ENTRY,
    label: t`VM entries`,
    description: t`at the first instruction of a guest that was entered`,
    conditionHint: hints.change,
    isOfGuests: true,
    heading: 'Borders',
  });
  return [...kinds, ...origins, entries, ...causes];
}

/** What the filters depend on. */
export interface FilterScope {
  /** The name of the instruction set; absent: the first board's. */
  readonly isa?: string;
  /** A virtual machine can come to exist in the machine. */
  readonly canHaveGuests: boolean;
}

/** All filters of an instruction set, those for checkboxes first; without guests, only those that can stop then. */
export function filtersOf(isa: Isa, canHaveGuests: boolean): ExceptionFilter[] {
  const causes = isa.causes.filter(({ isOfGuests }) => canHaveGuests || isOfGuests !== true);
  const own = isa.worlds(() => 0n).map(imageWorldOf);
  const worlds = IMAGE_WORLDS.filter((world) => (world.startsWith('guest') ? canHaveGuests : own.includes(world)));
  const shown = { ...isa, causes };
  const hints = hintsOf(shown);
  const first = checkboxes(shown, hints, worlds);
  const all = [...first, ...picks(shown, hints, worlds, new Set(first.map(({ id }) => id)))];
  return all.filter(({ isOfGuests }) => canHaveGuests || !isOfGuests);
}

/** What stops as long as nobody has chosen. */
export const DEFAULT_FILTERS: readonly { readonly id: string }[] = [{ id: PANIC_FILTER }];
