/**
 * Trap entry and return read plainly off the manual's tables, over a record of registers: what random tests compare with.
 * @see RISC-V Privileged ISA 20240411, H: "Trap Entry", "Trap Return"; Machine: "Privilege and Global Interrupt-Enable Stack"
 */

/** Slots by name. */
export type Registers = Record<string, bigint>;

export interface Trap {
  readonly cause: number;
  readonly isInterrupt: boolean;
  readonly tval: bigint;
  readonly epc: bigint;
  readonly guestPhysical: bigint;
  readonly instruction: bigint;
  readonly isGuestAddress: boolean;
}

const bit = (value: bigint, at: number): boolean => ((value >> BigInt(at)) & 1n) === 1n;
/** `value` with a field of `width` bits at `at` replaced. */
const withField = (value: bigint, at: number, width: number, field: bigint | boolean): bigint => {
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(at);
  return (value & ~mask) | ((BigInt(field) << BigInt(at)) & mask);
};

/** Positions of the fields, in the manual's figures. */
const [SIE, MIE, SPIE, MPIE, SPP, MPP, MPRV, MPV, MGVA] = [1, 3, 5, 7, 8, 11, 17, 39, 38];
const [GVA, SPV, SPVP] = [6, 7, 8];

const causeOf = (cause: number, isInterrupt: boolean): bigint => BigInt(cause) | (isInterrupt ? 1n << 63n : 0n);
const vectorOf = (tvec: bigint, cause: number, isInterrupt: boolean): bigint =>
  BigInt.asUintN(64, (tvec & ~3n) + ((tvec & 3n) === 1n && isInterrupt ? 4n * BigInt(cause) : 0n));

/** Where the trap goes, by medeleg, mideleg, hedeleg, hideleg. */
const destination = (before: Registers, { cause, isInterrupt }: Trap): 'M' | 'HS' | 'VS' => {
  if (before.priv === 3n || !bit(before[isInterrupt ? 'mideleg' : 'medeleg']!, cause)) return 'M';
  return before.v === 1n && bit(before[isInterrupt ? 'hideleg' : 'hedeleg']!, cause) ? 'VS' : 'HS';
};

/** The registers after the trap, and the pc. */
export const afterTrap = (before: Registers, trap: Trap): { registers: Registers; pc: bigint } => {
  const { cause, isInterrupt, tval, epc } = trap;
  const { priv, v } = before as { priv: bigint; v: bigint };
  const after = { ...before };
  switch (destination(before, trap)) {
    case 'M': {
      let status = before.mstatus!;
      status = withField(status, MPIE, 1, bit(status, MIE));
      status = withField(status, MIE, 1, 0n);
      status = withField(status, MPP, 2, priv);
      status = withField(status, MPV, 1, v);
      after.mstatus = withField(status, MGVA, 1, trap.isGuestAddress);
      Object.assign(after, { mepc: epc, mcause: causeOf(cause, isInterrupt), mtval: tval });
      Object.assign(after, { mtval2: trap.guestPhysical >> 2n, mtinst: trap.instruction, priv: 3n, v: 0n });
      return { registers: after, pc: vectorOf(before.mtvec!, cause, isInterrupt) };
    }
    case 'HS': {
      let status = before.mstatus!;
      status = withField(status, SPIE, 1, bit(status, SIE));
      status = withField(status, SIE, 1, 0n);
      after.mstatus = withField(status, SPP, 1, priv);
      let hstatus = withField(before.hstatus!, SPV, 1, v);
      hstatus = withField(hstatus, GVA, 1, trap.isGuestAddress);
      after.hstatus = v === 1n ? withField(hstatus, SPVP, 1, priv) : hstatus;
      Object.assign(after, { sepc: epc, scause: causeOf(cause, isInterrupt), stval: tval });
      Object.assign(after, { htval: trap.guestPhysical >> 2n, htinst: trap.instruction, priv: 1n, v: 0n });
      return { registers: after, pc: vectorOf(before.stvec!, cause, isInterrupt) };
    }
    case 'VS': {
      // Codes 2, 6 and 10 become 1, 5 and 9.
      const seen = isInterrupt ? cause - 1 : cause;
      let status = before.vsstatus!;
      status = withField(status, SPIE, 1, bit(status, SIE));
      status = withField(status, SIE, 1, 0n);
      after.vsstatus = withField(status, SPP, 1, priv);
      Object.assign(after, { vsepc: epc, vscause: causeOf(seen, isInterrupt), vstval: tval, priv: 1n });
      return { registers: after, pc: vectorOf(before.vstvec!, seen, isInterrupt) };
    }
  }
};

type Returned = { registers: Registers; pc: bigint } | { cause: number };

/** MRET: illegal below M. */
export const afterMret = (before: Registers): Returned => {
  if (before.priv !== 3n) return { cause: 2 };
  let status = before.mstatus!;
  const priv = (status >> BigInt(MPP)) & 3n;
  const v = priv === 3n ? 0n : BigInt(bit(status, MPV));
  status = withField(status, MPV, 1, 0n);
  status = withField(status, MPP, 2, 0n);
  status = withField(status, MIE, 1, bit(status, MPIE));
  status = withField(status, MPIE, 1, 1n);
  if (priv !== 3n) status = withField(status, MPRV, 1, 0n);
  return { registers: { ...before, mstatus: status, priv, v }, pc: before.mepc! };
};

/** SRET: TSR is about HS, VTSR about VS; neither may in a user mode. */
export const afterSret = (before: Registers): Returned => {
  const { priv, v } = before as { priv: bigint; v: bigint };
  if (v === 1n && (priv === 0n || bit(before.hstatus!, 22))) return { cause: 22 };
  if (v === 0n && (priv === 0n || (priv === 1n && bit(before.mstatus!, 22)))) return { cause: 2 };
  const name = v === 1n ? 'vsstatus' : 'mstatus';
  let status = before[name]!;
  const to = BigInt(bit(status, SPP));
  status = withField(status, SPP, 1, 0n);
  status = withField(status, SIE, 1, bit(status, SPIE));
  status = withField(status, SPIE, 1, 1n);
  const registers: Registers = { ...before, [name]: status, priv: to };
  registers.mstatus = withField(registers.mstatus!, MPRV, 1, 0n);
  if (v === 1n) return { registers, pc: before.vsepc! };
  registers.v = BigInt(bit(before.hstatus!, SPV));
  registers.hstatus = withField(before.hstatus!, SPV, 1, 0n);
  return { registers, pc: before.sepc! };
};

/** Decreasing priority of interrupts for one privilege. */
const PRIORITY = [11, 3, 7, 9, 1, 5, 12, 10, 2, 6];

/** The interrupt to take now: M's before HS's before VS's, each where its conditions (a) to (c) hold. */
export const nextInterrupt = (before: Registers): number | undefined => {
  const { priv, v } = before as { priv: bigint; v: bigint };
  const ready = (before.mip! | before.mipLines!) & before.mie!;
  const isOpen = {
    M: priv < 3n || bit(before.mstatus!, MIE),
    HS: priv < 1n || v === 1n || (priv === 1n && bit(before.mstatus!, SIE)),
    VS: v === 1n && (priv === 0n || bit(before.vsstatus!, SIE)),
  };
  for (const level of ['M', 'HS', 'VS'] as const) {
    if (!isOpen[level]) continue;
    for (const cause of PRIORITY) {
      const owner = !bit(before.mideleg!, cause) ? 'M' : bit(before.hideleg!, cause) ? 'VS' : 'HS';
      if (owner === level && bit(ready, cause)) return cause;
    }
  }
  return undefined;
};
