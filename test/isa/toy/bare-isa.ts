/** Instruction sets of a few made-up rows: addresses are physical, and a trap only says that it was taken. */
import type { Encoding } from '../../../src/isa/core/encoding';
import type { EngineIsa, Fusion, QuickForm } from '../../../src/isa/core/engine-isa';
import type { Insn } from '../../../src/isa/core/insn';
import { type Guard, type Helper, type IsaFunction, Trap } from '../../../src/isa/core/privileged';
import type { StateLayout } from '../../../src/isa/core/state-layout';

export const RAM_BASE = 0x1_0000;
/** Three pages of code and one of data; what lies behind them faults. */
export const RAM_SIZE = 0x4000;
export const DATA = RAM_BASE + 0x3000;

/** Cause numbers that the toys share. */
export const CAUSE = { illegal: 1, load: 2, store: 3, fetch: 4, misaligned: 5, closed: 6, asked: 7 } as const;

/** A file with a zero register, cells that hold flags, and whether the unit behind the guard is open. */
export const bareIsa = (parts: {
  readonly name: string;
  readonly encoding: Encoding;
  readonly insns: readonly Insn[];
  readonly state: StateLayout;
  readonly quick?: readonly QuickForm[];
  readonly fusions?: readonly Fusion[];
  readonly helpers?: Readonly<Record<string, Helper>>;
  readonly functions?: Readonly<Record<string, IsaFunction>>;
  readonly guards?: Readonly<Record<string, Guard>>;
  decodeMode?: EngineIsa['decodeMode'];
}): EngineIsa => ({
  quick: [],
  fusions: [],
  functions: {},
  guards: {},
  ...parts,
  helpers: { halt: (state) => state.wait(), ...parts.helpers },
  causes: {
    illegalInstruction: CAUSE.illegal,
    loadAccess: CAUSE.load,
    storeAccess: CAUSE.store,
    fetchAccess: CAUSE.fetch,
    fetchMisaligned: CAUSE.misaligned,
  },
  cpuTranslate: (_, _memory, va, access) => {
    const pa = Number(va);
    const cause = { read: CAUSE.load, write: CAUSE.store, execute: CAUSE.fetch }[access];
    if (pa < RAM_BASE || pa >= RAM_BASE + RAM_SIZE) throw new Trap(cause, va);
    return { pa, read: true, write: true, execute: true, isCacheable: true };
  },
  dataContext: () => 0,
  fetchContext: (state) => parts.decodeMode?.(state) ?? 0,
  guestContexts: 0,
  takeTrap: (state, _cause, _isInterrupt, _tval, epc) => state.jump(epc),
  pendingInterrupt: () => undefined,
  wakesFromWait: () => false,
});
