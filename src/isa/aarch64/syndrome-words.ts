/**
 * ESR_ELx field by field, in the manual's names and words, for whoever looks at an exception that was taken.
 * @see Arm ARM, D19.2 "ESR_EL1", the ISS encodings
 */
import type { World } from '../core/world';
import { EC, FSC } from './causes';
import { sysregOfNumber } from './sysregs';
import { DEVICE_REGISTERS } from './sysregs-gic';

interface Part {
  readonly name: string;
  readonly value: bigint;
  readonly words?: string;
}

/** Classes that are one more from the same level have that number a row of their own. */
const CLASSES: ReadonlyMap<number, string> = new Map([
  [EC.unknown, 'unknown reason'],
  [EC.wfx, 'WFI or WFE'],
  [EC.simd, 'SIMD or floating point'],
  [EC.pauth, 'pointer authentication'],
  [EC.bti, 'branch target'],
  [EC.illegalState, 'illegal execution state'],
  [EC.svc, 'SVC'],
  [EC.hvc, 'HVC'],
  [EC.smc, 'SMC'],
  [EC.sysreg, 'MSR, MRS or system instruction'],
  [EC.eret, 'ERET'],
  [EC.fpac, 'pointer authentication failure'],
  [EC.instructionAbort, 'instruction abort from a lower level'],
  [EC.instructionAbort + 1, 'instruction abort'],
  [EC.pcAlignment, 'PC alignment'],
  [EC.dataAbort, 'data abort from a lower level'],
  [EC.dataAbort + 1, 'data abort'],
  [EC.spAlignment, 'SP alignment'],
  [EC.mops, 'memory copy or set'],
  [EC.fpException, 'floating-point exception'],
  [EC.serror, 'SError'],
  [EC.breakpoint, 'breakpoint from a lower level'],
  [EC.breakpoint + 1, 'breakpoint'],
  [EC.softwareStep, 'software step from a lower level'],
  [EC.softwareStep + 1, 'software step'],
  [EC.watchpoint, 'watchpoint from a lower level'],
  [EC.watchpoint + 1, 'watchpoint'],
  [EC.brk, 'BRK'],
]);

/** Fault status codes with the level in their low bits. */
const WITH_LEVEL: readonly (readonly [number, string])[] = [
  [FSC.externalOfTable, 'external abort of a table walk'],
  [FSC.permission, 'permission fault'],
  [FSC.accessFlag, 'access flag fault'],
  [FSC.translation, 'translation fault'],
  [FSC.addressSize, 'address size fault'],
];
const STATUS: ReadonlyMap<number, string> = new Map([
  [FSC.external, 'external abort'],
  [FSC.alignment, 'alignment fault'],
  [0x22, 'debug exception'],
  [FSC.tlbConflict, 'TLB conflict'],
  [FSC.unsupportedUpdate, 'unsupported atomic update'],
  [FSC.unsupportedExclusive, 'unsupported exclusive or atomic access'],
]);

const statusWords = (status: number): string | undefined => {
  const row = WITH_LEVEL.find(([first]) => status >= first && status < first + 4);
  return row && status < FSC.externalOfTable + 4 && status !== FSC.external
    ? `${row[1]}, level ${status - row[0]}`
    : STATUS.get(status);
};

const part = (name: string, value: bigint, words?: string): Part => ({ name, value, ...(words && { words }) });

/** A field of one bit, with its words where it is set. */
const flag = (esr: bigint, name: string, at: bigint, words: string): Part[] =>
  (esr >> at) & 1n ? [part(name, 1n, words)] : [];

const bits = (esr: bigint, high: bigint, low: bigint): bigint => (esr >> low) & ((1n << (high - low + 1n)) - 1n);

