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
  /** i32 for each guard of the instruction set: 1 while it is open; derived from the slots. */
  guards: 64,
  /** Where registers begin. */
  registers: 128,
} as const;

/** How many guards an instruction set may have. */
export const MAX_GUARDS = (STATE.registers - STATE.guards) / 4;

/** The record `exact` decodes into. */
export const SCRATCH_RECORD = 64;
/** i16[3] per instruction: the fast interpreter's opcodes (far, near forward, near backward). */
export const FAST_OPS = 45056;

/** TLB entries: i64 tag (page address, low bits set when invalid), i32 addend or record page, i32 unused. */
export const TLB = {
  base: 65536,
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

/**
 * Decoded code, one record page for each 4 KiB page of guest code, aligned to its stride so that a record's address tells
 * its page: 2048 records of 16 bytes (one for each halfword), a sentinel record, and where the page's bytes lie (i32).
 */
export const RECORD = { bytes: 16, op: 0, a: 2, b: 4, c: 6, imm: 8, d: 12, e: 14 } as const;
export const RECORD_PAGE_STRIDE = 65536;
/** Offset in a record page of the i32 that says where the page's bytes lie in this memory. */
export const RECORD_PAGE_HOST = 2048 * RECORD.bytes + 64;
export const RECORD_PAGES = 1024;
export const RECORDS = Math.ceil(TLB_END / RECORD_PAGE_STRIDE) * RECORD_PAGE_STRIDE;
/** Guest RAM begins here. */
export const RAM = Math.ceil((RECORDS + RECORD_PAGES * RECORD_PAGE_STRIDE) / 65536) * 65536;

/** Fast opcodes that are not instructions. Undecoded is 0, so that zeroed records decode themselves. */
export const FAST = { undecoded: 0, breakpoint: 1, pageEnd: 2, bail: 3, first: 4 } as const;

/** The fast interpreter may overrun its budget by a page of straight-line code, so it gets this much less. */
export const FAST_MARGIN = 2064;

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
