/** Who may touch a CSR, which one a guest gets in its place, and the six Zicsr instructions. */
import { type HartState, type Helper, Trap } from '../core/privileged';
import { csrOfName, csrOfNumber, csrPrivilege, guestSubstitute, isReadOnlyCsr } from './csrs';
import { ENVCFG, GUEST, HSTATUS, MSTATUS, PRIV_M, PRIV_S, PRIV_U } from './csrs-bits';
import { guestEnvironment } from './csrs-hypervisor';
import type { Csr, CsrSource } from './csrs-rows';

const ILLEGAL_INSTRUCTION = 2;
const VIRTUAL_INSTRUCTION = 22;

type SlotReader = Pick<HartState, 'get'>;

/** The trap of an instruction that may not execute here; tval holds its bits. */
export const illegalInstruction = (state: HartState): Trap => new Trap(ILLEGAL_INSTRUCTION, BigInt(state.word >>> 0));

/** The trap of an instruction that a guest may not execute, but its hypervisor could. */
export const virtualInstruction = (state: HartState): Trap => new Trap(VIRTUAL_INSTRUCTION, BigInt(state.word >>> 0));

/** The nominal privilege: 0 in U and VU, 1 in S and VS, 3 in M. */
export const privilegeOf = (state: SlotReader): number => Number(state.get('priv'));
/** Whether the hart is in a guest (V = 1). */
export const isGuest = (state: SlotReader): boolean => state.get('v') !== 0n;
/** Privilege and V in one number: 0 U, 1 S, 3 M, 4 VU, 5 VS. */
export const modeOf = (state: SlotReader): number => privilegeOf(state) | (isGuest(state) ? GUEST : 0);

/** How an access is refused. */
export type Refusal = 'illegal' | 'virtual';

/**
 * Why the hart may not read (with `isWrite` also write) the CSR now; undefined when it may.
 * @see RISC-V Privileged ISA, "Virtual-Instruction Fault"
 */
export const csrRefusal = (state: SlotReader, csr: Csr, isWrite: boolean): Refusal | undefined => {
  if (isWrite && isReadOnlyCsr(csr.number)) return 'illegal';
  const privilege = privilegeOf(state);
  if (privilege === PRIV_M) return csr.guard === 'fp' ? refusedWithoutFp(state) : undefined;
  const least = csrPrivilege(csr.number);
  if (least === PRIV_M) return 'illegal';
  if (isGuest(state)) return refusedInGuest(state, csr, privilege, least);
  if (least > PRIV_U && privilege === PRIV_U) return 'illegal';
  if (csr.guard === 'tvm') return (state.get('mstatus') & MSTATUS.TVM) === 0n ? undefined : 'illegal';
  if (csr.guard === 'counter' && privilege === PRIV_U && !hasCounter(state, 'scounteren', csr)) return 'illegal';
  return refusedByMachine(state, csr);
};

const hasCounter = (state: SlotReader, enables: string, csr: Csr): boolean =>
  ((state.get(enables) >> BigInt(csr.number & 31)) & 1n) === 1n;

const TIME = 2n;

const refusedWithoutFp = (state: SlotReader): Refusal | undefined => {
  if ((state.get('mstatus') & MSTATUS.FS) === 0n) return 'illegal';
  return isGuest(state) && (state.get('vsstatus') & MSTATUS.FS) === 0n ? 'illegal' : undefined;
};

/** What M-mode withholds from everyone below, guest or not. */
const refusedByMachine = (state: SlotReader, csr: Csr): Refusal | undefined => {
  switch (csr.guard) {
    case 'fp':
      return refusedWithoutFp(state);
    case 'counter':
      return hasCounter(state, 'mcounteren', csr) ? undefined : 'illegal';
    case 'timer':
      return (state.get('mcounteren') & TIME) !== 0n && (state.get('menvcfg') & ENVCFG.STCE) !== 0n
        ? undefined
        : 'illegal';
    default:
      return undefined;
  }
};

