/** Why a guest was left: codes of #VMEXIT with the manual's names. @see AMD64 APM volume 2, Appendix C "SVM Intercept Exit Codes" */

/** Codes; where several are in a row, the first. */
export const EXIT = {
  CR_READ: 0x00,
  CR_WRITE: 0x10,
  DR_READ: 0x20,
  DR_WRITE: 0x30,
  EXCP: 0x40,
  INTR: 0x60,
  NMI: 0x61,
  SMI: 0x62,
  INIT: 0x63,
  VINTR: 0x64,
  CR0_SEL_WRITE: 0x65,
  IDTR_READ: 0x66,
  GDTR_READ: 0x67,
  LDTR_READ: 0x68,
  TR_READ: 0x69,
  IDTR_WRITE: 0x6a,
  GDTR_WRITE: 0x6b,
  LDTR_WRITE: 0x6c,
  TR_WRITE: 0x6d,
  RDTSC: 0x6e,
  RDPMC: 0x6f,
  PUSHF: 0x70,
  POPF: 0x71,
  CPUID: 0x72,
  RSM: 0x73,
  IRET: 0x74,
  SWINT: 0x75,
  INVD: 0x76,
  PAUSE: 0x77,
  HLT: 0x78,
  INVLPG: 0x79,
  INVLPGA: 0x7a,
  IOIO: 0x7b,
  MSR: 0x7c,
  TASK_SWITCH: 0x7d,
  FERR_FREEZE: 0x7e,
  SHUTDOWN: 0x7f,
  VMRUN: 0x80,
  VMMCALL: 0x81,
  VMLOAD: 0x82,
  VMSAVE: 0x83,
  STGI: 0x84,
  CLGI: 0x85,
  SKINIT: 0x86,
  RDTSCP: 0x87,
  ICEBP: 0x88,
  WBINVD: 0x89,
  MONITOR: 0x8a,
  MWAIT: 0x8b,
  MWAIT_CONDITIONAL: 0x8c,
  XSETBV: 0x8d,
  RDPRU: 0x8e,
  EFER_WRITE_TRAP: 0x8f,
  CR_WRITE_TRAP: 0x90,
  INVLPGB: 0xa0,
  INVLPGB_ILLEGAL: 0xa1,
  INVPCID: 0xa2,
  MCOMMIT: 0xa3,
  TLBSYNC: 0xa4,
  BUSLOCK: 0xa5,
  IDLE_HLT: 0xa6,
  NPF: 0x400,
  AVIC_INCOMPLETE_IPI: 0x401,
  AVIC_NOACCEL: 0x402,
  VMGEXIT: 0x403,
} as const;

/** EXITCODE of a VMRUN whose guest state is illegal: -1. */
export const EXIT_INVALID = 0xffff_ffff_ffff_ffffn;

/** How many intercept words there are. Bit n of word w asks for the exit of code 32·w + n. @see AMD64 APM volume 2, 15.9 */
export const INTERCEPT_WORDS = 6;

/** Codes that come in a row, one for each register or vector: the first, how many, and what each is called. */
const ROWS = [
  { first: EXIT.CR_READ, count: 16, name: (n: number) => `CR${n}_READ` },
  { first: EXIT.CR_WRITE, count: 16, name: (n: number) => `CR${n}_WRITE` },
  { first: EXIT.DR_READ, count: 16, name: (n: number) => `DR${n}_READ` },
  { first: EXIT.DR_WRITE, count: 16, name: (n: number) => `DR${n}_WRITE` },
  { first: EXIT.EXCP, count: 32, name: (n: number) => `EXCP${n}` },
  { first: EXIT.CR_WRITE_TRAP, count: 16, name: (n: number) => `CR${n}_WRITE_TRAP` },
] as const;

const inRows = ROWS.flatMap(({ first, count, name }) =>
  Array.from({ length: count }, (_, n): [number, string] => [first + n, name(n)]),
);
const rowStarts: ReadonlySet<number> = new Set(ROWS.map(({ first }) => first));
const single = Object.entries(EXIT)
  .filter(([, code]) => !rowStarts.has(code))
  .map(([name, code]): [number, string] => [code, name]);

/** Every code that the manual defines, by number, with its name without `VMEXIT_`. */
export const EXIT_NAMES: ReadonlyMap<number, string> = new Map([...inRows, ...single].sort(([a], [b]) => a - b));

/** The manual's name, `VMEXIT_HLT`; `undefined` for a code that it does not define. @param code as EXITCODE holds it */
export const exitName = (code: bigint): string | undefined => {
  if (BigInt.asIntN(64, code) === -1n || code === 0xffff_ffffn) return 'VMEXIT_INVALID';
  const name = code < 0x1000n ? EXIT_NAMES.get(Number(code)) : undefined;
  return name === undefined ? undefined : `VMEXIT_${name}`;
};
