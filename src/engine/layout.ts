/** Where everything lies in the one wasm memory. All numbers are byte offsets. */

/** The running hart's state; see {@link STATE}. */
export const HOT = 4096;
/** Parked states of all harts, one page each. */
export const PARKED = 8192;
export const HART_STATE_BYTES = 4096;
export const MAX_HARTS = 8;

/** Offsets within a hart state of what every instruction set has; registers and slots follow, see `state-map.ts`. */
export const STATE = {
  pc: 0,
  /** i32: instructions left before the host wants control. */
  budget: 8,
  /** i32: why the engine shall return, a value of {@link STATUS}. */
  status: 12,
  /** i32: bases of the TLB sets in use. */
  dataTlb: 16,
  fetchTlb: 20,
  /** i32: a TypeScript callback took a trap; pc is the handler. */
  trapped: 24,
  /** i32: word and length of the instruction being executed by `exact`. */
  word: 28,
  length: 32,
  /** i32: activity; 0 running, 1 waiting, 2 stopped. */
  activity: 36,
  /** i64: instructions retired, as of the last return to the host. */
  retired: 40,
  /** i64: what a load callback yields or a store callback writes. */
  value: 48,
  /** i64: virtual address of the page the fast interpreter is in. */
  pagePc: 56,
  /**
   * i64[3]: which bits of an address of 2, 4 and 8 bytes its page's tag must equal: those of the page, and where accesses must
   * be aligned (`EngineIsa.mustAlign`) the lowest ones, too; derived from the slots.
   */
  tagMasks: 64,
  /** i32 for each guard of the instruction set: 1 while it is open; derived from the slots. */
  guards: 88,
  /** Where registers begin. */
  registers: 128,
} as const;

/** Where the mask for accesses of 2, 4 or 8 bytes lies in a hart state. */
export const tagMaskAt = (bytes: number): number => STATE.tagMasks + 8 * (Math.log2(bytes) - 1);

/** How many guards an instruction set may have. */
export const MAX_GUARDS = (STATE.registers - STATE.guards) / 4;

/** The record `exact` decodes into; at most 32 bytes. */
export const SCRATCH_RECORD = 64;
/** i16[3] per instruction: the fast interpreter's opcodes (far, near forward, near backward), up to the TLB. */
export const FAST_OPS = 45056;

/** TLB entries: i64 tag (page address, low bits set when invalid), i32 addend or record page, i32 unused. */
export const TLB = {
  base: 131072,
  entryBytes: 16,
  /** Reach of a data set: 8 MiB. */
  dataEntries: 2048,
  fetchEntries: 128,
  read: 0,
  write: 2048 * 16,
  fetch: 2 * 2048 * 16,
  contextBytes: 2 * 2048 * 16 + 128 * 16,
  contexts: 16,
} as const;
export const TLB_END = TLB.base + MAX_HARTS * TLB.contexts * TLB.contextBytes;

/** How many instructions an instruction set may have: each has a row at `FAST_OPS`, where opcode 0 has one, too. */
export const MAX_INSTRUCTIONS = Math.floor((TLB.base - FAST_OPS) / 6) - 1;

/**
 * Fields of a record. `op` is the fast interpreter's opcode; `a` to `e` are 16 bits and `imm` 32. Records of instructions that a
 * program decodes go on to `exactOp`; `near` is the distance of a jump within the page, for others in `imm`; `behind` is that of the
 * record of the next instruction. See
 * {@link CodeLayout}.
 */
export const RECORD = {
  op: 0,
  a: 2,
  b: 4,
  c: 6,
  imm: 8,
  d: 12,
  e: 14,
  more: 16,
  near: 24,
  behind: 28,
  exactOp: 30,
} as const;
/** Pages of code that can be decoded at a time. */
export const RECORD_PAGES = 1024;

/** Fast opcodes that are not instructions. Undecoded is 0, so that zeroed records decode themselves. */
export const FAST = { undecoded: 0, breakpoint: 1, pageEnd: 2, bail: 3, first: 4 } as const;

/** Values of STATE.status, in order of precedence. */
export const STATUS = {
  none: 0,
  check: 1,
  watch: 2,
  breakpoint: 3,
  trapStop: 4,
  stuck: 5,
  power: 6,
  wait: 7,
  error: 8,
} as const;