/** In a guest, what HS-mode could do (TVM aside) traps to HS-mode as a virtual instruction; all else is illegal. */
const refusedInGuest = (state: SlotReader, csr: Csr, privilege: number, least: number): Refusal | undefined => {
  const refused = refusedByMachine(state, csr);
  if (refused) return refused;
  if (least > PRIV_S || (least === PRIV_S && privilege === PRIV_U)) return 'virtual';
  switch (csr.guard) {
    case 'counter':
      if (!hasCounter(state, 'hcounteren', csr)) return 'virtual';
      return privilege === PRIV_U && !hasCounter(state, 'scounteren', csr) ? 'virtual' : undefined;
    case 'tvm':
      return (state.get('hstatus') & HSTATUS.VTVM) === 0n ? undefined : 'virtual';
    case 'timer':
      return (state.get('hcounteren') & TIME) !== 0n && (guestEnvironment(state) & ENVCFG.STCE) !== 0n
        ? undefined
        : 'virtual';
    default:
      return undefined;
  }
};

/** @throws Trap when the CSR does not exist or may not be touched so. */
const accessible = (state: HartState, number: number, isWrite: boolean): Csr => {
  const csr = csrOfNumber(number);
  const refusal = csr ? csrRefusal(state, csr, isWrite) : 'illegal';
  if (!csr || refusal) throw refusal === 'virtual' ? virtualInstruction(state) : illegalInstruction(state);
  return isGuest(state) ? (guestSubstitute(number) ?? csr) : csr;
};

type Modify = (old: bigint, operand: bigint) => bigint;
const replace: Modify = (_old, operand) => operand;
const setBits: Modify = (old, operand) => old | operand;
const clearBits: Modify = (old, operand) => old & ~operand;

const access = (
  state: HartState,
  field: (name: string) => number,
  isWrite: boolean,
  operand: bigint,
  modify: Modify,
) => {
  const csr = accessible(state, field('csr'), isWrite);
  const old = csr.read(state);
  if (isWrite && csr.write) {
    const base = modify === replace || !csr.readForUpdate ? old : csr.readForUpdate(state);
    csr.write(state, BigInt.asUintN(64, modify(base, operand)));
  }
  state.write('x', field('rd'), old);
};

/** csrrs and csrrc only read when their source is x0 or 0 as an immediate; csrrw always writes. */
const registerForm =
  (modify: Modify): Helper =>
  (state, field) => {
    const rs1 = field('rs1');
    access(state, field, modify === replace || rs1 !== 0, state.read('x', rs1), modify);
  };
const immediateForm =
  (modify: Modify): Helper =>
  (state, field) => {
    const operand = field('uimm');
    access(state, field, modify === replace || operand !== 0, BigInt(operand), modify);
  };

export const CSR_HELPERS: Readonly<Record<string, Helper>> = {
  csrrw: registerForm(replace),
  csrrs: registerForm(setBits),
  csrrc: registerForm(clearBits),
  csrrwi: immediateForm(replace),
  csrrsi: immediateForm(setBits),
  csrrci: immediateForm(clearBits),
};

/**
 * Reads a CSR for a debugger: no privilege rules, no effects. `undefined` when there is no such CSR. A name means the same
 * register wherever the hart is: what a guest calls sepc is vsepc.
 */
export const peekCsr = (state: CsrSource, name: string): bigint | undefined => {
  const csr = csrOfName(name);
  return csr?.peek === undefined ? csr?.read(state) : csr.peek(state);
};

/**
 * Writes a CSR for a debugger, with the legalisation and effects a guest's write has but no privilege rules.
 * @returns false when the CSR does not exist or has nothing to write.
 */
export const pokeCsr = (state: HartState, name: string, value: bigint): boolean => {
  const csr = csrOfName(name);
  if (!csr?.write) return false;
  csr.write(state, BigInt.asUintN(64, value));
  return true;
};