/** What a load or store transfers, where stage 2 has it described. */
const transferOf = (esr: bigint): Part[] => {
  if (bits(esr, 24n, 24n) === 0n) return [];
  const register = bits(esr, 20n, 16n);
  const wide = bits(esr, 15n, 15n) ? 'x' : 'w';
  return [
    part('ISV', 1n, 'SAS to AR are valid'),
    part('SAS', bits(esr, 23n, 22n), `${1n << bits(esr, 23n, 22n)} bytes`.replace(/^1 bytes$/, '1 byte')),
    ...flag(esr, 'SSE', 21n, 'sign-extended'),
    part('SRT', register, register === 31n ? `${wide}zr` : `${wide}${register}`),
    ...flag(esr, 'AR', 14n, 'acquire or release'),
  ];
};

const status = (esr: bigint, name: string): Part => {
  const code = bits(esr, 5n, 0n);
  return part(name, code, statusWords(Number(code)));
};

const walk = (esr: bigint): Part[] => flag(esr, 'S1PTW', 7n, 'of a stage-1 table walk');

const dataAbort = (esr: bigint): Part[] => [
  ...transferOf(esr),
  ...flag(esr, 'CM', 8n, 'cache maintenance'),
  ...walk(esr),
  part('WnR', bits(esr, 6n, 6n), bits(esr, 6n, 6n) ? 'write' : 'read'),
  status(esr, 'DFSC'),
];

/** The instruction as an assembler has it. */
const sysreg = (esr: bigint): Part[] => {
  const [op0, op2, op1] = [bits(esr, 21n, 20n), bits(esr, 19n, 17n), bits(esr, 16n, 14n)];
  const [crn, rt, crm] = [bits(esr, 13n, 10n), bits(esr, 9n, 5n), bits(esr, 4n, 1n)];
  const number = Number((op0 << 14n) | (op1 << 11n) | (crn << 7n) | (crm << 3n) | op2);
  const known = sysregOfNumber(number) ?? DEVICE_REGISTERS.find((row) => row.number === number);
  const name = known?.name ?? `s${op0}_${op1}_c${crn}_c${crm}_${op2}`;
  const register = rt === 31n ? 'xzr' : `x${rt}`;
  const isRead = bits(esr, 0n, 0n) === 1n;
  // op0 is 1 for system instructions, whose names are not those of registers.
  const plain = op0 === 1n ? `sys #${op1}, c${crn}, c${crm}, #${op2}, ${register}` : `msr ${name}, ${register}`;
  return [part('ISS', bits(esr, 24n, 0n), isRead ? `mrs ${register}, ${name}` : plain)];
};

const issOf = (ec: number, esr: bigint): Part[] => {
  switch (ec) {
    case EC.svc:
    case EC.hvc:
    case EC.smc:
    case EC.brk:
      return [part('imm16', bits(esr, 15n, 0n))];
    case EC.wfx:
      return [part('TI', bits(esr, 1n, 0n), bits(esr, 0n, 0n) ? 'wfe' : 'wfi')];
    case EC.sysreg:
      return sysreg(esr);
    case EC.instructionAbort:
    case EC.instructionAbort + 1:
      return [...walk(esr), status(esr, 'IFSC')];
    case EC.dataAbort:
    case EC.dataAbort + 1:
      return dataAbort(esr);
    case EC.watchpoint:
    case EC.watchpoint + 1:
      return [...flag(esr, 'CM', 8n, 'cache maintenance'), part('WnR', bits(esr, 6n, 6n))];
    default:
      return bits(esr, 24n, 0n) === 0n ? [] : [part('ISS', bits(esr, 24n, 0n))];
  }
};

const text = ({ name, value, words }: Part): string =>
  `${name} 0x${value.toString(16)}${words === undefined ? '' : ` (${words})`}`;

/** Implements {@link Isa.syndrome}. */
export const SYNDROME = {
  register: ({ mode }: Pick<World, 'mode'>): string => (mode === 'EL2' ? 'ESR_EL2' : 'ESR_EL1'),
  words: (esr: bigint): string => {
    const ec = Number(bits(esr, 31n, 26n));
    return [part('EC', BigInt(ec), CLASSES.get(ec)), ...issOf(ec, esr)].map(text).join(', ');
  },
};
