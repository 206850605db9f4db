/** Who may touch a CSR, and the six Zicsr instructions. */
import { GuestTrap, type HartState, type Helper } from '../core/privileged';
import { type Csr, type CsrSource, csrOfName, csrOfNumber, csrPrivilege, isReadOnlyCsr } from './csrs';
import { MSTATUS, PRIV_M, PRIV_S, PRIV_U } from './csrs-bits';

const ILLEGAL_INSTRUCTION = 2;

/** The trap of an instruction that may not execute here; tval holds its bits. */
export const illegalInstruction = (state: HartState): GuestTrap =>
  new GuestTrap(ILLEGAL_INSTRUCTION, BigInt(state.word >>> 0));

export const privilegeOf = (state: Pick<HartState, 'get'>): number => Number(state.get('priv'));

/** Whether the hart may now read (and with `isWrite` also write) the CSR. */
export const isCsrAccessible = (state: Pick<HartState, 'get'>, csr: Csr, isWrite: boolean): boolean => {
  const privilege = privilegeOf(state);
  if (privilege < csrPrivilege(csr.number)) return false;
  if (isWrite && isReadOnlyCsr(csr.number)) return false;
  switch (csr.guard) {
    case undefined:
      return true;
    case 'fp':
      return (state.get('mstatus') & MSTATUS.FS) !== 0n;
    case 'tvm':
      return privilege !== PRIV_S || (state.get('mstatus') & MSTATUS.TVM) === 0n;
    case 'counter': {
      const bit = 1n << BigInt(csr.number & 31);
      if (privilege === PRIV_M) return true;
      if ((state.get('mcounteren') & bit) === 0n) return false;
      return privilege !== PRIV_U || (state.get('scounteren') & bit) !== 0n;
    }
  }
};

/** @throws GuestTrap illegal instruction when the CSR does not exist or may not be touched so. */
const accessible = (state: HartState, number: number, isWrite: boolean): Csr => {
  const csr = csrOfNumber(number);
  if (!csr || !isCsrAccessible(state, csr, isWrite)) throw illegalInstruction(state);
  return csr;
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
  state.setX(field('rd'), old);
};

/** csrrs and csrrc only read when their source is x0 or 0 as an immediate; csrrw always writes. */
const registerForm =
  (modify: Modify): Helper =>
  (state, field) => {
    const rs1 = field('rs1');
    access(state, field, modify === replace || rs1 !== 0, state.x(rs1), modify);
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

/** Reads a CSR for a debugger: no privilege rules, no effects. `undefined` when there is no such CSR. */
export const peekCsr = (state: CsrSource, name: string): bigint | undefined => csrOfName(name)?.read(state);

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
