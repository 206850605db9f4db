/** What the first bytes of a file say of the program in it: enough to tell a kernel from what runs on one. */
import { ELF_MACHINES } from '../../base/elf-machines';

/** How many bytes {@link readElfHeader} wants to see. */
export const ELF_START = 4096;

/** Where a program wants to lie. */
export type ElfPlace =
  /** Where machines start kernels and firmware, or in the upper half of the address space. */
  | 'kernel'
  /** Elsewhere: a program for users, or a kernel of a machine that we know nothing of. */
  | 'elsewhere';

export interface ElfHeader {
  /** Of the machine, for people. */
  readonly machine: string;
  /** Our word for it: `riscv64`; `undefined` if we have none. */
  readonly arch: string | undefined;
  /** It is to be started: neither an object file nor a library of a system, and it has an entry or code at 0. */
  readonly isProgram: boolean;
  /** It is for an operating system: it names a loader, or the system it was made for. */
  readonly isHosted: boolean;
  readonly place: ElfPlace;
}

const CLASS_64 = 2;
const LITTLE = 1;
const TYPE = { EXEC: 2, DYN: 3 } as const;
const PT = { LOAD: 1, INTERP: 3, NOTE: 4 } as const;
const HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;

// Where QEMU's virt machines have RAM, firmware in its first 2 MiB and kernels behind it.
const FIRMWARE_AT = 0x8000_0000n;
const KERNEL_AT = 0x8020_0000n;
// The lower half of Sv39 ends here; 2^38 and up is used by kernels only.
const UPPER_HALF = 1n << 63n;

/** Reads the header in the first bytes of a file; `undefined` if it is no ELF. */
export function readElfHeader(bytes: Uint8Array): ElfHeader | undefined {
  if (bytes.length < 20 || bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isLittle = bytes[5] === LITTLE;
  const number = view.getUint16(18, isLittle);
  const known = ELF_MACHINES[number];
  const isWide = bytes[4] === CLASS_64;
  const machine = `${known?.name ?? `machine number ${number}`}${known?.arch !== undefined && !isWide ? ' (32-bit)' : ''}`;
  const arch = isWide && isLittle ? known?.arch : undefined;
  const type = view.getUint16(16, isLittle);
  const isProgram = type === TYPE.EXEC || type === TYPE.DYN;
  if (arch === undefined || !isProgram || bytes.length < HEADER_SIZE) {
    return { machine, arch, isProgram: isProgram && arch === undefined, isHosted: false, place: 'elsewhere' };
  }
  const headers = programHeaders(view);
  const loads = headers.filter(({ type: kind }) => kind === PT.LOAD);
  const entry = view.getBigUint64(24, true);
  const startsAtZero = loads.some(({ vaddr, paddr }) => vaddr === 0n || paddr === 0n);
  const interpreter = headers.some(({ type: kind }) => kind === PT.INTERP);
  return {
    machine,
    arch,
    isProgram: loads.length > 0 && (entry !== 0n || startsAtZero),
    // 0 is System V, which bare programs have too; others are names of systems.
    isHosted: interpreter || bytes[7] !== 0 || headers.some((header) => isSystemNote(bytes, view, header)),
    place: loads.length > 0 && isKernelPlace(loads) ? 'kernel' : 'elsewhere',
  };
}

interface ProgramHeader {
  readonly type: number;
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly paddr: bigint;
  readonly filesz: bigint;
}

/** Those that lie in the bytes seen: linkers put them right behind the header. */
function programHeaders(view: DataView): ProgramHeader[] {
  const table = view.getBigUint64(32, true);
  const count = view.getUint16(56, true);
  const found: ProgramHeader[] = [];
  for (let index = 0; index < count; index++) {
    const at = table + BigInt(index * PROGRAM_HEADER_SIZE);
    if (at + BigInt(PROGRAM_HEADER_SIZE) > BigInt(view.byteLength)) break;
    const start = Number(at);
    const word = (offset: number): bigint => view.getBigUint64(start + offset, true);
    found.push({
      type: view.getUint32(start, true),
      offset: word(8),
      vaddr: word(16),
      paddr: word(24),
      filesz: word(32),
    });
  }
  return found;
}

/** The lowest address decides: user programs of teaching kernels are linked into RAM as well, but higher. */
function isKernelPlace(loads: readonly ProgramHeader[]): boolean {
  const [physical = 0n] = loads.map(({ paddr }) => paddr).sort(byAddress);
  const [virtual = 0n] = loads.map(({ vaddr }) => vaddr).sort(byAddress);
  const isStart = (at: bigint): boolean => at >= FIRMWARE_AT && at <= KERNEL_AT;
  return isStart(physical) || isStart(virtual) || virtual >= UPPER_HALF;
}

const byAddress = (one: bigint, other: bigint): number => (one < other ? -1 : 1);

const NT_ABI_TAG = 1;

/** A note in which a C library or a language names the system: `GNU` with the ABI tag's type, or Go's. */
function isSystemNote(bytes: Uint8Array, view: DataView, { type, offset, filesz }: ProgramHeader): boolean {
  if (type !== PT.NOTE || offset + filesz > BigInt(bytes.length)) return false;
  const end = Number(offset + filesz);
  for (let at = Number(offset); at + 12 <= end; ) {
    const nameSize = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    const kind = view.getUint32(at + 8, true);
    const name = String.fromCharCode(...bytes.subarray(at + 12, Math.min(end, at + 12 + Math.min(nameSize, 8))));
    if ((name.startsWith('GNU\0') && kind === NT_ABI_TAG) || name.startsWith('Go\0')) return true;
    at += 12 + align4(nameSize) + align4(size);
  }
  return false;
}

const align4 = (size: number): number => Math.ceil(size / 4) * 4;
